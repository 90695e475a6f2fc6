package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A dbt project as its {@code dbt_project.yml} describes it. All paths are absolute.
 *
 * @param root the folder that holds {@code dbt_project.yml}
 * @param profileName null when the project names none
 * @param modelPaths where dbt looks for models
 * @param falModelsPaths further places for Python models, outside dbt's: the variable {@code
 *     fal-models-paths}
 * @param targetPath as the project sets it; flags and {@code DBT_TARGET_PATH} are the caller's
 * @param vars the project's own variables, those of the command line winning
 * @param tree the whole file, maps with text keys, nothing rendered
 */
public record Project(
    Path root,
    String name,
    @Nullable String profileName,
    List<Path> modelPaths,
    List<Path> falModelsPaths,
    List<Path> macroPaths,
    Path targetPath,
    Path packagesInstallPath,
    Map<String, @Nullable Object> vars,
    Map<String, @Nullable Object> tree) {
  public static final String FILE = "dbt_project.yml";

  /** What to do where a file asks for an environment variable that is not set. */
  public static final String ENV_VAR_HINT =
      "Set it before the run, or give a default: {{ env_var('NAME', 'default') }}.";

  /** The folder in a model path that holds the generated models. */
  public static final String STUB_FOLDER = "fal";

  public Project {
    modelPaths = List.copyOf(modelPaths);
    falModelsPaths = List.copyOf(falModelsPaths);
    macroPaths = List.copyOf(macroPaths);
  }

  public static Project read(Path projectDir) {
    return read(projectDir, Map.of());
  }

  /** Reads the project in this folder; {@code commandLineVars} win over its own variables. */
  public static Project read(
      Path projectDir, Map<String, ? extends @Nullable Object> commandLineVars) {
    return read(projectDir, commandLineVars, System.getenv());
  }

  static Project read(
      Path projectDir,
      Map<String, ? extends @Nullable Object> commandLineVars,
      Map<String, String> environment) {
    Path root = projectDir.toAbsolutePath().normalize();
    ProjectFile file = ProjectFile.parse(text(root.resolve(FILE)), environment);
    String name = file.text("name");
    if (name == null) {
      file.refuse("wrong-project", "name", "the project has no name");
    }
    Map<String, @Nullable Object> vars = new LinkedHashMap<>(file.varsOf(name == null ? "" : name));
    vars.putAll(commandLineVars);
    Project project =
        new Project(
            root,
            name == null ? "" : name,
            file.text("profile"),
            resolved(root, file.paths("models", "model-paths", "source-paths")),
            resolved(root, file.pathsIn(vars, "fal-models-paths")),
            resolved(root, file.paths("macros", "macro-paths")),
            root.resolve(file.textOr("target", "target-path")).normalize(),
            root.resolve(file.textOr("dbt_packages", "packages-install-path", "modules-path"))
                .normalize(),
            vars,
            file.tree());
    if (project.modelPaths().isEmpty() && !project.falModelsPaths().isEmpty()) {
      file.refuse(
          "wrong-project", "model-paths", "model-paths names no folder for generated models");
    }
    file.throwProblems();
    return project;
  }

  /** Where generated models are: one folder in each model path, whether it exists or not. */
  public List<Path> stubFolders() {
    return modelPaths.stream().map(path -> path.resolve(STUB_FOLDER)).toList();
  }

  /**
   * Where a Python file's imports are looked up before anything installed: its own folder, the
   * project's, and that of the variable {@code fal-scripts-path}.
   */
  public List<Path> importFolders(Path file) {
    Set<Path> folders = new LinkedHashSet<>(List.of(file.resolveSibling(""), root));
    if (vars.get("fal-scripts-path") instanceof String scripts) {
      folders.add(root.resolve(scripts).normalize());
    }
    return List.copyOf(folders);
  }

  /** The map that {@code --vars} holds as YAML. */
  public static Map<String, @Nullable Object> commandLineVars(String text) {
    Object value = Yaml.parse(text, "--vars");
    if (value != null && !(value instanceof Map)) {
      throw new FalException(
          Problem.of("bad-vars", "--vars is no YAML map: " + text)
              .withHint("Write it like --vars '{start: 2024-01-01}'."));
    }
    return Yaml.map(value);
  }

  /** What the project says of quoting: {@code database}, {@code schema}, {@code identifier}. */
  public Map<String, Boolean> quoting() {
    Map<String, Boolean> quoting = new LinkedHashMap<>();
    Yaml.map(tree.get("quoting"))
        .forEach(
            (part, value) -> {
              if (value instanceof Boolean quoted) {
                quoting.put(part, quoted);
              }
            });
    return quoting;
  }

  /** A path as the user would type it: relative to the project, with forward slashes. */
  public String relative(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  private static List<Path> resolved(Path root, List<String> paths) {
    return paths.stream().map(path -> root.resolve(path).normalize()).distinct().toList();
  }

  private static String text(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new FalException(
          Problem.of("project-not-found", "no dbt_project.yml found at expected path " + file)
              .withHint("Go to the folder of a dbt project, or name it with --project-dir."));
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new FalException(
          Problem.at(
              Location.of(FILE), "unreadable-file", "the file cannot be read as UTF-8: " + e),
          e);
    }
  }
}
