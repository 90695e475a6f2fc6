package dev.falflow.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What of a file decides what it does: all of a script, of a notebook its code cells. Running a
 * notebook in an editor changes its outputs, not the model.
 */
final class NotebookCode {
  private NotebookCode() {}

  /**
   * Of the file's whole content.
   *
   * @param content none of a file that cannot be read
   */
  static byte[] of(Path file, byte[] content) {
    if (!file.toString().endsWith(".ipynb")) {
      return content;
    }
    try {
      StringBuilder code = new StringBuilder();
      for (JsonNode cell : Json.MAPPER.readTree(content).path("cells")) {
        if (cell.path("cell_type").asText().equals("code")) {
          code.append(cell.path("source")).append('\n');
        }
      }
      return code.toString().getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      return content;
    }
  }
}
