package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PostgreSQL's types come back as they were: DESIGN D8. The table is {@code typed.sql}. */
class PostgresTypesTest {
  private static final PostgresServer SERVER = PostgresServer.shared();
  private static CommandResult run;
  private static SampleProject project;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    SERVER.execute(
        "create schema types", "create type types.mood as enum ('sad; \"so\"', 'happy')");
    project = SampleProject.copyOf("pgtypes", scratch);
    run = SERVER.reachedFrom(project.fal(), "types").run("flow", "run");
  }

  static Stream<String> copies() {
    return Stream.of("typed", "all_null", "no_rows")
        .flatMap(
            table ->
                Stream.of("default", "exact", "dtypes_arrow", "arrow")
                    .map(frame -> table + "_" + frame));
  }

  @ParameterizedTest
  @MethodSource("copies")
  void typesAreKept(String model) throws IOException {
    assertThat(project.result("model.shop." + model).path("status").asText())
        .as(() -> run.toString())
        .isEqualTo("success");
    assertThat(SERVER.types("types." + model)).isEqualTo(SERVER.types("types.typed"));
  }

  @ParameterizedTest
  @MethodSource("copies")
  void valuesAreKept(String model) {
    String source =
        Stream.of("typed", "all_null", "no_rows")
            .filter(model::startsWith)
            .findFirst()
            .orElseThrow();
    assertThat(SERVER.rows(asText(model, source))).isEmpty();
    assertThat(SERVER.rows(asText(source, model))).isEmpty();
    assertThat(SERVER.rows("select count(*) from types." + model))
        .isEqualTo(SERVER.rows("select count(*) from types." + source));
  }

  /**
   * Rows of one that the other doesn't have; not every type can be compared, every text can. A wide
   * number that is no whole one is a float in a default frame: docs/types.md.
   */
  private static String asText(String table, String other) {
    String without = (table + other).contains("default") ? "- 'numeric_38_10'" : "";
    return "select to_jsonb(t) %1$s from types.%2$s t except all select to_jsonb(t) %1$s from types.%3$s t"
        .formatted(without, table, other);
  }

  @Test
  void numbersWithoutLimitsAreKeptAsFarAsArrowHasThem() {
    assertThat(SERVER.types("types.unlimited_arrow"))
        .isEqualTo(Map.of("not_a_number", "numeric", "wide", "numeric", "huge", "numeric"));
    assertThat(SERVER.rows("select * from types.unlimited_arrow"))
        .isEqualTo(SERVER.rows("select * from types.unlimited"));
  }
}
