package dev.falflow.flow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that models get: all of the user's, without dbt's secrets. Left out are
 * {@code DBT_ENV_SECRET_*} (dbt's own rule for what is secret) and whatever {@code profiles.yml} reads
 * through {@code env_var} for a key that holds a secret.
 */
final class WorkerEnvironment {
  private static final String SECRET_PREFIX = "DBT_ENV_SECRET";
  private static final Pattern PROFILE_LINE =
      Pattern.compile("^\\s*(?:-\\s+)?[\"']?(\\w+)[\"']?\\s*:(.*)$", Pattern.MULTILINE);
  private static final Pattern ENV_VAR = Pattern.compile("env_var\\(\\s*['\"](\\w+)['\"]");
  private static final Pattern SECRET_KEY =
      Pattern.compile("pass|pwd|secret|token|key|credential|sas", Pattern.CASE_INSENSITIVE);

  private WorkerEnvironment() {}

  static Map<String, String> of(Map<String, String> environment, @Nullable Path profiles) {
    Map<String, String> visible = new LinkedHashMap<>(environment);
    visible.keySet().removeIf(name -> name.toUpperCase(Locale.ROOT).startsWith(SECRET_PREFIX));
    if (profiles != null && Files.isReadable(profiles)) {
      Matcher line = PROFILE_LINE.matcher(read(profiles));
      while (line.find()) {
        if (SECRET_KEY.matcher(line.group(1)).find()) {
          Matcher variable = ENV_VAR.matcher(line.group(2));
          while (variable.find()) {
            visible.remove(variable.group(1));
          }
        }
      }
    }
    return visible;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
