package dev.falflow.report;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/**
 * How a run is told.
 *
 * @param json one JSON object a line, as {@code dbt --log-format json} prints
 * @param terminal a person watches: nodes that are running are shown below the lines
 * @param color keep dbt's colours
 * @param detailed each line with its level and thread
 */
public record ReportStyle(
    boolean json, boolean terminal, boolean color, boolean detailed, Verbosity verbosity) {

  /** A reporter that writes UTF-8, whatever the locale: dbt does, and JSON has to be. */
  public Reporter reporter(OutputStream stream, Clock clock, Secrets secrets) {
    PrintStream out = new PrintStream(stream, true, StandardCharsets.UTF_8);
    if (json) {
      return new JsonReporter(out, clock, secrets, verbosity);
    }
    if (terminal && verbosity.compareTo(Verbosity.INFO) >= 0) {
      StatusArea area = new StatusArea(out);
      return new LiveReporter(new LineReporter(area::print, clock, secrets, this), area, clock);
    }
    return new LineReporter(out::println, clock, secrets, this);
  }
}
