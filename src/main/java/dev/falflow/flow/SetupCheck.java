package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtArguments;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.DebugOutcome;
import dev.falflow.dbt.ResidentEngine;
import dev.falflow.project.FalProfile;
import dev.falflow.project.ProfileSecrets;
import dev.falflow.project.ProfilesFile;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.python.PythonPackage;
import dev.falflow.python.PythonRequest;
import dev.falflow.report.Secrets;
import dev.falflow.warehouse.DataFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code fal debug}: looks for everything a run needs and goes on past what it does not find. */
public final class SetupCheck {
  /** Parts of dbt-core with versions of their own, which nobody chooses. */
  private static final List<String> DBT_LIBRARIES =
      List.of("dbt-common", "dbt-extractor", "dbt-protos", "dbt-semantic-interfaces");

  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Map<String, String> environment;
  private final List<Problem> warnings = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();

  public SetupCheck(
      CacheFolder cache, PythonEnvironments environments, Map<String, String> environment) {
    this.cache = cache;
    this.environments = environments;
    this.environment = environment;
  }

  /**
   * What to look at.
   *
   * @param arguments dbt's options and variables
   * @param python {@code --python}, null without it
   * @param version of fal, as printed
   * @param launcher the {@code fal} command that was called, null when started otherwise
   */
  public record Request(
      DbtArguments arguments, @Nullable String python, String version, @Nullable String launcher) {
    Path profilesFile(Map<String, String> environment) {
      return ProfilesFile.locate(
          arguments.projectDir(), arguments.value("--profiles-dir"), environment);
    }
  }

  /** Findings on one subject; nothing in them is secret. */
  public record Section(String title, List<Entry> entries) {
    public Section {
      entries = List.copyOf(entries);
    }
  }

  /** One finding; the label may be empty. */
  public record Entry(String label, String value) {}

  /** What is not as it should be: warnings do no harm to a run, problems keep it from starting. */
  public record Outcome(List<Problem> warnings, List<Problem> problems) {
    public Outcome {
      warnings = List.copyOf(warnings);
      problems = List.copyOf(problems);
    }
  }

  /** Looks at one subject after the other and hands over what it found as it goes. */
  public Outcome run(Request request, Consumer<Section> onSection) {
    Path profiles = request.profilesFile(environment);
    Secrets secrets = secrets(profiles);
    Consumer<Section> onFound = section -> onSection.accept(masked(section, secrets));
    onFound.accept(fal(request));
    onFound.accept(java());
    onFound.accept(new Section("Folders", ManagedFolders.describe(cache)));
    Optional<PythonInstallation> python = python(request, onFound);
    Optional<Project> project = project(request, profiles, onFound);
    if (python.isPresent() && project.isPresent()) {
      onFound.accept(dbt(request, profiles, project.get(), python.get(), secrets));
    } else {
      onFound.accept(
          new Section(
              "dbt debug",
              List.of(new Entry("", "not run: it needs a project and a Python with dbt"))));
    }
    return new Outcome(masked(warnings, secrets), masked(problems, secrets));
  }

  private Secrets secrets(Path profiles) {
    ProfileSecrets found = ProfileSecrets.read(profiles);
    List<String> values = new ArrayList<>(found.values());
    found.variables().forEach(name -> values.add(environment.getOrDefault(name, "")));
    return Secrets.of(environment).and(values);
  }

  private static Section masked(Section section, Secrets secrets) {
    return new Section(
        section.title(),
        section.entries().stream()
            .map(entry -> new Entry(entry.label(), secrets.mask(entry.value())))
            .toList());
  }

  private static List<Problem> masked(List<Problem> problems, Secrets secrets) {
    return problems.stream()
        .map(
            each ->
                new Problem(
                    each.code(), secrets.maskSettings(each.message()), each.where(), each.hint()))
        .toList();
  }

  private Section fal(Request request) {
    List<Entry> entries = new ArrayList<>();
    String launcher = request.launcher();
    if (launcher != null) {
      entries.add(new Entry("command", launcher));
    }
    ForeignFal.onPath(environment, launcher)
        .ifPresent(
            foreign -> {
              entries.add(new Entry("fal on PATH", foreign + " (not this one)"));
              warnings.add(
                  Problem.of(
                          "foreign-fal-command",
                          "fal on PATH is " + foreign + ", another program than this one.")
                      .withHint("Call this one by its path, or put its folder first on PATH."));
            });
    return new Section(request.version(), entries);
  }

  private static Section java() {
    return new Section(
        "Java " + System.getProperty("java.version"),
        List.of(
            new Entry("home", System.getProperty("java.home")),
            new Entry("vendor", System.getProperty("java.vendor"))));
  }

