package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a Python model is and may do: one run of the project {@code pipeline}. */
@ParameterizedClass
@EnumSource(Engine.class)
class PythonModelsTest {
  private static SampleProject project;
  private static CommandResult run;

  /** JUnit hands the engine to the method below only where a constructor takes it. */
  PythonModelsTest(Engine engine) {}

  @BeforeParameterizedClassInvocation
  static void runOnce(Engine engine, @TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("pipeline", scratch).on(engine);
    project.execute(
        "create schema raw",
        "create table raw.orders as select 1 as id, 'first' as label",
        "create view was_a_view as select 'old' as id");
    run = project.fal().run("flow", "run", "--experimental-models", "--vars", "{country: FR}");
  }

  @Test
  void everythingSucceeds() {
    assertThat(run.exitCode()).as(run::toString).isZero();
  }

  @Test
  void theFirstSnippetOfTheSeedPageRunsAsItStands() throws IOException {
    assertThat(project.rows("select id, amount, col from model_b order by id"))
        .containsExactly("1, 10, 1", "2, 20, 1");
  }

  @Test
  void sqlModelsReadPythonModels() throws IOException {
    assertThat(project.rows("select * from after_b order by id")).containsExactly("1, 11", "2, 21");
  }

  @Test
  void dependenciesMayStandInTheDocstringAlone() throws IOException {
    assertThat(project.rows("select id, total, label from from_docstring"))
        .containsExactly("1, 11, first");
    assertThat(project.read("models/fal/nested/deeper/from_docstring.sql"))
        .contains("{{ ref('after_b') }}", "{{ source('raw', 'orders') }}");
  }

  @Test
  void aNotebookIsAModelWhateverMagicsItHolds() throws IOException {
    assertThat(project.rows("select id, odd from explored order by id"))
        .containsExactly("1, 1", "2, 0");
  }

  @Test
  void everyModelPathMayHoldPythonModels() throws IOException {
    assertThat(project.has("more_models/fal/python_to_python.sql")).isTrue();
    assertThat(project.rows("select id, twice from python_to_python order by id"))
        .containsExactly("1, 20", "2, 40");
  }

  @Test
  void refTakesAPackageAndAModel() throws IOException {
    assertThat(project.read("more_models/fal/python_to_python.sql"))
        .contains("{{ ref('shop', 'model_b') }}");
    assertThat(project.rows("select sum(col) from python_to_python")).containsExactly("2");
  }

  @Test
  void anEphemeralSqlModelIsReadThroughItsQuery() throws IOException {
    assertThat(project.rows("select * from from_ephemeral")).containsExactly("2, 20");
    assertThat(tables()).doesNotContain("main.recent");
  }

  @Test
  void schemaAndAliasAreWhereDbtSays() throws IOException {
    assertThat(tables())
        .contains("main_marts.placed_here: BASE TABLE")
        .noneMatch(table -> table.matches("main\\.placed.*"));
    assertThat(project.rows("select * from after_placed")).containsExactly("2");
  }

  @Test
  void aModelDisabledInYamlIsNotRun() throws IOException {
    assertThat(tables()).noneMatch(table -> table.startsWith("main.off"));
    assertThat(project.statuses()).doesNotContainKey("model.shop.off");
  }

  @Test
  void aViewOfTheModelsNameMakesRoomForTheTable() throws IOException {
    assertThat(tables()).contains("main.was_a_view: BASE TABLE");
    assertThat(project.rows("select * from was_a_view order by id"))
        .containsExactly("1, 10", "2, 20");
  }

  @Test
  void contextTellsOfModelTargetConfigAndVars() throws IOException {
    assertThat(
            project.rows(
                "select key, value from context_seen where key not like '\\_\\_%' escape '\\'"))
        .containsExactlyInAnyOrder(
            "name, context_seen",
            "alias, context_seen",
            "schema, main",
            "meta, {'owner': 'ada'}",
            "columns, ['key']",
            "target, dev",
            "target schema, main",
            "country, FR",
            "year, 2023",
            "enabled, True");
  }

  @Test
  void fileAndNameAreThoseOfAScript() throws IOException {
    assertThat(
            project.rows(
                "select key, value from context_seen where key like '\\_\\_%' escape '\\'"))
        .containsExactlyInAnyOrder(
            "__name__, __main__", "__file__, " + project.root().resolve("models/context_seen.py"));
  }

