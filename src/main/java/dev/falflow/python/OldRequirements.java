package dev.falflow.python;

import dev.falflow.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Requirements of the old tool's time, which no environment of today can meet: the tool itself,
 * whose place this fal takes (PyPI's {@code fal} below version 1, the adapter {@code dbt-fal}), and
 * versions of dbt that fal cannot drive. The adapters that extras stood for ({@code fal[bigquery]})
 * are asked for themselves; dbt and its adapters come in a version of today.
 *
 * @param kept what is to be installed
 * @param notices what the user should know of the rest
 */
record OldRequirements(Requirements kept, List<String> notices) {
  /** Those that count their versions as dbt-core does. */
  private static final Set<String> ADAPTERS =
      Set.of(
          "dbt-athena",
          "dbt-bigquery",
          "dbt-clickhouse",
          "dbt-databricks",
          "dbt-duckdb",
          "dbt-mysql",
          "dbt-oracle",
          "dbt-postgres",
          "dbt-redshift",
          "dbt-snowflake",
          "dbt-spark",
          "dbt-sqlserver",
          "dbt-trino");

  /** Extras and versions; what follows a semicolon or at sign is no version. */
  private static final Pattern PARTS =
      Pattern.compile("^[A-Za-z._-]+\\s*(?:\\[([^]]*)])?([^;@]*).*$");

  private static final Pattern ZERO = Pattern.compile("[=<>~]\\s*0\\b");

  /** Nothing newer than this is let in: {@code ==1.3.1}, {@code ~=1.3.0}, {@code <1.5}. */
  private static final Pattern LIMIT =
      Pattern.compile("(==|~=(?=\\s*\\d+\\.\\d+\\.)|<=|<)\\s*(\\d+)\\.(\\d+)(?:\\.0*([1-9]))?");

  OldRequirements {
    notices = List.copyOf(notices);
  }

  /** What to ask for instead of a line, and why in words that follow the line. */
  private record Instead(List<String> packages, String why) {}

  /**
   * Replaces them.
   *
   * @param ours packages that are installed anyway
   */
  static OldRequirements replacedIn(Requirements project, Set<String> ours) {
    List<Requirements.Line> kept = new ArrayList<>();
    List<String> notices = new ArrayList<>();
    Set<String> more = new LinkedHashSet<>();
    for (Requirements.Line line : project.lines()) {
      Instead instead = instead(line);
      if (instead == null) {
        kept.add(line);
        continue;
      }
      String place = line.where() == null ? "" : line.where() + ": ";
      notices.add(place + Addresses.masked(line.text()) + instead.why());
      more.addAll(instead.packages());
    }
    Requirements rest = new Requirements(kept);
    more.removeAll(ours);
    more.removeAll(rest.packageNames());
    return new OldRequirements(rest.plus(Requirements.of(List.copyOf(more))), notices);
  }

  private static @Nullable Instead instead(Requirements.Line line) {
    Matcher parts = PARTS.matcher(line.text());
    String name = line.packageName();
    if (name == null || !parts.matches()) {
      return null;
    }
    String versions = parts.group(2);
    if (name.equals("dbt-fal") || (name.equals("fal") && isOldTool(versions))) {
      List<String> adapters = adapters(parts.group(1));
      String only = adapters.isEmpty() ? "" : ", only " + String.join(", ", adapters);
      return new Instead(
          adapters,
          " is the old tool, whose place this fal takes; it is not installed" + only + ".");
    }
    if ((name.equals("dbt-core") || ADAPTERS.contains(name)) && isTooOld(versions)) {
      return new Instead(
          List.of(name),
          " is older than what fal can drive (1.%d); a newer one is installed."
              .formatted(Suitability.LOWEST_DBT_MINOR));
    }
    return null;
  }

  /** Without a version, too: projects with Python models had it before there was another. */
  private static boolean isOldTool(String versions) {
    return versions.isBlank() || ZERO.matcher(versions).find();
  }

  private static boolean isTooOld(String versions) {
    return LIMIT
        .matcher(versions)
        .results()
        .anyMatch(
            limit -> {
              int minor = Integer.parseInt(limit.group(3));
              boolean isBelow = limit.group(1).equals("<") && limit.group(4) == null;
              int major = Integer.parseInt(limit.group(2));
              return Suitability.isTooOld(major, isBelow ? minor - 1 : minor);
            });
  }

  private static List<String> adapters(@Nullable String extras) {
    return Stream.of((extras == null ? "" : extras).split(",", -1))
        .map(extra -> "dbt-" + extra.strip())
        .filter(ADAPTERS::contains)
        .toList();
  }
}
