package dev.falflow.script;

import dev.falflow.NearNames;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import dev.falflow.project.Yaml;
import dev.falflow.project.YamlPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder that scripts are named from: the variable {@code fal-scripts-path}. */
final class ScriptFolder {
  private static final String VARIABLE = "fal-scripts-path";

  private final Project project;
  private final Findings findings;

  /** Null when the variable cannot be one; nothing is looked for then. */
  private final @Nullable Path folder;

  ScriptFolder(Project project, YamlPlaces projectFile, Findings findings) {
    this.project = project;
    this.findings = findings;
    this.folder = folder(projectFile);
  }

  private @Nullable Path folder(YamlPlaces projectFile) {
    Object value = project.vars().get(VARIABLE);
    if (value == null) {
      return project.root();
    }
    if (value instanceof String text && !text.contains("{{")) {
      try {
        return project.root().resolve(text).normalize();
      } catch (InvalidPathException e) {
        refuse(projectFile, value, "wrong-project", "has to be a folder: " + e.getMessage());
        return null;
      }
    }
    if (value instanceof String) {
      String words = "is \"" + value + "\": dbt renders no Jinja in vars, and fal neither";
      refuse(projectFile, value, "unrendered-jinja", words);
    } else {
      refuse(projectFile, value, "wrong-project", "has to be a folder, not " + value);
    }
    return null;
  }

  private void refuse(YamlPlaces projectFile, Object value, String code, String words) {
    YamlPlaces vars = projectFile.get("vars");
    YamlPlaces own = vars.get(project.name()).get(VARIABLE);
    YamlPlaces written = own.isFilled() ? own : vars.get(VARIABLE);
    Object all = project.tree().get("vars");
    Object inFile =
        own.isFilled()
            ? Yaml.map(Yaml.map(all).get(project.name())).get(VARIABLE)
            : Yaml.map(all).get(VARIABLE);
    findings.error(
        value.equals(inFile)
            ? Problem.at(written.where(), code, VARIABLE + " " + words)
            : Problem.of("bad-vars", "--vars: " + VARIABLE + " " + words));
  }

  /** The script that a setting names, absolute; null when there is none, which is then said. */
  @Nullable Path find(Setting at) {
    if (folder == null) {
      return null;
    }
    String declared = at.text();
    Path path;
    try {
      path = folder.resolve(declared).normalize();
    } catch (InvalidPathException e) {
      findings.error(at, "bad-script", "the script is no path: " + e.getMessage(), null);
      return null;
    }
    if (Files.isDirectory(path)) {
      findings.error(at, "bad-script", "'" + declared + "' is a folder, not a script", null);
    } else if (!isScript(path)) {
      findings.error(
          at,
          "bad-script",
          "'" + declared + "' is neither a Python file (.py) nor a notebook (.ipynb)",
          null);
    } else if (!Files.isRegularFile(path)) {
      String message = "the script '" + declared + "' does not exist";
      if (Path.of(declared).isAbsolute()) {
        findings.error(at, "script-not-found", message, null);
      } else {
        message += ": looked for " + file(path);
        findings.error(at, "script-not-found", message, hint(path, declared));
      }
    } else {
      return path;
    }
    return null;
  }

  /** As the user would type it: relative to the project, absolute outside. */
  String file(Path path) {
    return path.startsWith(project.root()) ? project.relative(path) : path.toString();
  }

  /** As the project's files would name it. */
  String name(Path path) {
    if (folder != null && (path.startsWith(folder) || path.startsWith(project.root()))) {
      return folder.relativize(path).toString().replace('\\', '/');
    }
    return path.toString();
  }

  private String hint(Path missing, String declared) {
    Path fromProject = project.root().resolve(declared).normalize();
    if (Files.isRegularFile(fromProject)) {
      return "Paths are relative to the folder that fal-scripts-path names: write '"
          + name(fromProject)
          + "'.";
    }
    String near = NearNames.hint(name(missing), neighbours(missing)).strip();
    if (!near.isEmpty()) {
      return near;
    }
    if (declared.contains("{{")) {
      return "fal renders no Jinja here.";
    }
    return project.root().equals(folder)
        ? "Paths are relative to the project, or to the folder that the variable fal-scripts-path"
            + " names."
        : "Paths are relative to the folder that the variable fal-scripts-path names.";
  }

  /** The names of the scripts that the missing one would be among. */
  private List<String> neighbours(Path missing) {
    Path parent = missing.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(parent)) {
      return files.filter(ScriptFolder::isScript).map(this::name).sorted().toList();
    } catch (IOException e) {
      return List.of(); // nothing to suggest; what is wrong is said all the same
    }
  }

  private static boolean isScript(Path path) {
    return path.toString().endsWith(".py") || path.toString().endsWith(".ipynb");
  }
}
