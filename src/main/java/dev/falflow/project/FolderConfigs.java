package dev.falflow.project;

import dev.falflow.Location;
import dev.falflow.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Configs of {@code dbt_project.yml} that a Python model's folder or name seems to have, and its
 * generated SQL, which lies below the folder {@code fal}, does not.
 */
public final class FolderConfigs {
  /** A Python model is a table whatever its folder says. */
  private static final String WITHOUT_EFFECT = "materialized";

  private final Project project;
  private final Map<String, @Nullable Object> configs;

  public FolderConfigs(Project project) {
    this.project = project;
    this.configs = Yaml.map(Yaml.map(project.tree().get("models")).get(project.name()));
  }

  /**
   * A warning for each place in the file that names such configs, with what to add.
   *
   * @param fqns of generated models: {@code fal}, the folders below the model path, the name
   */
  public List<Problem> hidden(List<List<String>> fqns) {
    Set<List<String>> places = new LinkedHashSet<>();
    for (List<String> fqn : fqns) {
      List<String> path = fqn.subList(1, fqn.size());
      for (int depth = 1; depth <= path.size(); depth++) {
        places.add(path.subList(0, depth));
      }
    }
    List<Problem> problems = new ArrayList<>();
    for (List<String> place : places) {
      Map<String, @Nullable Object> missing = own(at(place));
      missing.remove("+" + WITHOUT_EFFECT);
      own(at(below(place))).keySet().forEach(missing::remove);
      if (!missing.isEmpty()) {
        problems.add(problem(place, missing));
      }
    }
    return problems;
  }

  private static List<String> below(List<String> place) {
    List<String> fqn = new ArrayList<>(List.of(Project.STUB_FOLDER));
    fqn.addAll(place);
    return fqn;
  }

  private Map<String, @Nullable Object> at(List<String> place) {
    Map<String, @Nullable Object> level = configs;
    for (String part : place) {
      level = Yaml.map(level.get(part));
    }
    return level;
  }

  /** What this level itself configures, all spelled with a plus. */
  private static Map<String, @Nullable Object> own(Map<String, @Nullable Object> level) {
    Map<String, @Nullable Object> own = new LinkedHashMap<>();
    level.forEach(
        (key, value) -> {
          if (key.startsWith("+")) {
            own.put(key, value);
          } else if (!(value instanceof Map)) {
            own.put("+" + key, value);
          }
        });
    return own;
  }

  private Problem problem(List<String> place, Map<String, @Nullable Object> missing) {
    Map<String, @Nullable Object> tree = missing;
    List<String> path = new ArrayList<>(List.of("models", project.name()));
    path.addAll(below(place));
    for (int index = path.size() - 1; index >= 0; index--) {
      Map<String, @Nullable Object> outer = new LinkedHashMap<>();
      outer.put(path.get(index), tree);
      tree = outer;
    }
    return Problem.at(
            Location.of(Project.FILE),
            "hidden-config",
            "models: %s: %s: %s does not reach the Python models there: dbt knows them below %s"
                .formatted(
                    project.name(),
                    String.join(": ", place),
                    String.join(", ", missing.keySet()),
                    Project.STUB_FOLDER))
        .withHint("Merge this into the file:\n" + Yaml.text(tree).stripTrailing().indent(4));
  }
}
