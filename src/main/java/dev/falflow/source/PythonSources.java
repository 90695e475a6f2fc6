package dev.falflow.source;

import dev.falflow.Problem;
import dev.falflow.project.ModelFiles;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every Python file of a project, sorted by path, and what there is to say about them.
 *
 * @param all all of them, whatever they are
 * @param errors what keeps the project from running, all of it
 * @param warnings what may go wrong at run time
 * @param infos what is good to know
 * @param flaws by file, what keeps it, and no other, from running: of what is not selected the user
 *     is only warned
 */
public record PythonSources(
    ModelFiles files,
    List<PythonSource> all,
    List<Problem> errors,
    List<Problem> warnings,
    List<Problem> infos,
    Map<String, Problem> flaws) {
  /** Of a run without Python models. */
  public static final PythonSources NONE =
      new PythonSources(
          new ModelFiles(List.of(), List.of(), List.of(), List.of()),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Map.of());

  public PythonSources {
    all = List.copyOf(all);
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
    flaws = Collections.unmodifiableMap(new LinkedHashMap<>(flaws));
  }

  /** Those that cannot be read now among them. */
  public List<PythonSource> models() {
    return all.stream().filter(PythonSource::isModel).toList();
  }

  public List<PythonSource> helpers() {
    return of(PythonSource.Kind.HELPER);
  }

  public List<PythonSource> dbtModels() {
    return of(PythonSource.Kind.DBT_MODEL);
  }

  /** All that has to be mended, each once: the errors, and what keeps a model from running. */
  public List<Problem> errorsAndFlaws() {
    return Stream.concat(errors.stream(), flaws.values().stream()).distinct().toList();
  }

  private List<PythonSource> of(PythonSource.Kind kind) {
    return all.stream().filter(source -> source.kind() == kind).toList();
  }
}
