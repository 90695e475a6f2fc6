package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtArguments;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.project.DescribedModels;
import dev.falflow.project.FalProfile;
import dev.falflow.project.FolderConfigs;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.DbtExecutable;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.python.PythonPackage;
import dev.falflow.report.Reporter;
import dev.falflow.source.PythonSource;
import dev.falflow.source.PythonSources;
import dev.falflow.source.SourceAnalyzer;
import dev.falflow.source.StubPlan;
import dev.falflow.warehouse.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What comes before anything runs: the engine, the stubs, dbt's parse; and what is told of it. */
final class Preparation {
  private final CacheFolder cache;
  private final Reporter reporter;
  private final Clock clock;

  Preparation(CacheFolder cache, Reporter reporter, Clock clock) {
    this.cache = cache;
    this.reporter = reporter;
    this.clock = clock;
  }

  /**
   * Opens the project that was asked for.
   *
   * @throws FalException what is wrong with the request, its Python or its profile
   */
  OpenProject open(FlowRequest typed, PythonEnvironments environments) {
    Project project = Project.read(typed.projectDir(), typed.vars());
    PythonInstallation python = environments.find(typed.pythonRequest());
    typed.arguments().throwIfUnknownTo(Objects.requireNonNull(python.version("dbt-core")));
    python.passedOver().forEach(reporter::debug);
    reporter.debug("Python is " + python.executable() + ": " + python.kind().words());
    python.notices().forEach(reporter::info);
    Path packageFolder = PythonPackage.unpack(cache);
    DataFolder folder = new DataFolder(System.getenv());
    try {
      FlowRequest request = unwrapped(typed, project, folder);
      DbtEngine engine = engine(typed, python, packageFolder, folder.paths());
      return new OpenProject(request, project, python, packageFolder, folder, engine);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private DbtEngine engine(
      FlowRequest request, PythonInstallation python, Path packageFolder, List<Path> folders) {
    EngineChoice choice =
        EngineChoice.of(request.engine(), DbtExecutable.find(request.pythonRequest(), python));
    reporter.debug(choice.words());
    choice.notice().ifPresent(reporter::info);
    return choice.start(python, packageFolder, folders, clock);
  }

  /** With a copy of the profiles in which the old adapter's outputs are what they stand for. */
  private FlowRequest unwrapped(FlowRequest request, Project project, DataFolder folder) {
    Optional<FalProfile> unwrapped =
        unwrapped(request.profilesFile(), project, request.arguments());
    if (unwrapped.isEmpty()) {
      return request;
    }
    if (!unwrapped.get().notice().isEmpty()) {
      reporter.info(unwrapped.get().notice());
    }
    return request.withProfilesIn(unwrapped.get().writeIn(folder.spill()));
  }

  /** The profiles without outputs of the old adapter, empty where they have none. */
  static Optional<FalProfile> unwrapped(Path profiles, Project project, DbtArguments arguments) {
    String profile = arguments.value("--profile");
    return FalProfile.unwrap(
        profiles, profile == null ? project.profileName() : profile, arguments.value("--target"));
  }

  RunEnvironments environments(OpenProject open) {
    return new RunEnvironments(
        open.request(),
        open.project(),
        cache,
        open.python(),
        open.packageFolder(),
        WorkerEnvironment.of(System.getenv(), open.request().profilesFile()),
        open.folder().spill(),
        reporter);
  }

  /** Analyses the sources and writes what dbt has to find on disk: the stubs and .dbtignore. */
  PythonSources sources(OpenProject open) {
    Project project = open.project();
    PythonInstallation python = open.python();
    boolean dryRun = open.request().dryRun();
    Path memory = analysisFile(cache, project);
    Instant started = clock.instant();
    PythonSources sources =
        new SourceAnalyzer(
                python.executable(),
                python.pythonVersion(),
                open.packageFolder(),
                dryRun ? null : memory)
            .analyze(project);
    reporter.debug(
        "analysed "
            + sources.all().size()
            + " Python files in "
            + Duration.between(started, clock.instant()).toMillis()
            + " ms");
    sources.infos().forEach(info -> reporter.info(info.toString()));
    sources.warnings().forEach(reporter::warning);
    sources.flaws().values().stream().distinct().forEach(reporter::warning);
    StubPlan plan = StubPlan.of(project, sources);
    plan.warnings().forEach(reporter::warning);
    new FolderConfigs(project)
        .hidden(sources.models().stream().map(PythonSource::stubFqn).toList())
        .forEach(reporter::warning);
    plan.apply();
    if (!dryRun) {
      plan.reminders().forEach(reporter::info);
      plan.gitWarnings().forEach(reporter::warning);
    }
    return sources;
  }

  /** Whether a YAML file of the models seems to declare some; dbt's parse will tell. */
  boolean mayHaveScripts(PythonSources sources) {
    for (Path file : sources.files().properties()) {
      try {
        if (Files.readString(file).contains("fal:")) {
          return true;
        }
      } catch (IOException e) {
        return false; // dbt says so, in its own words
      }
    }
    return false;
  }

  /** Parsed, its Python models and scripts found in dbt's graph. */
  PreparedProject prepared(OpenProject open, PythonSources sources) {
    FlowRequest request = open.request();
    Project project = open.project();
    ParsedProject parsed = parse(request, project, sources, open.engine());
    refuseDescribedHelpers(project, sources, parsed);
    PythonModels models = PythonModels.link(project, sources.models(), parsed);
    ScriptNodes scripts = ScriptNodes.of(project, parsed);
    scripts.warnings().forEach(reporter::warning);
    return new PreparedProject(request, project, sources, parsed, models, scripts);
  }

  /** A file that a YAML file describes as a model, and that writes none, is one unfinished. */
  private static void refuseDescribedHelpers(
      Project project, PythonSources sources, ParsedProject parsed) {
    Map<String, PythonSource> helpers = new LinkedHashMap<>();
    sources.all().stream()
        .filter(source -> source.kind() == PythonSource.Kind.HELPER)
        .forEach(source -> helpers.put(source.name(), source));
    parsed.models().forEach(model -> helpers.remove(model.name()));
    List<Problem> problems = new ArrayList<>();
    Map<String, Location> described =
        DescribedModels.find(project, sources.files().properties(), helpers.keySet());
    for (PythonSource helper : helpers.values()) {
      Location place = described.get(helper.name());
      if (place != null) {
        String message =
            "There must be at least one write_to_model call in the Python Model: %s describes it";
        problems.add(
            Problem.at(Location.of(helper.file()), "no-write", message.formatted(place))
                .withHint(
                    "Call write_to_model(df) once, or take the description of "
                        + helper.name()
                        + " away."));
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  /** dbt's parse; of its events only warnings: the run says the rest again, we say errors. */
  private ParsedProject parse(
      FlowRequest request, Project project, PythonSources sources, DbtEngine engine) {
    try {
      return engine.parse(
          request.parseArguments(project.root()),
          PythonModels.inputsByStub(project, sources.models()),
          request.rawEvents(),
          this::forwardUnlessInfo);
    } catch (DbtEngine.UnresolvedInputs e) {
      throw PythonModels.unresolved(project, sources.models(), e);
    } catch (DbtEngine.ParseFailure e) {
      throw new FalException(DbtFailure.explained("dbt-parse-failed", e.getMessage(), request), e);
    }
  }

  /** dbt's words for what ended it altogether come as the outcome's failure, not twice. */
  void forward(DbtEvent event) {
    if (!event.name().equals("MainEncounteredError") && !event.name().equals("MainStackTrace")) {
      reporter.event(event);
    }
  }

  void forwardUnlessInfo(DbtEvent event) {
    // The run sums up what is deprecated, the parse before it too.
    if (!event.level().equals("info") && !event.name().equals("DeprecationsSummary")) {
      forward(event);
    }
  }

  /** Where what the analysis said of this project is kept. */
  static Path analysisFile(CacheFolder cache, Project project) {
    String name = Integer.toHexString(project.root().toString().hashCode()) + ".answers";
    return cache.folder("analysis").resolve(name);
  }
}
