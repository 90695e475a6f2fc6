package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What became of each column, in the artifacts and with {@code --log-level debug}. */
class RoundTripTest {
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project =
        SampleProject.copyOf("tiny", scratch)
            .write(
                "models/given.sql",
                "select * from (values (1::smallint, 1.50::decimal(9,2), 'x'),"
                    + " (2, null, 'y')) t (id, price, name)")
            .write(
                "models/kept.py",
                "df = ref('given')\ndf['half'] = df['id'] / 2\nwrite_to_model(df)\n")
            .write(
                "models/arrowed.py",
                "table = ref('given', frame='arrow')\nwrite_to_model(table.drop(['name']))\n")
            .write(
                "models/streamed.py",
                "write_to_model(df for df in ref('given', frame='batches', batch_size=1))\n");
    run = project.fal().run("flow", "run", "--log-level", "debug");
  }

  private static JsonNode roundTrip(String model) throws IOException {
    for (JsonNode each : project.artifact("fal_results.json").path("python_models")) {
      if (each.path("unique_id").asText().endsWith("." + model)) {
        return each.path("round_trip");
      }
    }
    throw new AssertionError(run.toString());
  }

  /** Values of each column, by these keys. */
  private static List<String> columns(JsonNode passage, String... keys) {
    List<String> columns = new ArrayList<>();
    for (JsonNode column : passage.path("columns")) {
      columns.add(
          Stream.of(keys)
              .map(key -> column.path(key).asText("missing"))
              .collect(Collectors.joining(" ")));
    }
    return columns;
  }

  @Test
  void everyColumnsTypesAreTold() throws IOException {
    JsonNode input = roundTrip("kept").path("inputs").path(0);
    assertThat(input.path("relation").asText()).endsWith("\"given\"");
    assertThat(input.path("frame").asText()).isEqualTo("pandas");
    assertThat(input.path("rows").asInt()).isEqualTo(2);
    assertThat(columns(input, "name", "database_type", "arrow_type", "dtype", "nulls"))
        .containsExactly(
            "id SMALLINT int16 int64 0",
            "price DECIMAL(9,2) decimal128(9, 2) object 1",
            "name VARCHAR string str 0");
    JsonNode output = roundTrip("kept").path("output");
    assertThat(columns(output, "name", "dtype", "arrow_type", "database_type", "nulls"))
        .containsExactly(
            "id int64 int16 SMALLINT 0",
            "price object decimal128(9, 2) DECIMAL(9,2) 1",
            "name str large_string VARCHAR 0",
            "half float64 double DOUBLE 0");
    for (JsonNode passage : List.of(input, output)) {
      assertThat(passage.path("bytes").asInt()).isPositive();
      assertThat(passage.path("frame_time").isDouble()).isTrue();
    }
    assertThat(input.path("read_time").asDouble()).isPositive();
    assertThat(output.path("load_time").asDouble()).isPositive();
  }

  @Test
  void theDebugLogHasALineForEachColumn() {
    assertThat(run.stdout())
        .containsPattern(
            "kept \\| .*\"given\" → pandas: 2 rows, \\d+ bytes, read in [\\d.]+ s, to the frame in [\\d.]+ s")
        .containsPattern(
            "kept \\| pandas → table: 2 rows, \\d+ bytes, from the frame in [\\d.]+ s, loaded in [\\d.]+ s")
        .containsPattern(
            "kept \\|   id: SMALLINT → int16 → int64 → int16 → SMALLINT, 0 NULL, \\d+ bytes")
        .containsPattern("kept \\|   half: float64 → double → DOUBLE, 0 NULL, \\d+ bytes");
  }

  @Test
  void otherFramesAreToldToo() throws IOException {
    JsonNode arrowed = roundTrip("arrowed");
    assertThat(arrowed.path("inputs").path(0).path("frame").asText()).isEqualTo("arrow");
    assertThat(columns(arrowed.path("output"), "name", "dtype"))
        .containsExactly("id int16", "price decimal128(9, 2)");
    JsonNode streamed = roundTrip("streamed");
    for (JsonNode passage : List.of(streamed.path("inputs").path(0), streamed.path("output"))) {
      assertThat(passage.path("frame").asText()).isEqualTo("batches");
      assertThat(passage.path("rows").asInt()).isEqualTo(2);
      assertThat(columns(passage, "name", "dtype", "nulls"))
          .containsExactly("id Int64 0", "price object 1", "name str 0");
    }
  }

  @Test
  void withoutDebugNothingOfItIsPrinted() throws IOException {
    CommandResult quiet =
        project.fal().run("flow", "run", "--select", "given", "kept", "--target-path", "other");
    assertThat(quiet.stdout()).contains("kept").doesNotContain("→ table");
  }
}
