package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.Hold;
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
  private static final String TESTED = "tested";

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
    statuses.take(runResults, sources);
    return statuses;
  }

  /** Of what earlier runs left, looked at again whenever the project is described. */
  static Statuses ofNow(Supplier<JsonNode> describe, Supplier<LastResults> results) {
    Statuses statuses = new Statuses(describe);
    statuses.lookAgain =
        () -> {
          LastResults last = results.get();
          statuses.results.clear();
          statuses.freshness.clear();
          statuses.take(last.runResults(), last.sources());
        };
    return statuses;
  }

  private void take(JsonNode runResults, JsonNode sources) {
    for (JsonNode result : runResults.path("results")) {
      put(result.path("unique_id").asText(), result);
    }
    for (JsonNode result : sources.path("results")) {
      freshness.put(result.path("unique_id").asText(), result);
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

  /** Takes notice of a model whose hooks are still to run. */
  void see(Hold hold) {
    JsonNode result = hold.result();
    if (result != null) {
      put(hold.uniqueId(), result);
    }
  }

  /** A model's status; {@code tested} when it has not run and a generic test of it has. */
  String of(String model) {
    Result result = results.get(model);
    String own = result == null ? SKIPPED : result.status();
    boolean isTested =
        own.equals(SKIPPED)
            && testsOf(model)
                .valueStream()
                .anyMatch(test -> !test.path("status").asText().equals(SKIPPED));
    return isTested ? TESTED : own;
  }

  /** Whether a model, or a generic test of it, has run. */
  boolean hasRun(String model) {
    return !of(model).equals(SKIPPED);
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
