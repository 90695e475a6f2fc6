package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.artifact.FalManifest;
import dev.falflow.artifact.RunArtifacts;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.InvocationOutcome;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.project.FolderConfigs;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.DbtExecutable;
import dev.falflow.python.ForkServer;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.python.PythonPackage;
import dev.falflow.report.Reporter;
import dev.falflow.source.DocstringFix;
import dev.falflow.source.PythonSource;
import dev.falflow.source.PythonSources;
import dev.falflow.source.SourceAnalyzer;
import dev.falflow.source.StubPlan;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Warehouse;
import dev.falflow.warehouse.Warehouses;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** {@code fal flow run} and {@code fal flow build}, in order. */
public final class FlowRun {
  private static final int SUCCESS = 0;
  private static final int A_NODE_FAILED = 1;
  private static final int NOT_RUN = 2;

  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Reporter reporter;
  private final Clock clock;
  private volatile @Nullable Running running;
  private volatile boolean interrupted;

  public FlowRun(
      CacheFolder cache, PythonEnvironments environments, Reporter reporter, Clock clock) {
    this.cache = cache;
    this.environments = environments;
    this.reporter = reporter;
    this.clock = clock;
  }

  /** The parts of a run that a Ctrl-C has to reach. */
  private record Running(DbtEngine engine, HeldModels held) {}

