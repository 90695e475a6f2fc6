package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One of dbt's structured log events.
 *
 * @param name dbt's event name, e.g. {@code LogModelResult}
 * @param level debug, info, warn or error
 * @param message as dbt prints it, ANSI colours possibly included
 * @param json the whole event as the resident sent it
 */
public record DbtEvent(String name, String level, String message, JsonNode json) {
  public static DbtEvent from(JsonNode json) {
    return new DbtEvent(
        json.path("name").asText(),
        json.path("level").asText(),
        json.path("message").asText(),
        json);
  }

  /**
   * What became of the node it is about: status, message, adapter_response; null for the others.
   */
  public @Nullable JsonNode result() {
    return json.get("result");
  }

  /** unique_id of the node it is about, null for the others. */
  public @Nullable String uniqueId() {
    JsonNode node = json.get("node");
    return node == null ? null : node.path("unique_id").asText();
  }
}
