package dev.falflow.script;

import dev.falflow.Location;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Python file (script or notebook) that fal runs around a model, or around the whole run.
 *
 * @param model its unique_id, null for a global one
 * @param path absolute
 * @param file relative to the project, as the user would type it; absolute where it lies outside
 * @param name relative to {@code fal-scripts-path} in the same way, which is how it is declared
 * @param arguments a hook's {@code with}; empty for any other
 * @param environment that a hook names, or its model; null without
 * @param declared where in the project's files
 * @param occurrence 1, and counted on where a model has a hook again with other arguments
 */
public record Script(
    Role role,
    @Nullable String model,
    @Nullable String modelName,
    Path path,
    String file,
    String name,
    Map<String, @Nullable Object> arguments,
    @Nullable String environment,
    Location declared,
    int occurrence) {
  private static final String GLOBAL = "<GLOBAL>";

  public Script {
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  /** As messages name it: {@code (customers, after.py)}, {@code (<GLOBAL>, after.py)}. */
  public String id() {
    return "(" + (modelName == null ? GLOBAL : modelName) + ", " + name + ")";
  }

  /** As no other script and no node of dbt's is called, the same in every run. */
  public String uniqueId() {
    String owner = model == null ? GLOBAL : model.substring(model.indexOf('.') + 1);
    String again = occurrence == 1 ? "" : "#" + occurrence;
    return "script." + owner + "." + role.word() + "." + name + again;
  }
}
