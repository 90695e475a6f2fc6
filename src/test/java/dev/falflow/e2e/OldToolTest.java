package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What the old fal had, as {@code docs/old-fal.md} says it is here; what no other test shows. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OldToolTest {
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runAll(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("old", scratch);
    project.write("target/fal_results_0.json", "{\"left\": by a crash");
    run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
  }

  private static CommandResult refused(String... arguments) throws IOException {
    CommandResult result = project.fal().run(arguments);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(2);
    return result;
  }

  private static CommandResult succeeds(String... arguments) throws IOException {
    CommandResult result = project.fal().run(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  // -- the command line -------------------------------------------------------------------------

  @Test
  @Order(1)
  void aMissingCommandIsSaidWithTheUsage() throws IOException {
    for (String[] words : new String[][] {{}, {"flow"}}) {
      assertThat(refused(words).stderr())
          .contains("Usage: fal", "the following arguments are required: COMMAND");
    }
  }

  @Test
  @Order(1)
  void theVersionIsPrinted() throws IOException {
    assertThat(succeeds("--version").stdout()).startsWith("fal ");
    assertThat(succeeds("-v").stdout()).startsWith("fal ");
  }

  @Test
  @Order(1)
  void theKeywordIsFalAtEveryLevelAndNothingElse() throws IOException {
    succeeds("--keyword", "fal", "flow", "--keyword", "fal", "run", "--keyword=fal", "--dry-run");
    for (String[] words :
        new String[][] {
          {"--keyword", "ours", "flow", "run"},
          {"flow", "--keyword", "ours", "run"},
          {"flow", "run", "--keyword", "ours"},
          {"run", "--all", "--keyword", "ours"}
        }) {
      assertThat(refused(words).stderr())
          .contains("--keyword ours: fal reads what is under the key 'fal'")
          .contains("Rename 'ours' there to 'fal'.");
    }
  }

  @Test
  @Order(1)
  void optionsBeforeTheCommandCountAndTheRightMostWins(@TempDir Path elsewhere) throws IOException {
    CommandResult plan =
        project
            .fal()
            .in(elsewhere)
            .run(
                "--debug",
                "--disable-logging",
                "--project-dir",
                "nowhere",
                "flow",
                "--project-dir",
                project.root().toString(),
                "run",
                "--dry-run");
    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.stdout()).contains("[debug] [fal]: ", "model.shop.scored");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  @Order(1)
  void aPrefixThatMayMeanTwoOptionsIsRefused() throws IOException {
    assertThat(refused("flow", "run", "--profil", "x").stderr())
        .contains("'--profil' is not unique", "--profiles-dir", "--profile");
  }

  @Test
  @Order(1)
  void aCommandThatIsGoneIsNoCommand() throws IOException {
    assertThat(refused("cloud", "init").stderr()).contains("cloud");
  }

  @Test
  @Order(1)
  void nothingIsKeptForTelemetry() {
    assertThat(project.fal().home().resolve(".fal")).doesNotExist();
  }

  // -- what a script sees -----------------------------------------------------------------------

  @Test
  @Order(1)
  void aScriptSeesItsModelItsTestsAndTheTarget() {
    assertThat(run.stdout())
        .contains("(orders, sees.py) | names orders orders model.shop.orders main")
        .contains(
            "(orders, sees.py) | status success False {'owner': 'sales'} ['at', 'id', 'price']")
        .contains("(orders, sees.py) | tests [('unique', 'orders', 'orders', 'id', 'skipped')]")
        .contains("(orders, sees.py) | response ('OK', None, None)")
        .contains("(orders, sees.py) | target shop dev 4 duckdb shop main")
        .contains("(orders, sees.py) | path " + project.root().resolve("target") + " True")
        .contains("(kept, sees.py) | status success True {} []");
  }

  @Test
  @Order(1)
  void aHookSeesItsArgumentsAndNoneWithoutWith() {
    assertThat(run.stdout())
        .contains("(kept, told.py) | told {'n': 1}", "(kept, told.py) | told {}");
  }

  @Test
  @Order(1)
  void whatIsNotThereIsNamedWithTheNearest() {
    assertThat(run.stdout())
        .contains("| ref FalError ref-not-found ref('order') names no model, seed or snapshot.")
        .contains("Did you mean 'orders'?")
        .contains("| package FalError ref-not-found ref('nobody', 'orders') names no model")
        .contains("| disabled FalError ref-disabled ")
        .contains("| not built FalError ")
        .contains("Could not read \"shop\".\"main\".\"kept\"")
        .contains("| source FalError source-not-found source('raw', 'event') names no source.")
        .contains("| sql FalError ");
  }

  @Test
  @Order(1)
  void wrongCallsAreErrors() {
    assertThat(run.stdout())
        .contains(
            "| mode FalError bad-mode write_to_source(mode='merge'): the modes are 'overwrite'")
        .contains("| positional TypeError None write_to_source() takes 3 positional arguments")
        .contains("| target TypeError None write_to_model() got an unexpected keyword argument");
  }

  @Test
  @Order(1)
  void theFunctionsOfHostedServicesAreNotDefined() {
    assertThat(run.stdout())
        .contains("| firestore NameError None name 'write_to_firestore' is not defined")
        .contains("| el NameError None name 'el' is not defined");
  }

  @Test
  @Order(1)
  void listsTellOfModelsTestsSourcesAndFeatures() {
    assertThat(run.stdout())
        .contains("('scored', 'skipped', ['model.shop.orders'])]")
        .contains("| ids [('model.shop.kept', 'skipped'), ('model.shop.orders', 'success'), ")
        .contains("| features [('orders', 'price', 'in euros', 'id', 'at')]")
        .contains("| tests [('unique', 'orders', 'id', 'skipped')]")
        .contains("| meta ['id']");
  }

  // -- results ----------------------------------------------------------------------------------

  @Test
  @Order(1)
  void whatACrashLeftBehindIsNotMergedIn() throws IOException {
    assertThat(project.read("target/fal_results_0.json")).isEqualTo("{\"left\": by a crash");
    assertThat(project.artifact("fal_results.json").path("results")).hasSize(9);
    assertThat(project.artifact("run_results.json").path("results"))
        .extracting(result -> result.path("unique_id").asText())
        .containsExactlyInAnyOrder("model.shop.orders", "model.shop.scored", "model.shop.kept");
  }

  @Test
  @Order(2)
  void falRunRunsHooksWithAnEnvironmentButNoModelAndLeavesDbtsResults() throws IOException {
    String results = project.read("target/run_results.json");
    CommandResult before = succeeds("run", "--before");
    assertThat(before.stdout()).contains("(kept, told.py) | told {'n': 1}").doesNotContain("START");
    CommandResult after = succeeds("run");
    assertThat(after.stdout())
        .contains("Starting fal run for following models and scripts: ")
        .contains("(<GLOBAL>, apart.py) | apart None False 3")
        .doesNotContain("START", "PYTHON");
    assertThat(project.read("target/run_results.json")).isEqualTo(results);
    List<JsonNode> scripts =
        project.artifact("fal_results.json").path("results").valueStream().toList();
    assertThat(scripts)
        .extracting(script -> script.path("unique_id").asText())
        .contains("sees.py", "apart.py");
    try (var files = Files.list(project.root().resolve("target"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.matches("fal_results_.*"))
          .containsExactly("fal_results_0.json");
    }
  }

  @Test
  @Order(2)
  void aScriptSeesHowFreshASourceIs() throws IOException {
    project.execute(
        "create schema if not exists raw",
        "create or replace table raw.events as select timestamp '2024-01-01' as loaded");
    PlainDbt.run(project, "source freshness");
    assertThat(succeeds("run", "--select", "orders", "--scripts", "lists.py").stdout())
        .contains("| sources [('events', 'error')]");
  }

  @Test
  @Order(2)
  void aLinkedScriptIsNamedAsItIsDeclared(@TempDir Path elsewhere) throws IOException {
    String script = project.read("scripts/sees.py");
    Files.delete(project.root().resolve("scripts/sees.py"));
    Path outside = Files.writeString(elsewhere.resolve("outside.py"), "print('outside')");
    Files.createSymbolicLink(project.root().resolve("scripts/sees.py"), outside);
    try {
      assertThat(succeeds("run", "--select", "orders", "--scripts", "sees.py").stdout())
          .contains("(orders, sees.py) | outside");
    } finally {
      Files.delete(project.root().resolve("scripts/sees.py"));
      project.write("scripts/sees.py", script);
    }
  }

  @Test
  @Order(2)
  void whatPythonPathNamesIsFoundBesideTheRest(@TempDir Path elsewhere) throws IOException {
    Files.writeString(elsewhere.resolve("theirs.py"), "word = 'theirs'");
    String script = project.read("scripts/lists.py");
    project.write("scripts/beside.py", "word = 'ours'");
    project.write("scripts/lists.py", "import beside, theirs; print(beside.word, theirs.word)");
    CommandResult found =
        project
            .fal()
            .with("PYTHONPATH", elsewhere.toString())
            .run("run", "--select", "orders", "--scripts", "lists.py");
    project.write("scripts/lists.py", script);
    assertThat(found.exitCode()).as(found::toString).isZero();
    assertThat(found.stdout()).contains("(orders, lists.py) | ours theirs");
  }

  @Test
  @Order(2)
  void aScriptWritesTheModelItBelongsTo() throws IOException {
    String script = project.read("scripts/lists.py");
    project.write("scripts/lists.py", "write_to_model(ref('orders').assign(price=9.5))");
    succeeds("run", "--select", "orders", "--scripts", "lists.py");
    project.write("scripts/lists.py", script);
    assertThat(project.rows("select id, price from orders")).containsExactly("1, 9.5");
  }

  // -- selection --------------------------------------------------------------------------------

  private static List<String> planned(String... selection) throws IOException {
    String[] words = new String[selection.length + 3];
    words[0] = "flow";
    words[1] = "run";
    words[2] = "--dry-run";
    System.arraycopy(selection, 0, words, 3, selection.length);
    return succeeds(words)
        .stdout()
        .lines()
        .filter(line -> line.matches(".* of \\d+  .*"))
        .map(line -> line.replaceFirst(".* of \\d+  ", "").replaceFirst("  python .*", ""))
        .toList();
  }

  @Test
  @Order(3)
  void methodsTakeEveryNodeThatTheyMatch() throws IOException {
    assertThat(planned("--select", "path:models"))
        .containsExactly("model.shop.orders", "model.shop.scored", "model.shop.kept");
    assertThat(planned("--select", "a nobody", "config.materialized:table,orders", "kept"))
        .containsExactly("model.shop.orders", "model.shop.kept");
  }

  @Test
  @Order(3)
  void theAtOperatorIsDbts() throws IOException {
    assertThat(planned("--select", "@scored"))
        .containsExactly("model.shop.orders", "model.shop.scored", "model.shop.kept");
    assertThat(refused("flow", "run", "--select", "@scored+").output()).contains("@scored+");
  }

  @Test
  @Order(3)
  void selectorsOfYamlHold() throws IOException {
    assertThat(planned("--selector", "only_scored")).containsExactly("model.shop.scored");
  }

  @Test
  @Order(3)
  void theLastSelectionCounts() throws IOException {
    assertThat(planned("--select", "orders", "-m", "kept")).containsExactly("model.shop.kept");
  }

  @Test
  @Order(3)
  void scriptsAreSelectedByTheirFilesAndExcludedWithWhatComesAfter() throws IOException {
    assertThat(planned("--select", "asks.py")).containsExactly("script (orders, asks.py)");
    assertThat(planned("--select", "orders+", "--exclude", "sees.py", "asks.py", "scored+"))
        .containsExactly("model.shop.orders", "script (orders, lists.py)");
  }

  @Test
  @Order(4)
  void aSelectionWithAHoleKeepsItsOrder() throws IOException {
    project.write(
        "models/first.py",
        """
        import time
        time.sleep(1)
        write_to_model(ref("orders"))
        """);
    project.write("models/hole.sql", "select * from {{ ref('first') }}");
    project.write("models/last.py", "write_to_model(ref('hole'))");
    CommandResult whole = succeeds("flow", "run", "--select", "first+");
    assertThat(whole.stdout()).contains("PASS=3 ");
    CommandResult part = succeeds("flow", "run", "--select", "first", "last", "--threads", "4");
    assertThat(part.stdout())
        .containsSubsequence("OK created python model main.first", "START python model main.last");
  }

  @Test
  @Order(5)
  void theTargetIsTheProfilesWhateverRanBefore() throws IOException {
    succeeds("flow", "run", "--select", "orders", "scored", "kept", "--target", "prod");
    succeeds("flow", "run", "--select", "scored", "kept", "--full-refresh");
    assertThat(project.rows("select target from kept")).containsExactly("dev");
    assertThat(
            SampleProject.rowsIn(project.root().resolve("prod.duckdb"), "select target from kept"))
        .containsExactly("prod");
  }

  @Test
  @Order(6)
  void theExperimentalFlagsAreAccepted() throws IOException {
    CommandResult one =
        succeeds(
            "flow",
            "run",
            "--experimental-flow",
            "--experimental-models",
            "--experimental-threads",
            "2",
            "--select",
            "scored");
    assertThat(one.stdout()).contains("Concurrency: 2 threads", "OK created python model");
  }
}
