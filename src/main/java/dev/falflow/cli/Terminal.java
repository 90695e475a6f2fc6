package dev.falflow.cli;

import dev.falflow.dbt.DbtArguments;
import dev.falflow.report.ReportStyle;
import dev.falflow.report.Reporter;
import dev.falflow.report.Secrets;
import dev.falflow.report.Verbosity;
import java.time.Clock;
import java.util.Map;

/** Where our words go, as the launcher and the environment describe it. */
final class Terminal {
  private Terminal() {}

  /** Whether a person sees standard output: the launcher has looked. */
  static boolean isWatched() {
    return Boolean.getBoolean("fal.terminal");
  }

  static boolean isJson(DbtArguments arguments) {
    return "json".equalsIgnoreCase(arguments.value("--log-format"));
  }

  static Reporter reporter(DbtArguments arguments) {
    Map<String, String> environment = System.getenv();
    boolean movesCursor = isWatched() && !"dumb".equals(environment.get("TERM"));
    boolean colors =
        arguments.isOn(
            "--use-colors", movesCursor && environment.getOrDefault("NO_COLOR", "").isEmpty());
    boolean debug = arguments.isOn("--debug", false);
    ReportStyle style =
        new ReportStyle(
            isJson(arguments),
            movesCursor,
            colors,
            debug || "debug".equalsIgnoreCase(arguments.value("--log-format")),
            verbosity(arguments, debug));
    return style.reporter(System.out, Clock.systemUTC(), Secrets.of(environment));
  }

  /** In dbt's order: no log at all, --quiet, --debug, --log-level. */
  private static Verbosity verbosity(DbtArguments arguments, boolean debug) {
    String level = arguments.value("--log-level");
    Verbosity asked = level == null ? Verbosity.INFO : Verbosity.named(level);
    if (asked == Verbosity.NONE) {
      return Verbosity.NONE;
    }
    if (arguments.isOn("--quiet", false)) {
      return Verbosity.ERROR;
    }
    return debug ? Verbosity.DEBUG : asked;
  }
}
