package dev.falflow.flow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.Hold;
import java.nio.file.Path;

/** The first message to a worker: {@code RunModel} in {@code fal/_wire.py}. */
final class RunMessages {
  private RunMessages() {}

  /**
   * What every Python file is told, whatever its part in the run.
   *
   * @param file relative to the project
   */
  static ObjectNode of(Workplace place, Hold hold, Path path, String file) {
    ObjectNode message = Json.MAPPER.createObjectNode().put("type", "run");
    message.put("unique_id", hold.uniqueId());
    message.setAll((ObjectNode) hold.details().deepCopy());
    message.put("path", path.toString());
    message.put("file", file);
    message.put("project_dir", place.project().root().toString());
    ArrayNode folders = message.putArray("sys_path");
    place.project().importFolders(path).forEach(each -> folders.add(each.toString()));
    message.put("data_dir", place.folder().data().toString());
    message.put("spill_dir", place.folder().spill().toString());
    message.put("data_size", place.folder().size());
    message.put("target_path", place.artifacts().targetPath().toString());
    message.set("target", place.target());
    message.set("vars", Json.MAPPER.valueToTree(place.project().vars()));
    return message;
  }
}