  private Optional<PythonInstallation> python(Request request, Consumer<Section> onFound) {
    try {
      PythonInstallation found =
          environments.find(
              new PythonRequest(request.arguments().projectDir(), request.python(), environment));
      onFound.accept(section(found));
      return Optional.of(found);
    } catch (FalException e) {
      problems.addAll(e.problems());
      onFound.accept(new Section("Python", List.of(new Entry("", "none to use, see below"))));
      return Optional.empty();
    }
  }

  private Section section(PythonInstallation python) {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("found as", python.kind().words()));
    entries.add(new Entry("environment", python.path().toString()));
    entries.add(new Entry("interpreter", python.executable().toString()));
    if (!python.workerExecutable().equals(python.executable())) {
      entries.add(new Entry("models run on", python.workerExecutable().toString()));
    }
    python
        .packages()
        .forEach(
            (name, version) -> {
              if (!DBT_LIBRARIES.contains(name)) {
                entries.add(new Entry(name, version));
              }
            });
    python.passedOver().forEach(reason -> entries.add(new Entry("passed over", reason)));
    python.notices().forEach(notice -> entries.add(new Entry("note", notice)));
    String foreign = python.version("fal");
    if (foreign != null) {
      warnings.add(
          Problem.of(
                  "foreign-fal-package",
                  python.path() + " has PyPI's fal " + foreign + ", which is another product.")
              .withHint("Inside Python models `import fal` gives this fal; uninstall the other."));
    }
    return new Section("Python " + python.pythonVersion(), entries);
  }

  private Optional<Project> project(Request request, Path profiles, Consumer<Section> onFound) {
    List<Entry> entries = new ArrayList<>();
    Optional<Project> project = Optional.empty();
    String title = "Project";
    try {
      Project found = Project.read(request.arguments().projectDir());
      title = "Project " + found.name();
      entries.add(new Entry("file", found.root().resolve(Project.FILE).toString()));
      String profileName = found.profileName();
      entries.add(new Entry("profile", profileName == null ? "none named" : profileName));
      project = Optional.of(found);
    } catch (FalException e) {
      problems.addAll(e.problems());
      entries.add(
          new Entry("", "none to use in " + request.arguments().projectDir() + ", see below"));
    }
    String state = Files.exists(profiles) ? "" : " (not there)";
    entries.add(new Entry("profiles file", profiles + state));
    onFound.accept(new Section(title, entries));
    return project;
  }

  /**
   * dbt's own check, its lines as they are but for the copy of the profiles that it may be given.
   */
  private Section dbt(
      Request request, Path profiles, Project project, PythonInstallation python, Secrets secrets) {
    DbtDebugLines lines = new DbtDebugLines(secrets);
    List<Entry> entries = new ArrayList<>();
    Path given = profiles.resolveSibling("");
    try {
      Optional<FalProfile> unwrapped =
          Preparation.unwrapped(profiles, project, request.arguments());
      if (unwrapped.isEmpty()) {
        check(request, given, python, lines, entries);
      } else {
        if (!unwrapped.get().notice().isEmpty()) {
          entries.add(new Entry("", unwrapped.get().notice()));
        }
        try (DataFolder folder = new DataFolder(environment)) {
          given = unwrapped.get().writeIn(folder.spill());
          check(request, given, python, lines, entries);
        }
      }
    } catch (FalException e) {
      problems.addAll(e.problems());
    }
    for (String line : lines.lines()) {
      entries.add(new Entry("", line.replace(given + "/", profiles.resolveSibling("") + "/")));
    }
    return new Section("dbt debug", entries);
  }

  private void check(
      Request request,
      Path profilesDir,
      PythonInstallation python,
      DbtDebugLines lines,
      List<Entry> entries) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--project-dir",
                request.arguments().projectDir().toString(),
                "--profiles-dir",
                profilesDir.toString()));
    arguments.addAll(request.arguments().words(option -> option.goesTo().parse(), words -> words));
    try (DbtEngine engine =
        new ResidentEngine(python.executable(), PythonPackage.unpack(cache), List.of())) {
      DebugOutcome outcome = engine.debug(arguments, lines::add);
      JsonNode target = outcome.target();
      if (target != null) {
        entries.add(new Entry("", words(target)));
      }
      problems.addAll(lines.failures());
      String failure = outcome.failure();
      if (failure != null) {
        problems.add(Problem.of("dbt-failed", failure));
      } else if (!outcome.success() && lines.failures().isEmpty()) {
        problems.add(Problem.of("dbt-debug-failed", "dbt's own check failed, see its lines."));
      }
    }
  }

  private static String words(JsonNode target) {
    return String.format(
        "profile %s, target %s: %s, schema %s, %d threads",
        target.path("profile_name").asText(),
        target.path("name").asText(),
        target.path("type").asText(),
        target.path("schema").asText(),
        target.path("threads").asInt());
  }
}
