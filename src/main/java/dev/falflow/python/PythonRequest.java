package dev.falflow.python;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What decides on which Python a project runs.
 *
 * @param projectDir the dbt project's folder, where a {@code requirements.txt} may lie
 * @param given what followed {@code --python}: an interpreter, the folder of a virtual environment,
 *     or {@code managed} for fal's own; null when the option is absent
 * @param environment the environment variables of this process
 */
public record PythonRequest(
    Path projectDir, @Nullable String given, Map<String, String> environment) {
  public PythonRequest {
    projectDir = projectDir.toAbsolutePath().normalize();
    environment = Map.copyOf(environment);
  }

  /** An environment variable, empty when unset. */
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }
}
