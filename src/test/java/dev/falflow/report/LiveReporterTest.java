package dev.falflow.report;

import static dev.falflow.report.Events.event;
import static dev.falflow.report.Events.ofNode;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LiveReporterTest {
  private static final Pattern PIECE =
      Pattern.compile("\u001B\\[(\\?7)?(\\d*)([A-Za-z])|([^\u001B\n]+)|(\n)");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Reporter reporter =
      new ReportStyle(false, true, true, false, Verbosity.INFO)
          .reporter(bytes, Events.CLOCK, Secrets.of(Map.of()));

  /** What a terminal shows of all that was written; anything it was not meant to get fails. */
  private List<String> screen() {
    List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    boolean wraps = true;
    Matcher piece = PIECE.matcher(bytes.toString(StandardCharsets.UTF_8));
    while (piece.find()) {
      if (piece.group(4) != null) {
        rows.get(row).append(piece.group(4));
      } else if (piece.group(5) != null) {
        row++;
        if (row == rows.size()) {
          rows.add(new StringBuilder());
        }
      } else {
        switch (piece.group(3)) {
          case "F" -> row -= Integer.parseInt(piece.group(2));
          case "J" -> {
            rows.subList(row, rows.size()).clear();
            rows.add(new StringBuilder());
          }
          case "l" -> wraps = false;
          case "h" -> wraps = true;
          case "m" -> rows.get(row).append("<m>");
          default -> throw new AssertionError("unexpected sequence " + piece.group());
        }
      }
    }
    assertThat(wraps).isTrue();
    return rows.subList(0, row).stream().map(StringBuilder::toString).toList();
  }

  @Test
  void showsRunningNodesBelowTheLinesAndCountsThoseThatAreDone() {
    reporter.event(ofNode("LogStartLine", "START a", "a", "view"));
    reporter.event(ofNode("LogModelResult", "OK a", "a", "view"));
    reporter.event(ofNode("LogStartLine", "START b", "b", "fal"));
    reporter.output("model.shop.b", "b", "stdout", "hi");
    assertThat(screen())
        .containsExactly(
            "03:04:05  START a",
            "03:04:05  OK a",
            "03:04:05  START b",
            "03:04:05  b | hi",
            "1 of 3 done, 1 running",
            "  python b                                         0.0s");
  }

  @Test
  void leavesOnlyTheLinesAtTheEnd() {
    reporter.event(ofNode("LogStartLine", "START b", "b", "fal"));
    reporter.event(event("FinishedRunningStats", "info", "Finished"));
    assertThat(screen()).containsExactly("03:04:05  START b", "03:04:05  Finished");
  }

  @Test
  void takesItsLinesAwayWhenClosedInTheMiddle() {
    reporter.event(ofNode("LogStartLine", "START b", "b", "fal"));
    reporter.close();
    assertThat(screen()).containsExactly("03:04:05  START b");
  }

  @Test
  void keepsWhatMovesTheCursorOutOfAModelsOutputAndEndsItsColours() {
    reporter.output("model.shop.b", "b", "stdout", "\u001B[2J\u001B[31mred\u001B[5A\u0007!");
    assertThat(screen()).containsExactly("03:04:05  b | <m>red!<m>");
  }

  @Test
  void fitsManyNodesIntoAFewShortRows() {
    for (int i = 0; i < 30; i++) {
      reporter.event(ofNode("LogStartLine", "START", "m" + i + "x".repeat(100), "view"));
    }
    List<String> area = screen().subList(30, screen().size());
    assertThat(area).hasSizeLessThan(10).allSatisfy(row -> assertThat(row.length()).isLessThan(61));
    assertThat(area.get(0)).isEqualTo("0 of 3 done, 30 running");
  }
}
