package dev.falflow.project;

import dev.falflow.FalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a {@code profiles.yml}: what stands under a key that names one.
 *
 * @param values as written there
 * @param variables names of the environment variables read there
 */
public record ProfileSecrets(Set<String> values, Set<String> variables) {
  private static final Pattern KEY =
      Pattern.compile("pass|pwd|secret|token|key|credential|sas", Pattern.CASE_INSENSITIVE);
  private static final Pattern ENV_VAR = Pattern.compile("env_var\\(\\s*['\"](\\w+)['\"]");

  public ProfileSecrets {
    values = Collections.unmodifiableSet(new LinkedHashSet<>(values));
    variables = Collections.unmodifiableSet(new LinkedHashSet<>(variables));
  }

  /** Empty where there is no such file, or dbt could not read it either. */
  public static ProfileSecrets read(Path profiles) {
    Set<String> values = new LinkedHashSet<>();
    Set<String> variables = new LinkedHashSet<>();
    try {
      if (Files.isReadable(profiles)) {
        Object tree = Yaml.parse(Files.readString(profiles), profiles.toString());
        collect(tree, false, values, variables);
      }
    } catch (IOException | FalException e) {
      return new ProfileSecrets(Set.of(), Set.of()); // dbt says so, in its own words
    }
    return new ProfileSecrets(values, variables);
  }

  private static void collect(
      @Nullable Object node, boolean secret, Set<String> values, Set<String> variables) {
    if (node instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) ->
              collect(value, KEY.matcher(String.valueOf(key)).find(), values, variables));
    } else if (node instanceof List<?> list) {
      list.forEach(entry -> collect(entry, secret, values, variables));
    } else if (secret && node != null && !(node instanceof Boolean)) {
      String text = node.toString();
      Matcher variable = ENV_VAR.matcher(text);
      while (variable.find()) {
        variables.add(variable.group(1));
      }
      if (!text.contains("{{")) {
        values.add(text);
      }
    }
  }
}
