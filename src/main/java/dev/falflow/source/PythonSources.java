package dev.falflow.source;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.ModelFiles;
import java.util.List;

/**
 * Every Python file of a project, sorted by path, and what there is to say about them.
 *
 * @param all all of them, whatever they are
 * @param errors what keeps the project from running, all of it
 * @param warnings what may go wrong at run time
 * @param infos what is good to know
 */
public record PythonSources(
    ModelFiles files,
    List<PythonSource> all,
    List<Problem> errors,
    List<Problem> warnings,
    List<Problem> infos) {
  /** Of a run without Python models. */
  public static final PythonSources NONE =
      new PythonSources(
          new ModelFiles(List.of(), List.of(), List.of(), List.of()),
          List.of(),
          List.of(),
          List.of(),
          List.of());

  public PythonSources {
    all = List.copyOf(all);
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
  }

  public List<PythonSource> models() {
    return of(PythonSource.Kind.MODEL);
  }

  public List<PythonSource> helpers() {
    return of(PythonSource.Kind.HELPER);
  }

  public List<PythonSource> dbtModels() {
    return of(PythonSource.Kind.DBT_MODEL);
  }

  public List<PythonSource> broken() {
    return of(PythonSource.Kind.BROKEN);
  }

  /** Throws all errors together when there is one. */
  public void throwErrors() {
    if (!errors.isEmpty()) {
      throw new FalException(errors);
    }
  }

  private List<PythonSource> of(PythonSource.Kind kind) {
    return all.stream().filter(source -> source.kind() == kind).toList();
  }
}
