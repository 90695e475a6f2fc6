package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.process.Manifest.Node;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The events of several dbt processes told as those of one run: one beginning, nodes numbered
 * through, Python models among them, the failures and the sums once at the end.
 */
final class RunEvents {
  private static final Pattern NUMBERED =
      Pattern.compile("(\\d+) of (\\d+) (.*?)( \\.+ )(\\[.*)", Pattern.DOTALL);
  private static final int WIDTH = 80;
  private static final String NO_COLOR = "\u001B[0m";
  private static final String RED = "\u001B[31m";
  private static final String GREEN = "\u001B[32m";
  private static final String YELLOW = "\u001B[33m";
  private static final String MAIN_THREAD = "MainThread";

  /** Said of every process at its start: once is enough. */
  private static final Set<String> HEAD_ENDS = Set.of("ConcurrencyLine", "NothingToDo");

  private final String invocationId;
  private final Consumer<DbtEvent> onEvent;
  private final OwnEvents own;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<DbtEvent> failures = new ArrayList<>();
  private int total;
  private Part part = Part.HEAD;

  /** Where in its output a dbt process is. */
  private enum Part {
    HEAD,
    NODES,
    SUMS,
    FAILURES,
    END
  }

  RunEvents(String invocationId, Consumer<DbtEvent> onEvent, Clock clock) {
    this.invocationId = invocationId;
    this.onEvent = onEvent;
    own = new OwnEvents(invocationId, clock);
  }

  /** One of the events of {@code dbt ls}: its beginning stands for those of all processes. */
  void beginning(DbtEvent event) {
    if (!event.name().equals("PrintEvent")) {
      send(event);
    }
  }

  void concurrency(int nodes, int threads, String target) {
    total = nodes;
    blank();
    ObjectNode data = data().put("num_threads", threads).put("target_name", target);
    say(
        "ConcurrencyLine",
        "info",
        MAIN_THREAD,
        "Concurrency: %d thread%s (target='%s')"
            .formatted(threads, threads == 1 ? "" : "s", target),
        data.put("node_count", nodes));
    blank();
  }

  /** In the voice of dbt's own notes. */
  void warning(String text) {
    say("Note", "warn", MAIN_THREAD, YELLOW + "[WARNING]" + NO_COLOR + ": " + text, data());
  }

  // -- dbt's own ----------------------------------------------------------------------------------

  void processBegins() {
    part = Part.HEAD;
  }

  /** An event of the dbt process that runs now. */
  void of(DbtEvent event) {
    String name = event.name();
    if (event.level().equals("error") && part != Part.FAILURES) {
      send(renumbered(event));
      return;
    }
    switch (part) {
      case HEAD -> {
        if (HEAD_ENDS.contains(name)) {
          part = Part.NODES;
        } else if (event.level().equals("debug")
            || name.equals("PrintEvent")
            || name.equals("JinjaLogInfo")
            || name.startsWith("LogHook")) {
          send(event);
        }
      }
      case NODES -> {
        if (name.equals("FinishedRunningStats")) {
          part = Part.SUMS;
        } else if (!name.equals("Formatting")) {
          send(renumbered(event));
        }
      }
      case SUMS -> {
        if (name.equals("EndOfRunSummary")) {
          part = Part.FAILURES;
        } else if (!name.equals("Formatting")) {
          send(event);
        }
      }
      case FAILURES -> {
        if (name.equals("StatsLine")) {
          part = Part.END;
          if (!failures.isEmpty() && isBlank(failures.get(failures.size() - 1))) {
            failures.remove(failures.size() - 1);
          }
        } else {
          failures.add(event);
        }
      }
      case END -> {
        if (event.level().equals("debug")) {
          send(event);
        }
      }
    }
  }

  private static boolean isBlank(DbtEvent event) {
    return event.name().equals("Formatting") && event.message().isEmpty();
  }

  private DbtEvent renumbered(DbtEvent event) {
    String uniqueId = event.uniqueId();
    Matcher numbered = NUMBERED.matcher(event.message());
    boolean isNode = !event.name().startsWith("LogHook") && event.json().has("index");
    if (uniqueId == null || !isNode || !numbered.matches()) {
      return event;
    }
    int number = number(uniqueId);
    String before = number + " of " + total + " " + numbered.group(3);
    String message = before + dots(before) + numbered.group(5);
    ObjectNode json = event.json().deepCopy();
    json.put("index", number).put("total", total).put("message", message);
    if (json.path("raw").path("data") instanceof ObjectNode data) {
      data.put("index", number).put(data.has("num_models") ? "num_models" : "total", total);
    }
    if (json.path("raw").path("info") instanceof ObjectNode info) {
      info.put("msg", message);
    }
    return DbtEvent.from(json);
  }

