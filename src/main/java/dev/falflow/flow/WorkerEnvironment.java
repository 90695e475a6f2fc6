package dev.falflow.flow;

import dev.falflow.project.ProfileSecrets;
import dev.falflow.report.Secrets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that models get: all of the user's, without dbt's secrets. Left out are
 * {@code DBT_ENV_SECRET_*} (dbt's own rule for what is secret) and whatever {@code profiles.yml}
 * reads through {@code env_var} for a key that holds a secret.
 */
final class WorkerEnvironment {
  private WorkerEnvironment() {}

  static Map<String, String> of(Map<String, String> environment, @Nullable Path profiles) {
    Map<String, String> visible = new LinkedHashMap<>(environment);
    visible.keySet().removeIf(Secrets::isSecretVariable);
    if (profiles != null) {
      visible.keySet().removeAll(ProfileSecrets.read(profiles).variables());
    }
    return visible;
  }
}
