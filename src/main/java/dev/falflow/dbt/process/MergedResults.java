package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.AtomicFile;
import dev.falflow.Json;
import dev.falflow.dbt.process.Manifest.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One {@code run_results.json} and one {@code manifest.json} of the several that dbt's processes
 * write: results of all, in the order in which they came; what was compiled in any.
 */
final class MergedResults {
  private static final String RUN_RESULTS = "run_results.json";
  private static final String SCHEMA = "https://schemas.getdbt.com/dbt/run-results/v6.json";
  private static final List<String> COMPILED =
      List.of("compiled", "compiled_code", "compiled_path", "extra_ctes", "extra_ctes_injected");

  private final Path targetPath;
  private final String invocationId;
  private final Instant started;
  private final Map<String, ObjectNode> results = new LinkedHashMap<>();
  private final Map<String, ObjectNode> compiled = new LinkedHashMap<>();
  private @Nullable ObjectNode last;

  MergedResults(Path targetPath, String invocationId, Instant started) {
    this.targetPath = targetPath;
    this.invocationId = invocationId;
    this.started = started;
  }

  /** Before a dbt process: what it leaves is not taken for an earlier one's. */
  void forget() {
    try {
      Files.deleteIfExists(targetPath.resolve(RUN_RESULTS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the process left that ended just now: the status of each node of the batch it came to. */
  Map<String, String> take(List<Node> batch) {
    Map<String, String> statuses = new LinkedHashMap<>();
    JsonNode file = readRunResults();
    if (file instanceof ObjectNode found) {
      last = found;
    }
    Map<String, ObjectNode> byId = new LinkedHashMap<>();
    for (JsonNode each : file.path("results")) {
      byId.put(each.path("unique_id").asText(), (ObjectNode) each);
    }
    List<String> wanted = batch.stream().map(Node::uniqueId).toList();
    byId.forEach(
        (uniqueId, result) -> {
          if (uniqueId.startsWith("operation.")) {
            results.put(uniqueId, result); // hooks of a run: those of the last process stand
          } else if (wanted.contains(uniqueId)) {
            results.put(uniqueId, result);
            statuses.put(uniqueId, result.path("status").asText());
          }
        });
    return statuses;
  }

  private JsonNode readRunResults() {
    Path path = targetPath.resolve(RUN_RESULTS);
    try {
      return Files.exists(path)
          ? Json.MAPPER.readTree(Files.readAllBytes(path))
          : Json.MAPPER.missingNode();
    } catch (IOException e) {
      throw new UncheckedIOException("dbt left an unreadable " + path, e);
    }
  }

  /** Keeps what the manifest of the process that ended just now says of compiled nodes. */
  void takeCompiled(Manifest manifest, List<Node> batch) {
    for (Node each : batch) {
      manifest
          .find(each.uniqueId())
          .map(Node::json)
          .filter(json -> json.path("compiled").asBoolean())
          .ifPresent(json -> compiled.put(each.uniqueId(), (ObjectNode) json));
    }
  }

  /** A Python model's result, in the shape of dbt's. */
  void add(PythonResult result) {
    ObjectNode json = frame(result.node(), result.success() ? "success" : "error", result.thread());
    ArrayNode timing = (ArrayNode) json.path("timing");
    timing(timing, "compile", result.started(), result.held());
    timing(timing, "execute", result.held(), result.ended());
    json.put("execution_time", Duration.between(result.started(), result.ended()).toNanos() / 1e9);
    json.put("message", result.message());
    if (result.success()) {
      ((ObjectNode) json.path("adapter_response"))
          .put("_message", result.message())
          .put("code", "PYTHON")
          .put("rows_affected", result.rows());
    }
    results.put(result.node().uniqueId(), json);
  }

  /**
   * What came of a Python model.
   *
   * @param held when its inputs were known
   */
  record PythonResult(
      Node node,
      String thread,
      Instant started,
      Instant held,
      Instant ended,
      boolean success,
      String message,
      long rows) {}

  /** A node that no process came to. */
  void add(Node node, String status, @Nullable String message) {
    results.put(node.uniqueId(), frame(node, status, "MainThread").put("message", message));
  }

  private static void timing(ArrayNode timing, String name, Instant from, Instant to) {
    timing
        .addObject()
        .put("name", name)
        .put("started_at", from.toString())
        .put("completed_at", to.toString());
  }

  private static ObjectNode frame(Node node, String status, String thread) {
    ObjectNode json = Json.MAPPER.createObjectNode().put("status", status);
    json.putArray("timing");
    json.put("thread_id", thread).put("execution_time", 0.0).putObject("adapter_response");
    json.putNull("message").putNull("failures").put("unique_id", node.uniqueId());
    json.put("compiled", false).putNull("compiled_code");
    return json.put("relation_name", node.isTest() ? null : node.relation());
  }

  Map<String, String> statuses() {
    Map<String, String> statuses = new LinkedHashMap<>();
    results.forEach((uniqueId, result) -> statuses.put(uniqueId, result.path("status").asText()));
    return statuses;
  }

  /** Writes both files. */
  void write(Manifest manifest, DbtCommandLine asked, Instant now) {
    ObjectNode json = manifest.json();
    compiled.forEach(
        (uniqueId, from) -> {
          for (String section : List.of("nodes", "unit_tests")) {
            if (json.path(section).get(uniqueId) instanceof ObjectNode node) {
              COMPILED.forEach(key -> copy(from, node, key));
            }
          }
        });
    ((ObjectNode) json.path("metadata")).put("invocation_id", invocationId);
    save("manifest.json", json);
    save(RUN_RESULTS, runResults(manifest, asked, now));
  }

  private static void copy(ObjectNode from, ObjectNode to, String key) {
    JsonNode value = from.get(key);
    if (value != null) {
      to.set(key, value);
    }
  }

  private ObjectNode runResults(Manifest manifest, DbtCommandLine asked, Instant now) {
    ObjectNode file = Json.MAPPER.createObjectNode();
    ObjectNode metadata = file.putObject("metadata");
    metadata.put("dbt_schema_version", SCHEMA).put("dbt_version", manifest.dbtVersion());
    ObjectNode frame = last;
    if (frame != null && frame.path("metadata") instanceof ObjectNode of) {
      metadata.setAll(of);
    } else {
      metadata.putObject("env");
    }
    metadata.put("generated_at", now.toString()).put("invocation_id", invocationId);
    if (metadata.has("invocation_started_at")) {
      metadata.put("invocation_started_at", started.toString());
    }
    ArrayNode all = file.putArray("results");
    boolean hasBatches = results.values().stream().anyMatch(each -> each.has("batch_results"));
    results
        .values()
        .forEach(
            result -> {
              if (hasBatches && !result.has("batch_results")) {
                result.putNull("batch_results");
              }
              all.add(result);
            });
    file.put("elapsed_time", Duration.between(started, now).toNanos() / 1e9);
    ObjectNode arguments = file.putObject("args");
    if (frame != null && frame.path("args") instanceof ObjectNode of) {
      arguments.setAll(of);
    }
    arguments.put("which", asked.command()).put("log_format", "default");
    arguments.put("invocation_command", "dbt " + String.join(" ", asked.words()));
    put(arguments.putArray("select"), asked.values("--select"));
    put(arguments.putArray("exclude"), asked.values("--exclude"));
    return file;
  }

  private static void put(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  private void save(String name, ObjectNode json) {
    try {
      AtomicFile.write(targetPath.resolve(name), Json.MAPPER.writeValueAsBytes(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
