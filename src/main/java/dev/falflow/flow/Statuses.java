package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of dbt's nodes, as scripts are told of it (FAL.md 8): of this run, or of the results
 * that an earlier one left. What has not run is {@code skipped}.
 */
final class Statuses {
  static final String SKIPPED = "skipped";

  private final Supplier<JsonNode> describe;
  private @Nullable JsonNode graph;
  private Runnable lookAgain = () -> {};

  /**
   * Of nodes that have yet to run.
   *
   * @param describe asks the engine for the project's nodes; called once, when first wanted
   */
  Statuses(Supplier<JsonNode> describe) {
    this.describe = describe;
  }

  private record Result(String status, JsonNode adapterResponse) {}

  private final Map<String, Result> results = new ConcurrentHashMap<>();
  private final Map<String, JsonNode> freshness = new ConcurrentHashMap<>();

  /** Of {@code run_results.json} and {@code sources.json}; empty objects where there are none. */
  static Statuses of(Supplier<JsonNode> describe, JsonNode runResults, JsonNode sources) {
    Statuses statuses = new Statuses(describe);
    for (JsonNode result : runResults.path("results")) {
      statuses.put(result.path("unique_id").asText(), result);
    }
    for (JsonNode result : sources.path("results")) {
      statuses.freshness.put(result.path("unique_id").asText(), result);
    }
    return statuses;
  }

  /** Of what the last runs left in this folder, read again whenever the project is described. */
  static Statuses ofLastRuns(Supplier<JsonNode> describe, Path targetPath) {
    Statuses statuses = new Statuses(describe);
    statuses.lookAgain =
        () -> {
          statuses.results.clear();
          statuses.freshness.clear();
          for (JsonNode result : artifact(targetPath, "run_results.json").path("results")) {
            statuses.put(result.path("unique_id").asText(), result);
          }
          for (JsonNode result : artifact(targetPath, "sources.json").path("results")) {
            statuses.freshness.put(result.path("unique_id").asText(), result);
          }
        };
    return statuses;
  }

  private static JsonNode artifact(Path targetPath, String name) {
    Path file = targetPath.resolve(name);
    try {
      return Json.MAPPER.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Json.MAPPER.missingNode();
    } catch (IOException e) {
      throw new FalException(
          Problem.of("bad-artifact", file + " can't be read: " + e.getMessage())
              .withHint("dbt may be writing it just now, or was ended while it did."),
          e);
    }
  }

  private void put(String uniqueId, JsonNode result) {
    JsonNode response = result.path("adapter_response");
    results.put(uniqueId, new Result(result.path("status").asText(SKIPPED), response));
  }

  /** Takes notice of a node's end. */
  void see(DbtEvent event) {
    JsonNode result = event.result();
    String uniqueId = event.uniqueId();
    if (result != null && uniqueId != null && event.name().equals("NodeFinished")) {
      put(uniqueId, result);
    }
  }

  /** A node's status by itself, its tests not regarded. */
  String of(String uniqueId) {
    Result result = results.get(uniqueId);
    return result == null ? SKIPPED : result.status();
  }

  /** What the adapter said of a node; an empty object where it said nothing. */
  JsonNode adapterResponse(String uniqueId) {
    Result result = results.get(uniqueId);
    return result == null ? Json.MAPPER.createObjectNode() : result.adapterResponse();
  }

  private synchronized JsonNode graph() {
    JsonNode found = graph;
    if (found == null) {
      found = describe.get();
      graph = found;
    }
    return found;
  }

  /** The project's nodes as the engine describes them, each with its status. */
  JsonNode described() {
    lookAgain.run();
    ObjectNode described = graph().deepCopy();
    for (String kind : new String[] {"models", "sources", "tests"}) {
      for (JsonNode each : described.path(kind)) {
        ObjectNode node = (ObjectNode) each;
        String uniqueId = node.path("unique_id").asText();
        node.put("status", of(uniqueId));
        node.set("adapter_response", adapterResponse(uniqueId));
        node.set("freshness", freshness.get(uniqueId));
      }
    }
    return described;
  }

  /** The generic tests of a model, each with its status. */
  ArrayNode testsOf(String uniqueId) {
    ArrayNode tests = Json.MAPPER.createArrayNode();
    for (JsonNode test : graph().path("tests")) {
      boolean isItsOwn =
          test.path("generic").asBoolean()
              && test.path("model_ids").path(0).asText().equals(uniqueId);
      if (isItsOwn) {
        ObjectNode own = test.deepCopy();
        tests.add(own.put("status", of(test.path("unique_id").asText())));
      }
    }
    return tests;
  }
}
