package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ref} or {@code source} call.
 *
 * @param kind {@code ref} or {@code source}
 * @param arguments one or two names, as in the call
 * @param version of a versioned model, a number or a text, null without
 */
public record ModelInput(String kind, List<String> arguments, @Nullable JsonNode version) {
  public ModelInput {
    arguments = List.copyOf(arguments);
    version = version == null || version.isNull() ? null : version;
  }

  public static ModelInput from(JsonNode json) {
    List<String> arguments = json.path("arguments").valueStream().map(JsonNode::asText).toList();
    return new ModelInput(json.path("kind").asText(), arguments, json.get("version"));
  }

  public ObjectNode toJson() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("kind", kind);
    arguments.forEach(json.putArray("arguments")::add);
    json.set("version", version);
    return json;
  }

  /** {@code ref('package', 'model', v=2)}, as the user would type it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind).append("('");
    text.append(String.join("', '", arguments)).append('\'');
    if (version != null) {
      text.append(", v=").append(Objects.requireNonNull(version));
    }
    return text.append(')').toString();
  }
}
