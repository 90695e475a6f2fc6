package dev.falflow.report;

import dev.falflow.Addresses;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text. dbt masks the values of {@code DBT_ENV_SECRET…} where it writes its
 * own lines, but events reach us before that.
 */
public final class Secrets {
  private static final String MASK = "*****";
  private static final String BEHIND = "$1" + MASK;
  private static final String PREFIX = "DBT_ENV_SECRET";

  /** The name of a secret in running text, where dbt also says PASS=3 and unique_key='id'. */
  private static final String NAME =
      "(?i)([\\w-]*(?:passw|passphrase|pwd|secret|token|credential"
          + "|(?:access|private|api|account|shared)_?key)[\\w-]*['\"]?";

  private static final String QUOTED = "'[^']*'|\"[^\"]*\"";

  /** {@code md:shop?motherduck_token=…}, {@code password=… host=…}. */
  private static final Pattern ASSIGNED =
      Pattern.compile(NAME + "=)(" + QUOTED + "|[^\\s&;,'\")\\]}]+)");

  /** {@code password: …}, {@code 'motherduck_token': '…'}. */
  private static final Pattern LISTED =
      Pattern.compile(
          NAME.replace("passw|", "passw|\\bpass\\b|")
              + ": *)(?!(?:None|True|False)\\b)("
              + QUOTED
              + "|[^\\s,'\"{}\\[\\]]+)");

  /** Shorter values are replaced as whole words only: a password "db" is part of many words. */
  private static final int DISTINCTIVE = 8;

  private final List<String> values;
  private final List<Pattern> patterns;

  private Secrets(Collection<String> values) {
    this.values = List.copyOf(values);
    patterns =
        values.stream()
            .flatMap(String::lines) // messages quote a private key in parts
            .map(String::strip)
            .filter(value -> !value.isEmpty())
            .distinct()
            .sorted(Comparator.comparing(String::length).reversed())
            .map(Secrets::literal)
            .toList();
  }

  private static Pattern literal(String value) {
    String quoted = Pattern.quote(value);
    return Pattern.compile(value.length() < DISTINCTIVE ? "(?<!\\w)" + quoted + "(?!\\w)" : quoted);
  }

  /** Knows the values that dbt's own rule makes secrets, by the name of their variable. */
  public static Secrets of(Map<String, String> environment) {
    return new Secrets(
        environment.entrySet().stream()
            .filter(variable -> isSecretVariable(variable.getKey()))
            .map(Map.Entry::getValue)
            .toList());
  }

  /** Knows these values too. */
  public Secrets and(Collection<String> more) {
    List<String> all = new ArrayList<>(values);
    all.addAll(more);
    return new Secrets(all);
  }

  public static boolean isSecretVariable(String name) {
    return name.toUpperCase(Locale.ROOT).startsWith(PREFIX);
  }

  /** Without the known values; for anything that is printed. */
  public String maskValues(String text) {
    String masked = text;
    for (Pattern value : patterns) {
      masked = value.matcher(masked).replaceAll(MASK);
    }
    return masked;
  }

  /** Without what an address or a connection string carries either; for messages. */
  public String mask(String text) {
    String masked = maskValues(text);
    return Addresses.masked(ASSIGNED.matcher(masked).replaceAll(BEHIND));
  }

  /** Without what stands behind a secret's key either; for lists of settings. */
  public String maskSettings(String text) {
    return LISTED.matcher(mask(text)).replaceAll(BEHIND);
  }
}
