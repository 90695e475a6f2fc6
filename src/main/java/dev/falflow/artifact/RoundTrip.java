package dev.falflow.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of each column of a Python model: its type in the database, in Arrow, in the frame,
 * in Arrow again and in the model's table; with rows, NULLs, bytes of Arrow and seconds. The
 * worker's half is laid out as {@code fal._round_trip}; {@code docs/artifacts.md} has the whole.
 */
public final class RoundTrip {
  private static final String ARROW_TYPE = "arrow_type";
  private static final String DATABASE_TYPE = "database_type";
  private static final String DTYPE = "dtype";
  private static final String NAME = "name";

  private final ObjectNode json;

  private RoundTrip(ObjectNode json) {
    this.json = json;
  }

  /**
   * Puts together what both sides know.
   *
   * @param worker {@code inputs} and {@code output}, as the worker tells them at its end
   * @param reads how long each relation took from the database to Arrow
   * @param load how long it took from Arrow to the published table
   * @param columns of the published table, as {@code ModelData} describes them
   */
  public static RoundTrip of(
      JsonNode worker, Map<String, Duration> reads, Duration load, JsonNode columns) {
    ObjectNode json = worker.deepCopy();
    for (JsonNode input : json.path("inputs")) {
      Duration read = reads.get(input.path("relation").asText());
      ((ObjectNode) input).put("read_time", read == null ? null : ModelResult.seconds(read));
      renameSeconds((ObjectNode) input);
    }
    if (json.get("output") instanceof ObjectNode output) {
      renameSeconds(output);
      output.put("load_time", ModelResult.seconds(load));
      Map<String, JsonNode> made = new HashMap<>();
      columns.forEach(column -> made.put(column.path(NAME).asText(), column));
      for (JsonNode column : output.path("columns")) {
        JsonNode target = made.get(column.path(NAME).asText());
        ((ObjectNode) column)
            .put(DATABASE_TYPE, target == null ? null : target.path(DATABASE_TYPE).asText());
      }
    }
    return new RoundTrip(json);
  }

  private static void renameSeconds(ObjectNode passage) {
    passage.set("frame_time", passage.remove("seconds"));
  }

  ObjectNode toJson() {
    return json.deepCopy();
  }

  /** One line for each relation and column, as {@code --log-level debug} shows them. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    Map<String, JsonNode> sources = new HashMap<>();
    for (JsonNode input : json.path("inputs")) {
      lines.add(
          "%s → %s: %s, read in %s, to the frame in %s"
              .formatted(
                  input.path("relation").asText(),
                  input.path("frame").asText(),
                  amount(input),
                  seconds(input, "read_time"),
                  seconds(input, "frame_time")));
      for (JsonNode column : input.path("columns")) {
        lines.add(
            line(
                column,
                text(column, DATABASE_TYPE),
                text(column, ARROW_TYPE),
                text(column, DTYPE)));
        sources.putIfAbsent(column.path(NAME).asText(), column);
      }
    }
    JsonNode output = json.path("output");
    if (output.isObject()) {
      lines.add(
          "%s → table: %s, from the frame in %s, loaded in %s"
              .formatted(
                  output.path("frame").asText(),
                  amount(output),
                  seconds(output, "frame_time"),
                  seconds(output, "load_time")));
      for (JsonNode column : output.path("columns")) {
        JsonNode source = sources.get(column.path(NAME).asText());
        lines.add(
            line(
                column,
                source == null ? null : text(source, DATABASE_TYPE),
                source == null ? null : text(source, ARROW_TYPE),
                text(column, DTYPE),
                text(column, ARROW_TYPE),
                text(column, DATABASE_TYPE)));
      }
    }
    return lines;
  }

  private static String line(JsonNode column, @Nullable String... types) {
    return "  %s: %s, %d NULL, %d bytes"
        .formatted(
            column.path(NAME).asText(),
            Stream.of(types).filter(Objects::nonNull).collect(Collectors.joining(" → ")),
            column.path("nulls").asLong(),
            column.path("bytes").asLong());
  }

  private static @Nullable String text(JsonNode column, String key) {
    return column.hasNonNull(key) ? column.path(key).asText() : null;
  }

  private static String amount(JsonNode passage) {
    return "%d rows, %d bytes"
        .formatted(passage.path("rows").asLong(), passage.path("bytes").asLong());
  }

  private static String seconds(JsonNode passage, String key) {
    return passage.hasNonNull(key)
        ? String.format(Locale.ROOT, "%.3f s", passage.path(key).asDouble())
        : "no time";
  }
}
