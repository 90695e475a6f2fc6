package dev.falflow.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.NodeResult;
import dev.falflow.dbt.DbtEvent;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line: dbt's events as {@code dbt --log-format json} writes them, ours in the
 * same shape, {@code {"info": …, "data": …}}. {@code docs/cli.md} lists ours.
 */
final class JsonReporter implements Reporter {
  private static final String OUTPUT = "FalModelOutput";
  private static final String PROBLEM = "FalProblem";

  private final PrintStream out;
  private final Clock clock;
  private final Secrets secrets;
  private final Verbosity verbosity;
  private final long pid = ProcessHandle.current().pid();
  private volatile String invocationId = "";

  JsonReporter(PrintStream out, Clock clock, Secrets secrets, Verbosity verbosity) {
    this.out = out;
    this.clock = clock;
    this.secrets = secrets;
    this.verbosity = verbosity;
  }

  @Override
  public void event(DbtEvent event) {
    if (event.json().get("raw") instanceof ObjectNode raw
        && raw.get("info") instanceof ObjectNode info) {
      invocationId = info.path("invocation_id").asText(invocationId);
      boolean printed = event.name().equals("PrintEvent") && verbosity != Verbosity.NONE;
      if (printed || verbosity.shows(event.level())) {
        info.put("msg", DbtText.of(event, false));
        print(raw, secrets::mask);
      }
    }
  }

  @Override
  public void output(String uniqueId, String model, String stream, String line) {
    ObjectNode data = data().put("unique_id", uniqueId).put("model", model);
    say("info", OUTPUT, model + " | " + line, data.put("stream", stream).put("line", line));
  }

  @Override
  public void warning(Problem problem) {
    say("warn", "FalWarning", problem.toString(), toJson(problem));
  }

  @Override
  public void info(String text) {
    say("info", "FalInfo", text, data());
  }

  @Override
  public void debug(String text) {
    say("debug", "FalDebug", text, data());
  }

  @Override
  public void problems(List<Problem> problems) {
    for (Problem problem : problems) {
      say("error", PROBLEM, problem.toString(), toJson(problem));
    }
  }

  @Override
  public void summary(List<NodeResult> results) {
    for (NodeResult result : results) {
      Failure failure = result.failure();
      String outcome = failure == null ? outcome(result) : failure.message();
      String name = result instanceof ModelResult ? "FalModelResult" : "FalScriptResult";
      String message = result.name() + ": " + outcome;
      say(failure == null ? "info" : "error", name, message, toJson(result));
    }
  }

  private static String outcome(NodeResult result) {
    return result instanceof ModelResult model ? model.rows() + " rows" : "success";
  }

  private static ObjectNode toJson(Problem problem) {
    ObjectNode json = data().put("code", problem.code()).put("message", problem.message());
    Location where = problem.where();
    json.put("file", where == null ? null : where.file());
    json.put("line", where == null ? null : positive(where.line()));
    json.put("column", where == null ? null : positive(where.column()));
    json.put("cell", where == null ? null : where.cell());
    return json.put("hint", problem.hint());
  }

  private static @Nullable Integer positive(int number) {
    return number > 0 ? number : null;
  }

  private static ObjectNode toJson(NodeResult result) {
    Path log = result.log();
    return result.toJson().put("log", log == null ? null : log.toString());
  }

  private static ObjectNode data() {
    return Json.MAPPER.createObjectNode();
  }

  private void say(String level, String name, String message, ObjectNode data) {
    if (!verbosity.shows(level)) {
      return;
    }
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.set("data", data);
    ObjectNode info = line.putObject("info");
    info.put("category", "").put("code", "").putObject("extra");
    info.put("invocation_id", invocationId).put("level", level).put("msg", message);
    info.put("name", name).put("pid", pid);
    info.put("thread", Thread.currentThread().getName()).put("ts", clock.instant().toString());
    print(line, masking(name));
  }

  /** What a model prints is its own business, but for dbt's secrets. */
  private UnaryOperator<String> masking(String name) {
    return switch (name) {
      case OUTPUT -> secrets::maskValues;
      case PROBLEM -> secrets::maskSettings;
      default -> secrets::mask;
    };
  }

  private void print(ObjectNode line, UnaryOperator<String> mask) {
    JsonNode masked = masked(line, mask);
    synchronized (out) {
      out.println(masked);
    }
  }

  /** Masked text by text: a secret may hold characters that JSON escapes. */
  private static JsonNode masked(JsonNode json, UnaryOperator<String> mask) {
    if (json.isTextual()) {
      String text = json.asText();
      String masked = mask.apply(text);
      return masked.equals(text) ? json : Json.MAPPER.getNodeFactory().textNode(masked);
    }
    if (json instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        field.setValue(masked(field.getValue(), mask));
      }
    } else if (json instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, masked(array.get(i), mask));
      }
    }
    return json;
  }

  @Override
  public void close() {}
}
