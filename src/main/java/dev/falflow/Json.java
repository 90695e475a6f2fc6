package dev.falflow;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The one JSON mapper: unknown fields are ignored, so that newer dbt and Python sides still work.
 */
public final class Json {
  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
          .build();

  private Json() {}

  /** An array as a list; empty where there is none. */
  public static <T> List<T> list(JsonNode array, Function<JsonNode, T> item) {
    return array.valueStream().map(item).toList();
  }

  /** An array of paths as a list; empty where there is none. */
  public static List<Path> paths(JsonNode array) {
    return list(array, path -> Path.of(path.asText()));
  }

  public static void putPaths(ObjectNode object, String name, List<Path> paths) {
    ArrayNode array = object.putArray(name);
    paths.forEach(path -> array.add(path.toString()));
  }

  /** Loads the classes that reading and writing need, so that nobody waits for them later. */
  public static void load() {
    try {
      JsonNode read = MAPPER.readTree("{\"a\": [1, true, null, \"text\"]}");
      MAPPER.writeValueAsBytes(read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
