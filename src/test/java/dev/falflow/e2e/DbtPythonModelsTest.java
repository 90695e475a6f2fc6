package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * dbt's own kind of Python model ({@code def model}) beside fal's: dbt runs it, in the same run.
 */
class DbtPythonModelsTest {
  private static SampleProject project;
  private static CommandResult run;
  private static Map<String, String> statuses;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("dbts_own", scratch);
    run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    statuses = project.statuses();
  }

  @Test
  void bothKindsReadEachOther() throws IOException {
    assertThat(project.rows("select id, fal, dbt, again from of_fal_again"))
        .containsExactly("1, 1, 2, 3");
    assertThat(statuses)
        .isEqualTo(
            Map.of(
                "model.shop.model_a", "success",
                "model.shop.of_fal", "success",
                "model.shop.of_dbt", "success",
                "model.shop.of_fal_again", "success"));
  }

  @Test
  void dbtsKindIsLeftToDbt() throws IOException {
    assertThat(run.stdout()).contains("models/of_dbt.py", "[dbt-model]");
    assertThat(project.has("models/fal/of_dbt.sql")).isFalse();
    assertThat(project.read(".dbtignore"))
        .contains("/models/of_fal.py", "/models/of_fal_again.py")
        .doesNotContain("of_dbt");
    assertThat(project.artifact("manifest.json").at("/nodes/model.shop.of_dbt/language").asText())
        .isEqualTo("python");
  }

  @Test
  void plainDbtStillListsThem() throws IOException {
    PlainDbt dbt = PlainDbt.run(project, "ls");
    assertThat(dbt.succeeded("ls"))
        .containsExactlyInAnyOrder(
            "shop.model_a", "shop.of_dbt", "shop.fal.of_fal", "shop.fal.of_fal_again");
  }
}
