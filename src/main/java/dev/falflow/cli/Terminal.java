package dev.falflow.cli;

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

  static Reporter reporter(FlowOptions options, CommonOptions common) {
    Map<String, String> environment = System.getenv();
    boolean movesCursor = isWatched() && !"dumb".equals(environment.get("TERM"));
    ReportStyle style =
        new ReportStyle(
            options.logFormat == FlowOptions.LogFormat.json,
            movesCursor,
            movesCursor && environment.getOrDefault("NO_COLOR", "").isEmpty(),
            options.quiet ? Verbosity.QUIET : common.debug ? Verbosity.DEBUG : Verbosity.NORMAL);
    return style.reporter(System.out, Clock.systemUTC(), Secrets.of(environment));
  }
}