  /**
   * Runs it all.
   *
   * @return the exit code: 0, 1 when a node failed, 2 when dbt could not run
   * @throws FalException what kept it from starting
   */
  public int run(FlowRequest request) {
    Project asked = Project.read(request.projectDir(), request.vars());
    PythonInstallation python = environments.find(request.pythonRequest());
    request.arguments().throwIfUnknownTo(Objects.requireNonNull(python.version("dbt-core")));
    python.passedOver().forEach(reporter::debug);
    reporter.debug("Python is " + python.executable() + ": " + python.kind().words());
    python.notices().forEach(reporter::info);
    Path packageFolder = PythonPackage.unpack(cache);
    throwIfInterrupted();
    try (DataFolder folder = new DataFolder(System.getenv());
        DbtEngine engine = engine(request, python, packageFolder, folder.paths())) {
      Project project =
          request.dryRun()
              ? Project.read(DryRun.overlay(asked, folder.spill()), request.vars())
              : asked;
      PythonSources sources =
          request.pythonModels()
              ? preparedSources(project, python, packageFolder, request.dryRun())
              : PythonSources.NONE;
      throwIfInterrupted();
      if (request.dryRun()) {
        return plan(request, project, sources, engine);
      }
      if (sources.models().isEmpty()) {
        return dbtAlone(request, project, sources, engine);
      }
      try (ForkServer forkServer =
          new ForkServer(
              python.workerExecutable(),
              packageFolder,
              WorkerEnvironment.of(System.getenv(), request.profilesFile()),
              folder.spill())) {
        UndeclaredInputs undeclared =
            new UndeclaredInputs(
                request.fixDependencies(),
                request.allowUndeclared(),
                new DocstringFix(python.executable(), packageFolder),
                reporter::warning);
        return withModels(request, project, sources, engine, folder, undeclared, forkServer);
      }
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

  /** Analyses the sources and writes what dbt has to find on disk: the stubs and .dbtignore. */
  private PythonSources preparedSources(
      Project project, PythonInstallation python, Path packageFolder, boolean dryRun) {
    Path memory = analysisFile(cache, project);
    Instant started = clock.instant();
    PythonSources sources =
        new SourceAnalyzer(
                python.executable(), python.pythonVersion(), packageFolder, dryRun ? null : memory)
            .analyze(project);
    reporter.debug(
        "analysed "
            + sources.all().size()
            + " Python files in "
            + Duration.between(started, clock.instant()).toMillis()
            + " ms");
    sources.infos().forEach(info -> reporter.info(info.toString()));
    sources.warnings().forEach(reporter::warning);
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

  private int plan(FlowRequest request, Project project, PythonSources sources, DbtEngine engine) {
    PythonModels models =
        PythonModels.link(project, sources.models(), parse(request, project, sources, engine));
    List<String> selected =
        engine.list(
            request.listArguments(project.root(), new SourceSelection(project, sources)),
            models.nodes(),
            this::forwardUnlessInfo);
    DryRun.lines(selected, models).forEach(reporter::info);
    return SUCCESS;
  }

  private int dbtAlone(
      FlowRequest request, Project project, PythonSources sources, DbtEngine engine) {
    parse(request, project, sources, engine);
    SourceSelection selection = new SourceSelection(project, sources);
    return exitCode(
        request,
        engine.invoke(
            request.runArguments(project.root(), selection), Map.of(), this::forward, held -> {}));
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

  private int withModels(
      FlowRequest request,
      Project project,
      PythonSources sources,
      DbtEngine engine,
      DataFolder folder,
      UndeclaredInputs undeclared,
      ForkServer forkServer) {
    ParsedProject parsed = parse(request, project, sources, engine);
    PythonModels models = PythonModels.link(project, sources.models(), parsed);
    FalManifest.write(request.targetPath(project), models.manifest());
    RunArtifacts artifacts = new RunArtifacts(request.targetPath(project));
    artifacts.begin();
    ExecutorService threads = Executors.newCachedThreadPool(FlowRun::daemon);
    Path drivers = cache.path().resolve("drivers");
    try (Warehouse warehouse = Warehouses.open(parsed, engine, folder, project.root(), drivers)) {
      HeldModels held =
          new HeldModels(
              project,
              models,
              parsed.target(),
              engine,
              warehouse,
              folder,
              undeclared,
              forkServer,
              artifacts,
              reporter,
              threads,
              clock);
      running = new Running(engine, held);
      throwIfInterrupted();
      InvocationOutcome outcome =
          engine.invoke(
              request.runArguments(project.root(), new SourceSelection(project, sources)),
              models.nodes(),
              this::forward,
              held::hold);
      if (request.writesJson()) {
        artifacts.write();
      }
      reporter.summary(artifacts.results());
      return exitCode(request, outcome);
    } finally {
      running = null;
      threads.shutdown();
    }
  }

  /**
   * Ends the run early; {@link #run} returns or throws soon after. While dbt runs, workers die and
   * nothing more is started; before that every process of ours is ended.
   */
  public void interrupt() {
    interrupted = true;
    Running now = running;
    if (now != null) {
      now.engine.cancel();
      now.held.stop();
    } else {
      ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }
  }

  public boolean isInterrupted() {
    return interrupted;
  }

  private void throwIfInterrupted() {
    if (interrupted) {
      throw new FalException(Problem.of("interrupted", "Interrupted before dbt's run began."));
    }
  }

  /** dbt's words for what ended it altogether come as the outcome's failure, not twice. */
  private void forward(DbtEvent event) {
    if (!event.name().equals("MainEncounteredError") && !event.name().equals("MainStackTrace")) {
      reporter.event(event);
    }
  }

  private void forwardUnlessInfo(DbtEvent event) {
    if (!event.level().equals("info")) {
      forward(event);
    }
  }

  private int exitCode(FlowRequest request, InvocationOutcome outcome) {
    String failure = outcome.failure();
    if (failure != null && !interrupted) {
      reporter.problems(List.of(DbtFailure.explained("dbt-failed", failure, request)));
      return NOT_RUN;
    }
    return outcome.success() ? SUCCESS : A_NODE_FAILED;
  }

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "fal-model");
    thread.setDaemon(true);
    return thread;
  }

  /** Where what the analysis said of this project is kept. */
  static Path analysisFile(CacheFolder cache, Project project) {
    String name = Integer.toHexString(project.root().toString().hashCode()) + ".answers";
    return cache.folder("analysis").resolve(name);
  }
}
