package dev.falflow.source;

import dev.falflow.project.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Python file or notebook of the project.
 *
 * @param path absolute
 * @param file as the user would type it, relative to the project
 * @param root the model path or fal models path it lies under
 * @param dependencies in the order of the stub's lines, each once
 * @param imports modules it names in import statements, relative ones with their dots
 * @param readsWhenImported whether importing it calls {@code ref} or {@code source}
 * @param docstringLine where its module docstring begins, null when it has none
 * @param code tells whether the model has changed
 */
public record PythonSource(
    Path path,
    String file,
    Path root,
    Kind kind,
    List<Dependency> dependencies,
    List<String> imports,
    boolean readsWhenImported,
    @Nullable Integer docstringLine,
    Code code) {
  /**
   * What its runs depend on.
   *
   * @param checksum another one when the file's code or a module's changes, SHA-256 in hex
   * @param modules the project's own modules it imports, directly or not, relative to the project
   */
  public record Code(String checksum, List<String> modules) {
    public Code {
      modules = List.copyOf(modules);
    }
  }

  /** What a file is to fal. */
  public enum Kind {
    /** Calls {@code write_to_model}: ours. */
    MODEL,
    /** A module for other files to import. */
    HELPER,
    /** Has {@code def model(dbt, session)}: dbt's own. */
    DBT_MODEL,
    /** A model, as its stub or its text tells, that cannot be read now; a problem says why. */
    BROKEN_MODEL,
    /** Cannot be read, and nothing tells that it is a model. */
    BROKEN
  }

  public PythonSource {
    dependencies = List.copyOf(dependencies);
    imports = List.copyOf(imports);
  }

  /** The name dbt knows the model by: the file's name without its last suffix. */
  public String name() {
    return name(path);
  }

  private static String name(Path path) {
    String fileName = path.getFileName().toString();
    return fileName.substring(0, fileName.lastIndexOf('.'));
  }

  /** Whether it has a place in dbt's graph through us. */
  public boolean isModel() {
    return kind == Kind.MODEL || kind == Kind.BROKEN_MODEL;
  }

  public boolean isNotebook() {
    return file.endsWith(".ipynb");
  }

  /** Where the generated SQL model of this file belongs. */
  public Path stubPath(Project project) {
    return stubPath(project, root, path);
  }

  static Path stubPath(Project project, Path root, Path path) {
    Path home = project.modelPaths().contains(root) ? root : project.modelPaths().get(0);
    Path folder = root.relativize(path).getParent();
    Path stubs = home.resolve(Project.STUB_FOLDER);
    return (folder == null ? stubs : stubs.resolve(folder)).resolve(name(path) + ".sql");
  }

  /** The stub's folders below its model path, then its name. */
  public List<String> stubFqn() {
    List<String> fqn = new ArrayList<>(List.of(Project.STUB_FOLDER));
    Path folder = root.relativize(path).getParent();
    if (folder != null) {
      folder.forEach(part -> fqn.add(part.toString()));
    }
    fqn.add(name());
    return fqn;
  }
}
