package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What dbt does around a model it does around a Python model: hooks, docs, versions, groups. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AroundModelsTest {
  private static SampleProject project;

  @BeforeAll
  static void build(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("around", scratch);
    CommandResult run = project.fal().run("flow", "build");
    assertThat(run.exitCode()).as(run::toString).isZero();
  }

  @Test
  @Order(1)
  void runHooksRunOnceWithTheResultsOfTheWholeRun() throws IOException {
    String invocation =
        project.artifact("run_results.json").path("metadata").path("invocation_id").asText();
    List<String> log = project.rows("select what, detail from run_log");
    assertThat(log).startsWith("start, " + invocation).endsWith("end, " + invocation);
    assertThat(log).filteredOn(line -> line.startsWith("start,")).hasSize(1);
    JsonNode results = project.artifact("run_results.json").path("results");
    long hooks =
        results
            .valueStream()
            .filter(result -> result.path("unique_id").asText().startsWith("operation."))
            .count();
    assertThat(log)
        .contains(
            "results, " + (results.size() - hooks),
            "success, model.shop.scored",
            "success, model.shop.priced.v2",
            "success, model.shop.after_priced");
  }

  @Test
  @Order(1)
  void hooksOfAPythonModelRunAroundItsPublishing() throws IOException {
    assertThat(
            project.rows(
                "select what, detail from run_log where detail like 'scored%' order by rowid"))
        .containsExactly(
            "before scored, scored: 0",
            "grant, scored: reader, analyst",
            "after scored, scored: 1",
            "outside, scored");
  }

  @Test
  @Order(1)
  void descriptionsArePersisted() throws IOException {
    assertThat(project.rows("select comment from duckdb_tables() where table_name = 'scored'"))
        .containsExactly("Orders with their 'score'");
    assertThat(
            project.rows(
                "select column_name, comment from duckdb_columns()"
                    + " where table_name = 'scored' and comment is not null"))
        .containsExactly("id, The order's number", "score, Ten times as much");
  }

  @Test
  @Order(1)
  void versionsAreReadByVersionFromPythonAndSql() throws IOException {
    assertThat(project.rows("select * from priced_v2")).containsExactly("1, first, 1.0, EUR");
    assertThat(project.rows("select * from after_priced")).containsExactly("1.0, EUR");
    assertThat(project.read("models/fal/priced_v1.sql")).endsWith("SELECT * FROM {{ this }}\n");
  }

  @Test
  @Order(1)
  void testsRunAfterThePythonModel() throws IOException {
    assertThat(project.statuses())
        .containsEntry("model.shop.scored", "success")
        .anySatisfy(
            (test, status) -> {
              assertThat(test).startsWith("test.shop.unique_scored_id");
              assertThat(status).isEqualTo("pass");
            });
  }

  @Test
  @Order(2)
  void groupsTagsAndExposuresSelectPythonModels() throws IOException {
    for (String selection : List.of("group:sales", "tag:nightly", "+exposure:board")) {
      CommandResult plan = project.fal().run("flow", "build", "--dry-run", "--select", selection);
      assertThat(plan.exitCode()).as(plan::toString).isZero();
      assertThat(plan.output())
          .as(selection)
          .contains("model.shop.scored  python models/scored.py")
          .doesNotContain("priced");
    }
    CommandResult plan = project.fal().run("flow", "build", "--dry-run", "--selector", "nightly");
    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.output())
        .contains("model.shop.scored  python", "model.shop.priced.v1  python")
        .doesNotContain("model.shop.priced.v2");
  }

  @Test
  @Order(3)
  void plainDbtReadsVersionsOfPythonModels() throws IOException {
    assertThat(PlainDbt.run(project, "run").succeeded("run")).isNotEmpty();
  }

  @Test
  @Order(4)
  void aFailingRunHookFailsTheRunAfterItsModels() throws IOException {
    String yaml = project.read("dbt_project.yml");
    project.write("dbt_project.yml", yaml.replace("{{ log_results(results) }}", "select nonsense"));
    CommandResult run = project.fal().run("flow", "run");
    project.write("dbt_project.yml", yaml);
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output()).contains("nonsense");
    assertThat(project.statuses()).containsEntry("model.shop.scored", "success");
  }

  @Test
  @Order(5)
  void aFailingHookOfAPythonModelIsItsError() throws IOException {
    String schema = project.read("models/schema.yml");
    project.write("models/schema.yml", schema.replace("note('before scored')", "nonsense()"));
    CommandResult run = project.fal().run("flow", "run", "-s", "scored");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output()).contains("nonsense");
    assertThat(project.statuses()).containsEntry("model.shop.scored", "error");
    project.write("models/schema.yml", schema.replace("access: protected", "access: public"));
    run = project.fal().run("flow", "run");
    project.write("models/schema.yml", schema);
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output()).contains("dbt allows ephemeral models the access private");
  }
}
