package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.process.Manifest.Node;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes the events that dbt would have sent, had one dbt process done it all. */
final class OwnEvents {
  private final String invocationId;
  private final Clock clock;

  OwnEvents(String invocationId, Clock clock) {
    this.invocationId = invocationId;
    this.clock = clock;
  }

  /** An event in dbt's shape; {@code data} is what dbt puts there beside the node. */
  DbtEvent of(
      String name,
      String level,
      String thread,
      String message,
      ObjectNode data,
      @Nullable Node node) {
    ObjectNode json = data.deepCopy();
    ObjectNode raw = Json.MAPPER.createObjectNode();
    Instant now = clock.instant();
    ObjectNode info = raw.putObject("info");
    info.put("category", "").put("code", "").putObject("extra");
    info.put("invocation_id", invocationId).put("level", level).put("msg", message);
    info.put("name", name).put("pid", ProcessHandle.current().pid());
    info.put("thread", thread).put("ts", now.toString());
    if (node != null) {
      ObjectNode relation = Json.MAPPER.createObjectNode();
      relation.set("database", node.json().path("database"));
      relation.put("schema", node.schema()).put("alias", node.json().path("alias").asText());
      relation.put("relation_name", node.relation());
      data.putObject("node_info")
          .put("unique_id", node.uniqueId())
          .put("node_name", node.name())
          .put("node_path", node.json().path("path").asText())
          .put("resource_type", node.resourceType())
          .put("materialized", "fal")
          .set("node_relation", relation);
      json.putObject("node")
          .put("unique_id", node.uniqueId())
          .put("name", node.name())
          .put("resource_type", node.resourceType())
          .put("materialized", "fal")
          .put("path", node.json().path("path").asText())
          .put("relation", node.relation());
    }
    raw.set("data", data);
    json.put("type", "event").put("name", name).put("level", level).put("message", message);
    json.put("thread", thread).put("time", now.toString()).set("raw", raw);
    return DbtEvent.from(json);
  }
}
