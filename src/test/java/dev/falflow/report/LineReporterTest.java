package dev.falflow.report;

import static dev.falflow.report.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.artifact.Failure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineReporterTest {
  private static final String RED_ERROR = "\u001B[31mERROR\u001B[0m";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Reporter reporter(Verbosity verbosity) {
    return new ReportStyle(false, false, false, verbosity == Verbosity.DEBUG, verbosity)
        .reporter(bytes, Events.CLOCK, Secrets.of(Map.of("DBT_ENV_SECRET_X", "hunter2-long")));
  }

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void callsPythonModelsByTheirNameInDbtsLinesAndKeepsTheColumn() {
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.event(event("LogStartLine", "info", "1 of 4 START sql fal model main.b .. [RUN]"));
      reporter.event(event("LogStartLine", "info", "2 of 4 START sql fal model main.long [RUN]"));
      reporter.event(event("X", "info", "3 of 4 SKIP relation main.(a, b.py) .. [SKIP]"));
      reporter.event(event("X", "info", "4 of 4 SKIP relation main.(a, long.py)  [SKIP]"));
      reporter.event(event("X", "info", "Finished running 1 fal model, 2 view models in 1s"));
      reporter.event(event("X", "info", "Finished running 3 fal models in 1s"));
    }
    assertThat(lines())
        .containsExactly(
            "03:04:05  1 of 4 START python model main.b ... [RUN]",
            "03:04:05  2 of 4 START python model main.long [RUN]",
            "03:04:05  3 of 4 SKIP script (a, b.py) .. [SKIP]",
            "03:04:05  4 of 4 SKIP script (a, long.py)  [SKIP]",
            "03:04:05  Finished running 1 python model, 2 view models in 1s",
            "03:04:05  Finished running 3 python models in 1s");
  }

  @Test
  void printsLaterLinesOfAMessageAsDbtDoesAndNoColourOutsideATerminal() {
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.event(
          event("E", "error", "  Python Error in model d\n  models/d.py:5: " + RED_ERROR));
    }
    assertThat(lines())
        .containsExactly("03:04:05    Python Error in model d", "  models/d.py:5: ERROR");
  }

  @Test
  void printsOnlyErrorsAndPrintedMacrosWhenQuiet() {
    try (Reporter reporter = reporter(Verbosity.ERROR)) {
      reporter.event(event("I", "info", "info"));
      reporter.event(event("W", "warn", "warn"));
      reporter.event(event("PrintEvent", "info", "printed"));
      reporter.event(event("E", "error", "bad"));
      reporter.output("model.shop.b", "b", "stdout", "out");
      reporter.info("info");
      reporter.warning(Problem.of("w", "warning"));
      reporter.summary(List.of(Events.result("a", 1, null), Events.result("b", 1, null)));
      reporter.problems(List.of(Problem.of("p", "problem")));
    }
    assertThat(lines())
        .containsExactly("printed", "03:04:05  bad", "03:04:05  [ERROR]: problem [p]");
  }

  @Test
  void showsLevelAndThreadOfEverythingWhenDebugging() {
    try (Reporter reporter = reporter(Verbosity.DEBUG)) {
      reporter.event(event("D", "debug", "detail"));
      reporter.debug("ours");
    }
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.event(event("D", "debug", "detail"));
      reporter.debug("ours");
    }
    assertThat(lines())
        .containsExactly(
            "03:04:05.678000 [debug] [MainThread]: detail", "03:04:05.678000 [debug] [fal]: ours");
  }

  @Test
  void keepsTheLastStateOfAProgressBar() {
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.output("model.shop.b", "b", "stderr", " 10%\r 50%\r100%");
    }
    assertThat(lines()).containsExactly("03:04:05  b | 100%");
  }

  @Test
  void masksSecretsWhereverTheyTurnUp() {
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.event(event("E", "error", "cannot open md:x?motherduck_token=abc hunter2-long"));
      reporter.output("model.shop.b", "b", "stdout", "tokens=512 hunter2-long");
      reporter.problems(List.of(Problem.of("p", "3 | password: abc")));
      reporter.event(event("StatsLine", "info", "Done. PASS=3 WARN=0"));
    }
    assertThat(lines())
        .containsExactly(
            "03:04:05  cannot open md:x?motherduck_token=***** *****",
            "03:04:05  b | tokens=512 *****",
            "03:04:05  [ERROR]: 3 | password: ***** [p]",
            "03:04:05  Done. PASS=3 WARN=0");
  }

  @Test
  void endsWithTheSlowestModelsAndEveryTracebackAndLog() {
    var failure = new Failure("python-error", "models/d.py:5: E", "Traceback\n  x\nE");
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.summary(List.of(Events.result("b", 500, null), Events.result("d", 1500, failure)));
      reporter.problems(
          List.of(
              Problem.at(Location.of("models/b.py", 3, 7), "ref-not-found", "no").withHint("h")));
    }
    assertThat(lines())
        .containsExactly(
            "03:04:05",
            "03:04:05  Slowest Python models:",
            "03:04:05    d 1.50s, failed (read 0.01s, publish 0.02s)",
            "03:04:05    b 0.50s, 7 rows (read 0.01s, publish 0.02s)",
            "03:04:05",
            "03:04:05  Failed: model.shop.d (models/d.py) [python-error]",
            "03:04:05    Traceback",
            "03:04:05      x",
            "03:04:05    E",
            "03:04:05    What it printed is in /logs/model.shop.d.log",
            "03:04:05  [ERROR]: models/b.py:3:7: no",
            "  h [ref-not-found]");
  }
}
