package dev.falflow.dbt;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An option of dbt's {@code run} and {@code build}; {@link DbtOptions} has them all.
 *
 * @param spellings all of them, the one that dbt is given first
 * @param off the spelling that turns a flag off, null when there is none
 * @param values how many words follow it
 * @param label what these words are, for the help
 * @param goesTo which of dbt's commands it is handed to
 * @param onlyBuild {@code dbt run} does not have it
 * @param since the first dbt-core that has it, for example 1.10; null when 1.8 does
 * @param until the last dbt-core that has it, null when it still does
 * @param refused why fal does not take it and what to do instead; null when it is handed to dbt
 * @param difference what is not as in dbt itself, null when nothing is
 * @param description for the help; empty hides the option there
 */
public record DbtOption(
    List<String> spellings,
    @Nullable String off,
    Values values,
    String label,
    GoesTo goesTo,
    boolean onlyBuild,
    @Nullable String since,
    @Nullable String until,
    @Nullable String refused,
    @Nullable String difference,
    String description) {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final int MINORS = 1000;
  private static final Set<String> TRUE = Set.of("1", "true", "t", "yes", "y", "on");

  /** How many words follow an option. */
  public enum Values {
    FLAG,
    ONE,
    /** One or more, up to the next option; when given twice the last counts, as in the old fal. */
    MANY,
    /** The same, but all of them count. */
    UNITED
  }

  /**
   * Which of dbt's commands an option is handed to: always the run itself; {@code dbt parse}, which
   * fal has done before it; {@code dbt ls}, which it asks instead of running for {@code --dry-run}.
   */
  public enum GoesTo {
    /** What the project, the profile, the parser and the log are. */
    ALL(true, true),
    /** The same, but {@code dbt ls} has no such option. */
    PARSE_AND_RUN(true, false),
    /** What is selected. */
    LIST_AND_RUN(false, true),
    /** What is done with each node. */
    RUN(false, false);

    private final boolean parse;
    private final boolean list;

    GoesTo(boolean parse, boolean list) {
      this.parse = parse;
      this.list = list;
    }

    public boolean parse() {
      return parse;
    }

    public boolean list() {
      return list;
    }
  }

  public DbtOption {
    spellings = List.copyOf(spellings);
  }

  /** The spelling that dbt is given. */
  public String name() {
    return spellings.get(0);
  }

  /** Whether dbt's command, {@code run} or {@code build}, has it. */
  public boolean isOf(String command) {
    return !onlyBuild || command.equals("build");
  }

  public boolean isKnownTo(String dbtVersion) {
    int version = number(dbtVersion);
    return (since == null || version >= number(since))
        && (until == null || version <= number(until));
  }

  /** The variables dbt reads it from, the one that counts first. */
  public List<String> variables() {
    String name = name().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    return List.of("DBT_ENGINE_" + name, "DBT_" + name);
  }

  /** The value of its variable in this environment; as for dbt, an empty one counts as not set. */
  public @Nullable String variable(Map<String, String> environment) {
    return variables().stream()
        .map(environment::get)
        .filter(value -> value != null && !value.isEmpty())
        .findFirst()
        .orElse(null);
  }

  /** Whether dbt takes a variable's value for true. */
  public static boolean isTrue(String value) {
    return TRUE.contains(value.strip().toLowerCase(Locale.ROOT));
  }

  private static int number(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no version of dbt-core: " + version);
    }
    return Integer.parseInt(matcher.group(1)) * MINORS + Integer.parseInt(matcher.group(2));
  }

  /** Makes one, for {@link DbtOptions}. */
  static final class Builder {
    private final List<String> spellings;
    private final @Nullable String off;
    private final Values values;
    private final String label;
    private final String description;
    private GoesTo goesTo = GoesTo.RUN;
    private boolean onlyBuild;
    private @Nullable String since;
    private @Nullable String until;
    private @Nullable String refused;
    private @Nullable String difference;

    Builder(
        String spellings, @Nullable String off, Values values, String label, String description) {
      this.spellings = List.of(spellings.split(" ", -1));
      this.off = off;
      this.values = values;
      this.label = label;
      this.description = description;
    }

    Builder of(GoesTo commands) {
      goesTo = commands;
      return this;
    }

    Builder onlyOfBuild() {
      onlyBuild = true;
      return this;
    }

    Builder since(String version) {
      since = version;
      return this;
    }

    Builder until(String version) {
      until = version;
      return this;
    }

    Builder refused(String reason) {
      refused = reason;
      return this;
    }

    Builder differs(String how) {
      difference = how;
      return this;
    }

    DbtOption build() {
      return new DbtOption(
          spellings,
          off,
          values,
          label,
          goesTo,
          onlyBuild,
          since,
          until,
          refused,
          difference,
          description);
    }
  }
}