  private int number(String uniqueId) {
    return numbers.computeIfAbsent(uniqueId, unused -> numbers.size() + 1);
  }

  private static String dots(String before) {
    return " " + ".".repeat(Math.max(0, WIDTH - before.length() - 1)) + " ";
  }

  // -- Python models and what we skip -------------------------------------------------------------

  void started(Node node, String thread) {
    nodeLine(node, "LogStartLine", "info", thread, "START " + described(node), "RUN", null, data());
  }

  /**
   * A Python model is done.
   *
   * @param message without a failure what stands in the brackets, {@code PYTHON 2 rows}
   */
  void ended(Node node, String thread, boolean success, String message, Duration took) {
    double seconds = took.toNanos() / 1e9;
    ObjectNode data = data().put("execution_time", seconds);
    data.put("status", success ? message : "error");
    String status = success ? GREEN + message + NO_COLOR : RED + "ERROR" + NO_COLOR;
    nodeLine(
        node,
        "LogModelResult",
        success ? "info" : "error",
        thread,
        (success ? "OK created " : "ERROR creating ") + described(node),
        status,
        seconds,
        data);
    if (!success) {
      String where = "model " + node.name() + " (" + node.path() + ")";
      blankLater();
      failures.add(
          own.of(
              "RunResultFailure",
              "error",
              MAIN_THREAD,
              RED + "Failure in " + where + NO_COLOR,
              data(),
              node));
      failures.add(own.of("RunResultError", "error", MAIN_THREAD, "  " + message, data(), node));
    }
  }

  void skipped(Node node) {
    boolean isRelation = Set.of("model", "seed", "snapshot").contains(node.resourceType());
    String what =
        isRelation
            ? "SKIP relation " + node.schema() + "." + node.name()
            : "SKIP " + node.resourceType() + " " + node.name();
    ObjectNode data = data().put("resource_type", node.resourceType());
    nodeLine(
        node,
        "SkippingDetails",
        "info",
        MAIN_THREAD,
        what,
        YELLOW + "SKIP" + NO_COLOR,
        null,
        data.put("schema", node.schema()).put("node_name", node.name()));
  }

  private static String described(Node node) {
    return "sql fal model " + node.schema() + "." + node.json().path("alias").asText(node.name());
  }

  private void nodeLine(
      Node node,
      String name,
      String level,
      String thread,
      String what,
      String status,
      @Nullable Double seconds,
      ObjectNode data) {
    int number = number(node.uniqueId());
    String before = number + " of " + total + " " + what;
    String time = seconds == null ? "" : String.format(Locale.ROOT, " in %.2fs", seconds);
    data.put("description", what.substring(what.indexOf(' ') + 1));
    data.put("index", number).put("total", total);
    onEvent.accept(
        own.of(name, level, thread, before + dots(before) + "[" + status + time + "]", data, node));
  }

  // -- the end ------------------------------------------------------------------------------------

  /** Sums and failures. */
  void end(RunSums sums, Duration took) {
    double seconds = took.toNanos() / 1e9;
    String time =
        String.format(
            Locale.ROOT,
            " in %d hours %d minutes and %.2f seconds",
            took.toHours(),
            took.toMinutesPart(),
            seconds % 60);
    String line = sums.kinds();
    blank();
    say(
        "FinishedRunningStats",
        "info",
        MAIN_THREAD,
        "Finished running " + line + time + String.format(Locale.ROOT, " (%.2fs).", seconds),
        data().put("stat_line", line).put("execution", time).put("execution_time", seconds));
    blank();
    int errors = sums.count("error");
    int warnings = sums.count("warn");
    String color = errors > 0 ? RED : warnings > 0 ? YELLOW : GREEN;
    ObjectNode data = data().put("num_errors", errors).put("num_warnings", warnings);
    data.put("keyboard_interrupt", false);
    say("EndOfRunSummary", "info", MAIN_THREAD, color + sums.verdict() + NO_COLOR, data);
    failures.forEach(this::send);
    blank();
    data = data();
    sums.write(data.putObject("stats"));
    say("StatsLine", "info", MAIN_THREAD, sums.done(), data);
  }

  // -- making them --------------------------------------------------------------------------------

  private static ObjectNode data() {
    return Json.MAPPER.createObjectNode();
  }

  private void blank() {
    say("Formatting", "info", MAIN_THREAD, "", data().put("msg", ""));
  }

  private void blankLater() {
    failures.add(own.of("Formatting", "info", MAIN_THREAD, "", data().put("msg", ""), null));
  }

  private void say(String name, String level, String thread, String message, ObjectNode data) {
    onEvent.accept(own.of(name, level, thread, message, data, null));
  }

  private void send(DbtEvent event) {
    if (event.json().path("raw").path("info") instanceof ObjectNode info) {
      info.put("invocation_id", invocationId);
    }
    onEvent.accept(event);
  }
}
