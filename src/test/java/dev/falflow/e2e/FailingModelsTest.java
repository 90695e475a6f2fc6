package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that fail while they run: one run of {@code failing}, where each fails in its own way. */
@ParameterizedClass
@EnumSource(Engine.class)
class FailingModelsTest {
  private static final List<String> FAILING =
      List.of(
          "raises",
          "wrong_type",
          "bad_columns",
          "letter_case",
          "mixed",
          "never_writes",
          "exits",
          "undeclared",
          "unknown_at_run_time",
          "killed",
          "writes_then_raises",
          "writes_in_a_loop",
          "uncastable",
          "uncastable_cell",
          "unknown_type",
          "referenced",
          "reads_union",
          "explored");

  private static SampleProject project;
  private static CommandResult run;

  /** JUnit hands the engine to the method below only where a constructor takes it. */
  FailingModelsTest(Engine engine) {}

  @BeforeParameterizedClassInvocation
  static void runOnce(Engine engine, @TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("failing", scratch).on(engine);
    List<String> tables = new ArrayList<>();
    FAILING.forEach(name -> tables.add("create table " + name + " as select 42 as id"));
    tables.add("alter table referenced add primary key (id)");
    tables.add("create table referring (id integer references referenced (id))");
    project.execute(tables.toArray(String[]::new));
    run = project.fal().run("flow", "run");
  }

  @Test
  void theCommandEndsWithOne() {
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
  }

  @Test
  void everyFailureIsAnErrorInDbtsResults() throws IOException {
    Map<String, String> statuses = project.statuses();
    FAILING.forEach(name -> assertThat(statuses).containsEntry("model.shop." + name, "error"));
  }

  @Test
  void tablesOfFailedModelsAreAsTheyWere() throws IOException {
    for (String name : FAILING) {
      assertThat(project.rows("select * from " + name)).as(name).containsExactly("42");
    }
  }

  @Test
  void childrenOfAFailedModelAreSkippedAndOthersGoOn() throws IOException {
    assertThat(project.statuses())
        .containsEntry("model.shop.after_raises", "skipped")
        .containsEntry("model.shop.after_skipped", "skipped")
        .containsEntry("model.shop.fine", "success")
        .containsEntry("model.shop.after_fine", "success");
    assertThat(project.rows("select * from after_fine")).containsExactly("1");
  }

  @Test
  void anExceptionIsReportedAtTheUsersLine() throws IOException {
    assertThat(message("raises")).contains("models/raises.py:2: ValueError: no such luck");
    assertThat(run.stdout())
        .contains(
            "Python Error in model raises (models/raises.py)",
            "models/raises.py:2: ValueError: no such luck");
  }

  @Test
  void theTracebackIsCutToTheUsersFrames() {
    assertThat(failure("raises"))
        .containsSubsequence(
            "raises.py\", line 5, in <module>",
            "raises.py\", line 2, in deep",
            "ValueError: no such luck")
        .doesNotContain("fal/_");
  }

  @Test
  void anExceptionInANotebookNamesItsCellAndLine() throws IOException {
    assertThat(message("explored"))
        .contains("models/explored.ipynb[cell 2]:2: KeyError: 'missing'");
  }

  @Test
  void aWrongTypeIsNamedWithWhatIsTaken() throws IOException {
    assertThat(message("wrong_type"))
        .contains("models/wrong_type.py:1:")
        .contains("write_to_model() takes a pandas DataFrame", "it was given a list")
        .contains("pandas.DataFrame(rows)");
  }

  @Test
  void columnNamesThatNoTableCanHaveAreListedTogether() throws IOException {
    assertThat(message("bad_columns"))
        .contains("models/bad_columns.py:5:")
        .contains("more than one column is called 'id'")
        .contains("column names that aren't text: 7")
        .contains("df.columns = df.columns.astype(str)");
  }

  @Test
  void columnsThatTheDatabaseWouldTakeForOneAreNamed() throws IOException {
    assertThat(message("letter_case"))
        .contains("models/letter_case.py:3:")
        .contains("columns 'id' and 'ID' have the same name for DuckDB");
  }