  @Test
  void helpersAreFoundBesideTheModelAndInTheProjectsRoot() throws IOException {
    assertThat(project.rows("select id, amount, half from with_helpers order by id"))
        .containsExactly("1, 20, 0", "2, 40, 1");
  }

  @Test
  void aHelperIsNoModel() {
    assertThat(project.has("models/fal/nested/beside.sql")).isFalse();
    assertThat(run.output()).contains("models/nested/beside.py");
  }

  @Test
  void printsAndLoggingCarryTheModelsName() throws IOException {
    assertThat(run.stdout())
        .contains("with_helpers | reading")
        .contains("with_helpers | WARNING:root:and saying so");
    assertThat(project.read("target/fal/logs/model.shop.with_helpers.log"))
        .contains("reading\n", "WARNING:root:and saying so\n");
  }

  @Test
  void aModelMayLeaveAProcessBehindThatEndsWithIt() throws IOException {
    // Every run is checked for processes that are left; here is one that would be.
    assertThat(project.statuses()).containsEntry("model.shop.leaves_a_process", "success");
  }

  @Test
  void arrowTablesComeAndGo() throws IOException {
    assertThat(project.rows("select * from arrow_frame")).containsExactly("2, 20");
  }

  @Test
  void modelsDrawTheirOwnRandomNumbersAndTheUsersSeedsHold() throws IOException {
    String both = " from random_one one positional join random_two two";
    assertThat(project.rows("select one.seeded = two.seeded" + both))
        .containsExactly("True", "True");
    assertThat(project.rows("select one.free = two.free" + both)).containsExactly("False", "False");
  }

  @Test
  void pythonModelsAreInDbtsResultsWithTimingRowsAndMessage() throws IOException {
    JsonNode result = project.result("model.shop.model_b");
    assertThat(result.path("status").asText()).isEqualTo("success");
    assertThat(result.path("message").asText()).isEqualTo("PYTHON 2 rows");
    assertThat(result.path("adapter_response").path("rows_affected").asInt()).isEqualTo(2);
    assertThat(result.path("execution_time").asDouble()).isPositive();
    assertThat(result.path("thread_id").asText()).startsWith("Thread-");
    List<String> phases = new ArrayList<>();
    result
        .path("timing")
        .forEach(
            phase -> {
              phases.add(phase.path("name").asText());
              assertThat(phase.path("started_at").asText())
                  .isLessThanOrEqualTo(phase.path("completed_at").asText());
            });
    assertThat(phases).containsExactly("compile", "execute");
  }

  @Test
  void runResultsKeepDbtsSchema() throws IOException {
    JsonNode artifact = project.artifact("run_results.json");
    assertThat(names(artifact)).containsExactly("metadata", "results", "elapsed_time", "args");
    assertThat(artifact.path("metadata").path("dbt_schema_version").asText())
        .isEqualTo("https://schemas.getdbt.com/dbt/run-results/v6.json");
    List<String> ofSql = names(project.result("model.shop.model_a"));
    assertThat(names(project.result("model.shop.model_b"))).isEqualTo(ofSql);
  }

  @Test
  void theManifestOnDiskKeepsStubsEphemeralAndNothingOfOurs() throws IOException {
    JsonNode manifest = project.artifact("manifest.json");
    JsonNode config = manifest.path("nodes").path("model.shop.model_b").path("config");
    assertThat(config.path("materialized").asText()).isEqualTo("ephemeral");
    assertThat(names(config)).noneMatch(name -> name.startsWith("fal"));
    assertThat(names(manifest.path("macros")))
        .isNotEmpty()
        .noneMatch(name -> name.contains("materialization_fal"));
  }

  @Test
  void falResultsTellOfEachPythonModel() throws IOException {
    JsonNode artifact = project.artifact("fal_results.json");
    assertThat(artifact.path("results"))
        .isEqualTo(project.artifact("run_results.json").path("results"));
    List<JsonNode> models = new ArrayList<>();
    artifact.path("python_models").forEach(models::add);
    assertThat(models)
        .filteredOn(model -> model.path("unique_id").asText().equals("model.shop.with_helpers"))
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.path("path").asText()).isEqualTo("models/nested/with_helpers.py");
              assertThat(model.path("status").asText()).isEqualTo("success");
              assertThat(model.path("rows").asInt()).isEqualTo(2);
              assertThat(model.path("log").asText())
                  .isEqualTo("fal/logs/model.shop.with_helpers.log");
            });
  }

  private static List<String> tables() throws IOException {
    return project.rows(
        "select table_schema || '.' || table_name || ': ' || table_type"
            + " from information_schema.tables");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
