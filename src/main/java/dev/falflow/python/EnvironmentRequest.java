package dev.falflow.python;

import dev.falflow.Location;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentsFile;
import java.util.Optional;

/** Which Python environment something that runs asks for. */
public sealed interface EnvironmentRequest {
  /** The run's own: nothing was asked for, or {@code local}. */
  EnvironmentRequest LOCAL = new Local();

  /**
   * The environment of that name: of {@code fal_project.yml}, or {@code local}.
   *
   * @param where the name stands
   */
  static EnvironmentRequest named(String name, Location where) {
    return name.equals(EnvironmentsFile.LOCAL) ? LOCAL : new Named(name, where);
  }

  /** The one that a Python file's own block describes. */
  static EnvironmentRequest inline(EnvironmentDefinition definition) {
    return new Inline(definition);
  }

  /**
   * What has to be made; empty for the run's own.
   *
   * @throws dev.falflow.FalException when the file has no environment of that name
   */
  Optional<EnvironmentDefinition> definition(EnvironmentsFile file);

  /** The run's own. */
  record Local() implements EnvironmentRequest {
    @Override
    public Optional<EnvironmentDefinition> definition(EnvironmentsFile file) {
      return Optional.empty();
    }
  }

  /** One of {@code fal_project.yml}. */
  record Named(String name, Location where) implements EnvironmentRequest {
    @Override
    public Optional<EnvironmentDefinition> definition(EnvironmentsFile file) {
      return Optional.of(file.named(name, where));
    }
  }

  /** A Python file's own. */
  record Inline(EnvironmentDefinition made) implements EnvironmentRequest {
    @Override
    public Optional<EnvironmentDefinition> definition(EnvironmentsFile file) {
      return Optional.of(made);
    }
  }
}