  @Test
  void aMixedColumnIsNamedWithItsFirstOffendingRowAndBothTypes() throws IOException {
    assertThat(message("mixed"))
        .contains("models/mixed.py:3:")
        .contains("column 'code' mixes types", "str in row 0 ('a')", "int in row 2 (3)");
  }

  @Test
  void aColumnThatNoFrameCanHoldIsNamedWithWhatToDo() throws IOException {
    assertThat(message("reads_union"))
        .contains("models/reads_union.py:1:")
        .contains("column 'either' is a UNION(number INTEGER, words VARCHAR)")
        .contains("union_extract(\"either\", …)");
  }

  @Test
  void aModelThatNeverReachesItsWriteFails() throws IOException {
    assertThat(message("never_writes"))
        .contains("models/never_writes.py", "without reaching its write_to_model call");
  }

  @Test
  void sysExitFailsTheModelAtItsLine() throws IOException {
    assertThat(message("exits"))
        .contains("models/exits.py:3:", "sys.exit(3) was called before write_to_model()");
  }

  @Test
  void anUndeclaredRefSaysWhichLineToAdd() throws IOException {
    assertThat(message("undeclared"))
        .contains("models/undeclared.py:2:", "docstring", "- ref('model_a')");
  }

  @Test
  void analysisWarnsOfARefItCannotResolve() {
    assertThat(run.stdout()).contains("models/undeclared.py:2:6", "[unresolved-call]");
  }

  @Test
  void anUnknownRefAtRunTimeNamesTheNearest() throws IOException {
    assertThat(message("unknown_at_run_time"))
        .contains("models/unknown_at_run_time.py:1:", "ref('modle_a')", "Did you mean 'model_a'?");
  }

  @Test
  void aKilledWorkerIsReportedWithItsSignal() throws IOException {
    assertThat(message("killed")).contains("models/killed.py", "signal 9");
    assertThat(run.stdout()).contains("killed | last words");
  }

  @Test
  void aSecondWriteNamesTheFirst() throws IOException {
    assertThat(message("writes_in_a_loop"))
        .contains("models/writes_in_a_loop.py:2:", "already called at line 2");
  }

  @Test
  void whatWasWrittenBeforeAnExceptionIsDiscarded() throws IOException {
    assertThat(message("writes_then_raises"))
        .contains("models/writes_then_raises.py:2: ZeroDivisionError");
  }

  @Test
  void whatTheDatabaseRefusesIsReportedAtTheWrite() throws IOException {
    assertThat(message("uncastable")).contains("models/uncastable.py:3: ", "'many'", "amount");
    assertThat(message("uncastable_cell"))
        .contains("models/uncastable_cell.ipynb[cell 2]:2: ", "2024-02-30");
    assertThat(message("unknown_type")).contains("models/unknown_type.py:1: ", "INTEGRE");
    assertThat(message("referenced")).contains("models/referenced.py:2: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"raises", "killed", "never_writes", "undeclared"})
  void falResultsCarryACodeAndTheMessage(String name) throws IOException {
    JsonNode found = MissingNode.getInstance();
    for (JsonNode model : project.artifact("fal_results.json").path("python_models")) {
      found = model.path("unique_id").asText().equals("model.shop." + name) ? model : found;
    }
    assertThat(found.path("status").asText()).isEqualTo("error");
    assertThat(found.path("error").path("code").asText()).matches("[a-z]+(-[a-z]+)+");
    assertThat(found.path("error").path("message").asText()).contains("models/" + name + ".py");
  }

  private static String message(String name) throws IOException {
    return project.result("model.shop." + name).path("message").asText();
  }

  /** The model's part of the final summary. */
  private static String failure(String name) {
    String summary = run.stdout();
    int start = summary.indexOf("Failed: model.shop." + name + " ");
    assertThat(start).as(summary).isNotNegative();
    int end = summary.indexOf("Failed: ", start + 1);
    return summary.substring(start, end < 0 ? summary.length() : end);
  }
}
