package dev.falflow.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Problem;
import dev.falflow.artifact.NodeResult;
import dev.falflow.dbt.DbtEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The lines of a run and, below them on a terminal, the nodes that are running just now. */
final class LiveReporter implements Reporter {
  /** Whatever moves the cursor in a model's output would garble the area; colours may stay. */
  private static final Pattern MOVES =
      Pattern.compile("\u001B(?:\\[[0-9;?]*[ -/]*[@-ln-~]|[^\\[])|[\\x00-\\x08\\x0B-\\x1A\\x7F]");

  private static final String COLORS_OFF = "\u001B[0m";
  private static final int NAME_WIDTH = 44;

  private final Reporter lines;
  private final StatusArea area;
  private final Clock clock;
  private final Map<String, Node> running = new LinkedHashMap<>();
  private int done;
  private int total;

  private record Node(String kind, String name, Instant started) {}

  LiveReporter(Reporter lines, StatusArea area, Clock clock) {
    this.lines = lines;
    this.area = area;
    this.clock = clock;
    area.show(this::status);
  }

  @Override
  public void event(DbtEvent event) {
    follow(event);
    lines.event(event);
  }

  private synchronized void follow(DbtEvent event) {
    String uniqueId = event.uniqueId();
    if (event.name().equals("FinishedRunningStats")) {
      running.clear();
      done = 0;
      total = 0;
    } else if (uniqueId != null && event.name().equals("LogStartLine")) {
      total = event.json().path("total").asInt();
      JsonNode node = event.json().path("node");
      running.put(uniqueId, new Node(kind(node), node.path("name").asText(), clock.instant()));
    } else if (uniqueId != null
        && event.json().path("index").asInt() > 0
        && !event.name().startsWith("LogHook")) {
      running.remove(uniqueId);
      done++;
    }
  }

  private static String kind(JsonNode node) {
    String type = node.path("resource_type").asText();
    if (!type.equals("model")) {
      return type;
    }
    return node.path("materialized").asText().equals("fal") ? "python" : "sql";
  }

  private synchronized List<String> status() {
    if (total == 0) {
      return List.of();
    }
    List<String> shown = new ArrayList<>();
    shown.add(
        String.format("%d of %d done, %d running", Math.min(done, total), total, running.size()));
    Instant now = clock.instant();
    for (Node node : running.values()) {
      double seconds = Duration.between(node.started(), now).toMillis() / 1e3;
      String what = node.kind() + " " + node.name();
      shown.add(String.format(Locale.ROOT, "  %-" + NAME_WIDTH + "s %7.1fs", what, seconds));
    }
    return shown;
  }

  @Override
  public void output(String uniqueId, String model, String stream, String line) {
    boolean styled = line.indexOf('\u001B') >= 0;
    String shown = line.substring(line.lastIndexOf('\r') + 1);
    shown = MOVES.matcher(shown).replaceAll("");
    lines.output(uniqueId, model, stream, styled ? shown + COLORS_OFF : shown);
  }

  @Override
  public void warning(Problem problem) {
    lines.warning(problem);
  }

  @Override
  public void info(String text) {
    lines.info(text);
  }

  @Override
  public void debug(String text) {
    lines.debug(text);
  }

  @Override
  public void summary(List<NodeResult> results) {
    lines.summary(results);
  }

  @Override
  public void problems(List<Problem> problems) {
    lines.problems(problems);
  }

  @Override
  public void close() {
    area.close();
  }
}
