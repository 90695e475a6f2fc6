package dev.falflow.script;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scripts and hooks of a project, as its files declare them. */
public final class Scripts {
  public static final Scripts NONE = new Scripts(List.of(), Map.of(), List.of());

  private final List<Script> all;
  private final Map<String, Environment> environments;
  private final List<Problem> warnings;

  Scripts(List<Script> all, Map<String, Environment> environments, List<Problem> warnings) {
    this.all = List.copyOf(all);
    this.environments = Collections.unmodifiableMap(new LinkedHashMap<>(environments));
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Reads them.
   *
   * @param nodes of the manifest, in its order; disabled ones and those without {@code meta.fal}
   *     are passed over
   * @throws FalException with everything that is wrong with them
   */
  public static Scripts read(Project project, List<ScriptedNode> nodes) {
    return new ScriptReader(project).read(nodes);
  }

  /** Those of the models in the order given, each model's as declared; then the global ones. */
  public List<Script> all() {
    return all;
  }

  /** Those of one model, as declared. */
  public List<Script> of(String uniqueId, Role role) {
    return all.stream()
        .filter(script -> script.role() == role && uniqueId.equals(script.model()))
        .toList();
  }

  /** The global ones, sorted by their schema file, then as declared. */
  public List<Script> global(Role role) {
    return all.stream().filter(script -> script.role() == role && role.isGlobal()).toList();
  }

  /** A model's {@code meta.fal.environment}, and where it stands. */
  public record Environment(String name, Location declared) {}

  /** The environment that the model itself names, null without. */
  public @Nullable Environment environmentOf(String modelUniqueId) {
    return environments.get(modelUniqueId);
  }

  /** Whether there is nothing to run; an environment may be named all the same. */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** What the user should hear of and the run survives. */
  public List<Problem> warnings() {
    return warnings;
  }
}
