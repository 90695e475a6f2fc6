package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dbt without fal, on a project whose Python models have been run: the project stays dbt's. */
class PlainDbtTest {
  private static SampleProject project;
  private static PlainDbt dbt;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("pipeline", scratch);
    project.execute(
        "create schema raw", "create table raw.orders as select 1 as id, 'first' as label");
    CommandResult run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    dbt = PlainDbt.run(project, "run", "build", "test", "ls", "docs generate");
  }

  @Test
  void runBuildsTheSqlModelsFromThePythonModelsTables() throws IOException {
    assertThat(dbt.succeeded("run"))
        .contains("model.shop.after_b: success", "model.shop.after_placed: success")
        .noneMatch(result -> result.contains("model_b"));
    assertThat(project.rows("select * from after_b order by id")).containsExactly("1, 11", "2, 21");
  }

  @Test
  void buildWorks() {
    assertThat(dbt.succeeded("build")).isNotEmpty();
  }

  @Test
  void testRunsTheTestsOfPythonModels() {
    assertThat(dbt.succeeded("test"))
        .anyMatch(result -> result.matches("test\\.shop\\.unique_model_b_id\\..*: pass"))
        .anyMatch(result -> result.matches("test\\.shop\\.not_null_model_b_id\\..*: pass"));
  }

  @Test
  void lsListsPythonModelsAndNoDisabledOne() {
    assertThat(dbt.succeeded("ls"))
        .contains("shop.fal.model_b", "shop.fal.explored", "shop.fal.python_to_python")
        .noneMatch(name -> name.endsWith(".off"));
  }

  @Test
  void docsShowPythonModelsWithTheirLineage() throws IOException {
    dbt.succeeded("docs generate");
    JsonNode node = project.artifact("manifest.json").path("nodes").path("model.shop.model_b");
    assertThat(node.path("depends_on").path("nodes").path(0).asText())
        .isEqualTo("model.shop.model_a");
    assertThat(project.artifact("manifest.json").path("child_map").path("model.shop.model_b"))
        .map(JsonNode::asText)
        .contains("model.shop.after_b", "model.shop.python_to_python");
  }
}
