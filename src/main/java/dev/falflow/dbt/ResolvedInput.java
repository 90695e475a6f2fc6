package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An input as dbt resolved it for one node, {@code --defer} included.
 *
 * @param relation rendered and quoted by dbt's adapter
 * @param query reads it; an ephemeral SQL model is its compiled query
 * @param declared whether dbt knows that the node depends on it, and so has built it before
 */
public record ResolvedInput(
    ModelInput input, String uniqueId, String relation, String query, boolean declared) {
  static ResolvedInput from(ModelInput input, JsonNode json) {
    return new ResolvedInput(
        input,
        json.path("unique_id").asText(),
        json.path("relation").asText(),
        json.path("query").asText(),
        json.path("declared").asBoolean());
  }
}
