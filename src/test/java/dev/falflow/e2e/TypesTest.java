package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A column that a model leaves alone comes back as it was: DESIGN D8. */
class TypesTest {
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("types", scratch);
    run = project.fal().run("flow", "run");
  }

  @ParameterizedTest
  @ValueSource(strings = {"unchanged", "unchanged_exact", "unchanged_arrow"})
  void typesAreKept(String model) throws IOException {
    assertThat(project.statuses()).containsEntry("model.shop." + model, "success");
    assertThat(columns(model)).isEqualTo(columns("typed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unchanged", "unchanged_exact", "unchanged_arrow"})
  void valuesAreKept(String model) throws IOException {
    assertThat(project.rows("from " + model + " except all from typed")).isEmpty();
    assertThat(project.rows("from typed except all from " + model)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"huge_exact", "huge_arrow"})
  void integersOfEverySizeAreKeptByFramesThatCanHoldThem(String model) throws IOException {
    assertThat(columns(model)).isEqualTo("h, HUGEINT");
    assertThat(project.rows("from " + model))
        .containsExactly("170141183460469231731687303715884105727");
  }

  @Test
  void aNoticeSaysWhereDigitsMayBeLost() {
    assertThat(run.stdout()).containsPattern("huge_default.*'?h'?.*float64");
  }

  private static String columns(String table) throws IOException {
    return String.join(
        "\n", project.rows("select column_name, column_type from (describe " + table + ")"));
  }
}
