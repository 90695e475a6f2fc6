package dev.falflow.project;

import dev.falflow.Location;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A Python environment that a project asks for.
 *
 * @param name as {@code fal_project.yml} says; of a block in a Python file, the file's path
 * @param packages requirements of a venv, package specifications of a conda environment
 * @param python the versions asked for; null for that of the run's own environment
 * @param channels where conda looks for packages before its configured channels
 * @param where it is asked for
 */
public record EnvironmentDefinition(
    String name,
    Kind kind,
    List<String> packages,
    @Nullable PythonRange python,
    List<String> channels,
    Location where) {

  /** What makes it. */
  public enum Kind {
    VENV("venvs"),
    CONDA("conda");

    private final String folder;

    Kind(String folder) {
      this.folder = folder;
    }

    /** As {@code fal_project.yml} spells it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The folder of the cache that holds the environments of this kind. */
    public String folder() {
      return folder;
    }
  }

  public EnvironmentDefinition {
    packages = List.copyOf(packages);
    channels = List.copyOf(channels);
  }
}
