package dev.falflow.flow;

import dev.falflow.Problem;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.report.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What {@code dbt debug} says, secrets masked, and what of it tells of a failure. */
final class DbtDebugLines {
  private static final Pattern COLOR = Pattern.compile("\u001B\\[[0-9;]*m");
  private static final Pattern FAILURES_FOLLOW = Pattern.compile("\\d+ checks? failed:");

  /** We have said these ourselves. */
  private static final Pattern KNOWN =
      Pattern.compile("(?:dbt version|python version|python path): .*|Using profiles dir at .*");

  private final Secrets secrets;
  private final List<String> lines = new ArrayList<>();
  private final List<Problem> failures = new ArrayList<>();
  private boolean failuresFollow;

  DbtDebugLines(Secrets secrets) {
    this.secrets = secrets;
  }

  /** Called on the engine's thread, before its command returns. */
  void add(DbtEvent event) {
    if (!event.name().startsWith("DebugCmd")) {
      return;
    }
    String text = COLOR.matcher(event.message()).replaceAll("").stripTrailing();
    if (failuresFollow) {
      failures.add(problem(text.strip()));
    } else if (FAILURES_FOLLOW.matcher(text).matches()) {
      failuresFollow = true;
    } else if (!KNOWN.matcher(text).matches()) {
      secrets.maskSettings(text).lines().forEach(lines::add);
    }
  }

  private Problem problem(String text) {
    boolean connection = text.contains("unable to connect to the specified database");
    return Problem.of(
        connection ? "warehouse-unreachable" : "dbt-debug-failed", secrets.maskSettings(text));
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  List<Problem> failures() {
    return List.copyOf(failures);
  }
}
