package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fal run}: which scripts it runs, in which stages (FAL.md 3.4). */
class ScriptsRunTest {
  private static SampleProject project;

  @BeforeAll
  static void build(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("scripted", scratch);
    CommandResult run = project.fal().run("flow", "run", "--exclude", "last");
    assertThat(run.exitCode()).as(run::toString).isZero();
    project.write("results/run_results.json", project.read("target/run_results.json"));
  }

  @BeforeEach
  void forget() throws IOException {
    Files.deleteIfExists(project.root().resolve("notes.txt"));
    project.write("target/run_results.json", project.read("results/run_results.json"));
  }

  private static List<String> notesOf(String... arguments) throws IOException {
    CommandResult run = project.fal().run(arguments);
    assertThat(run.exitCode()).as(run::toString).isZero();
    Path notes = project.root().resolve("notes.txt");
    return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
  }

  private static String refused(String... arguments) throws IOException {
    CommandResult run = project.fal().run(arguments);
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    return run.output();
  }

  @Test
  void afterScriptsThenPostHooksThenGlobalsOfWhatHasRun() throws IOException {
    List<String> notes = notesOf("run");
    assertThat(notes.subList(0, 2)).containsExactlyInAnyOrder("first success", "scored success");
    assertThat(notes.subList(2, 6))
        .containsExactlyInAnyOrder(
            "first success", "argued 2 [1, 'x']", "second success", "scored success");
    assertThat(notes.subList(6, notes.size())).containsExactly("global None __main__");
  }

  @Test
  void beforeRunsGlobalsThenPreHooksThenBeforeScripts() throws IOException {
    List<String> notes = notesOf("run", "--before");
    assertThat(notes.get(0)).isEqualTo("global None __main__");
    assertThat(notes.subList(1, 3)).containsExactlyInAnyOrder("first success", "scored success");
    assertThat(notes.subList(3, 5)).containsExactlyInAnyOrder("first success", "last skipped");
  }

  @Test
  void aSelectionLeavesGlobalsOutUnlessTheyAreAskedFor() throws IOException {
    assertThat(notesOf("run", "--select", "second")).containsExactly("second success");
    forget();
    assertThat(notesOf("run", "-m", "second", "--globals"))
        .containsExactly("second success", "global None __main__");
    forget();
    assertThat(notesOf("run", "--exclude", "*", "--globals"))
        .containsExactly("global None __main__");
  }

  @Test
  void scriptsAreChosenByPathAndHooksAreNot() throws IOException {
    assertThat(notesOf("run", "--select", "first", "--script", "writes.py"))
        .containsExactlyInAnyOrder("first success", "argued 2 [1, 'x']");
  }

  @Test
  void anUnknownScriptIsToldOfAndNothingElseRuns() throws IOException {
    CommandResult run =
        project.fal().run("run", "--before", "--select", "last", "--scripts", "notthere.py");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).contains("--scripts notthere.py: no script is declared so");
    assertThat(project.has("notes.txt")).isFalse();
  }

  @Test
  void allTakesModelsThatHaveNotRun() throws IOException {
    assertThat(notesOf("run", "--all")).contains("notebook False", "global None __main__");
  }

  @Test
  void allAndASelectionAreRefused() throws IOException {
    assertThat(refused("run", "--all", "--select", "first"))
        .contains(
            "Cannot pass --all flag alongside selection flags (--select/--models, --exclude,"
                + " --selector)");
  }

  @Test
  void withoutResultsItIsSaidWhatToDo() throws IOException {
    Files.delete(project.root().resolve("target/run_results.json"));
    assertThat(refused("run"))
        .contains("Could not read dbt run_results artifact")
        .contains(
            "Cannot define models to run without selection flags or dbt run_results artifact or"
                + " --before flag");
  }

  @Test
  void resultsOfAnotherProjectOrTargetAreRefused() throws IOException {
    String results = project.read("results/run_results.json");
    project.write("target/run_results.json", results.replace("model.shop.", "model.other."));
    assertThat(refused("run")).contains("of another project than 'shop'", "[other-results]");
    project.write(
        "target/run_results.json",
        results.replace("\"args\": {", "\"args\": {\"target\": \"prod\","));
    assertThat(refused("run", "--target", "dev"))
        .contains("are of the target 'prod', and this is 'dev'", "--target prod");
  }

  @Test
  void modelsThatWereOnlyTestedCount() throws IOException {
    String test =
        project
            .artifact("manifest.json")
            .path("nodes")
            .propertyStream()
            .map(Map.Entry::getKey)
            .filter(id -> id.startsWith("test.shop.not_null_first_id"))
            .findFirst()
            .orElseThrow();
    project.write(
        "target/run_results.json",
        "{\"args\": {}, \"results\": [{\"unique_id\": \"%s\", \"status\": \"pass\"}]}"
            .formatted(test));
    assertThat(notesOf("run", "--scripts", "note.py")).contains("first tested");
  }

  @Test
  void withoutATargetItIsThatOfTheResults() throws IOException {
    String results = project.read("results/run_results.json");
    String profiles = project.read("profiles.yml");
    project.write("profiles.yml", profiles + "    other: {type: duckdb, path: other.duckdb}\n");
    project.write(
        "target/run_results.json",
        results.replace("\"args\": {", "\"args\": {\"target\": \"other\","));
    String script = project.read("scripts/note.py");
    project.write("scripts/note.py", "from noting import note\nnote(context.target.name)\n");
    CommandResult run = project.fal().run("run", "--scripts", "note.py");
    List<String> notes = notesOf("run", "--scripts", "note.py", "--select", "second");
    project.write("scripts/note.py", script);
    project.write("profiles.yml", profiles);
    assertThat(run.output()).contains("Target is 'other', as in the run that target/run_results");
    assertThat(notes).contains("other").doesNotContain("dev");
  }

  @Test
  void aFailedStageStopsThoseAfterIt() throws IOException {
    String script = project.read("scripts/writes.py");
    project.write("scripts/writes.py", "raise ValueError('no')\n");
    CommandResult run = project.fal().run("run");
    project.write("scripts/writes.py", script);
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output())
        .contains("Error in script (first, writes.py)", "ValueError: no")
        .contains("SKIP (second, note.py)", "SKIP (<GLOBAL>, global.py)");
    assertThat(Files.readAllLines(project.root().resolve("notes.txt")))
        .containsExactlyInAnyOrder("first success", "scored success");
  }
}
