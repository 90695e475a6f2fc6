package dev.falflow.artifact;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.AtomicFile;
import dev.falflow.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code fal_manifest.json} beside dbt's {@code manifest.json}: what a later {@code --state} needs
 * to tell whether a Python model has changed, its generated SQL being the same.
 */
public final class FalManifest {
  private FalManifest() {}

  /**
   * One Python model.
   *
   * @param path the user's file, relative to the project
   * @param checksum of its code and its modules' code
   * @param modules the project's own modules it imports, relative to the project
   */
  public record Entry(String path, String checksum, List<String> modules) {}

  /**
   * Replaces the file in dbt's target folder.
   *
   * @param models by unique_id
   * @param scripts checksum of each script's code, by its id
   */
  public static void write(
      Path targetPath, Map<String, Entry> models, Map<String, String> scripts) {
    ObjectNode file = Json.MAPPER.createObjectNode();
    ObjectNode entries = file.putObject("python_models");
    models.forEach(
        (uniqueId, entry) -> {
          ObjectNode json = entries.putObject(uniqueId);
          json.put("path", entry.path()).put("checksum", entry.checksum());
          ArrayNode modules = json.putArray("modules");
          entry.modules().forEach(modules::add);
        });
    ObjectNode checksums = file.putObject("scripts");
    scripts.forEach(checksums::put);
    try {
      AtomicFile.write(
          targetPath.resolve("fal_manifest.json"),
          Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
