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

/** Scripts and hooks of models in {@code fal flow run}: one whole run, then parts of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScriptsInFlowTest {
  private static SampleProject project;
  private static CommandResult run;
  private static List<String> notes;

  @BeforeAll
  static void runAll(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("scripted", scratch);
    run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    notes = project.read("notes.txt").lines().toList();
    for (String name : List.of("manifest.json", "fal_manifest.json")) {
      project.write("state/" + name, project.read("target/" + name));
    }
  }

  private static List<String> notesOf(String... arguments) throws IOException {
    Files.deleteIfExists(project.root().resolve("notes.txt"));
    CommandResult part = project.fal().run(arguments);
    assertThat(part.exitCode()).as(part::toString).isZero();
    return project.has("notes.txt") ? project.read("notes.txt").lines().toList() : List.of();
  }

  @Test
  @Order(1)
  void scriptsAndHooksRunAroundTheirModelsInDbtsOrder() {
    assertThat(notes.subList(0, 2)).containsOnly("first skipped"); // before script, pre-hook
    assertThat(notes.subList(2, 5))
        .containsExactlyInAnyOrder("first success", "argued 2 [1, 'x']", "first success");
    assertThat(notes.subList(5, notes.size()))
        .containsExactly(
            "second success",
            "scored skipped",
            "scored success",
            "scored success",
            "last skipped",
            "notebook True");
  }

  @Test
  @Order(1)
  void globalScriptsAreNotOfAFlow() {
    assertThat(notes).noneMatch(note -> note.startsWith("global"));
  }

  @Test
  @Order(1)
  void dbtsLinesCallScriptsByTheirNames() {
    assertThat(run.stdout())
        .contains("Found 5 models, 5 scripts, ")
        .contains("1 of 9 START script (first, note.py) ..")
        .contains("OK ran script (first, writes.py) ..")
        .contains("OK post-hook (first, argued.py) [")
        .contains("Finished running 1 python model, 5 scripts, ")
        .contains("Done. PASS=9 ");
  }

  @Test
  @Order(1)
  void aScriptReadsAndWritesWhatIsThereNow() {
    assertThat(run.stdout())
        .contains("(first, writes.py) | rows 1", "(first, writes.py) | rows 2")
        .contains("| own [1, 2]", "| ephemeral [11, 12]", "| sql [4]", "| made 0");
  }

  @Test
  @Order(1)
  void aScriptIsToldOfItsModelAndTheProject() {
    assertThat(run.stdout())
        .contains("| model first first {'owner': 'them'} the number")
        .contains("| tests [('not_null', 'skipped'), ('unique', 'skipped')]")
        .contains("| target dev duckdb target")
        .contains("| models [('first', 'success'), ('last', 'skipped'), ")
        .contains("| sources [('raw', 'totals', {'owner': 'us'}, 1)]");
  }

  @Test
  @Order(1)
  void dbtsArtifactsKnowNoScripts() throws IOException {
    assertThat(project.statuses().keySet())
        .containsExactlyInAnyOrder(
            "model.shop.first", "model.shop.second", "model.shop.scored", "model.shop.last");
    JsonNode nodes = project.artifact("manifest.json").path("nodes");
    assertThat(nodes.properties()).noneMatch(node -> node.getKey().startsWith("script."));
    assertThat(nodes.at("/model.shop.second/depends_on/nodes"))
        .extracting(JsonNode::asText)
        .containsExactly("model.shop.first");
  }

  @Test
  @Order(1)
  void falResultsTellOfEachScriptAndHook() throws IOException {
    JsonNode results = project.artifact("fal_results.json").path("results");
    List<JsonNode> scripts = results.valueStream().filter(result -> result.has("is_hook")).toList();
    assertThat(scripts).hasSize(12);
    assertThat(scripts).allMatch(result -> result.path("status").asText().equals("success"));
    JsonNode hook =
        scripts.stream()
            .filter(result -> result.path("unique_id").asText().equals("argued.py"))
            .findFirst()
            .orElseThrow();
    assertThat(hook.path("is_hook").asBoolean()).isTrue();
    assertThat(hook.path("path").asText())
        .isEqualTo(project.root().resolve("scripts/argued.py").toString());
    assertThat(hook.at("/timing/0/name").asText()).isEqualTo("execute");
    assertThat(hook.path("model").asText()).isEqualTo("model.shop.first");
  }

  @Test
  @Order(2)
  void aScriptAloneIsSelectedByItsFile() throws IOException {
    assertThat(notesOf("flow", "run", "--select", "note.py"))
        .containsOnly("first skipped", "scored skipped", "last skipped")
        .hasSize(4);
    assertThat(project.statuses()).isEmpty();
  }

  @Test
  @Order(2)
  void graphOperatorsHoldForScripts() throws IOException {
    assertThat(notesOf("flow", "run", "--select", "+writes.py"))
        .startsWith("first skipped", "first skipped")
        .hasSize(4);
    assertThat(notesOf("flow", "run", "--select", "last+", "--exclude", "explore.ipynb"))
        .containsExactly("notebook True");
    assertThat(notesOf("flow", "run", "--select", "note.py+,last"))
        .containsExactly("notebook True");
  }

  @Test
  @Order(2)
  void anAfterScriptIsNoParentToSelection() throws IOException {
    assertThat(notesOf("flow", "run", "--select", "+second"))
        .containsExactlyInAnyOrder(
            "first skipped",
            "first skipped",
            "first success",
            "argued 2 [1, 'x']",
            "second success");
  }

  @Test
  @Order(2)
  void hooksCannotBeSelected() throws IOException {
    assertThat(notesOf("flow", "run", "--select", "argued.py")).isEmpty();
    assertThat(project.statuses()).isEmpty();
  }

  @Test
  @Order(2)
  void aDryRunShowsScriptsAndHooks() throws IOException {
    CommandResult plan = project.fal().run("flow", "run", "--dry-run");
    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.stdout())
        .containsSubsequence(
            "1 of 10  script (first, note.py)  python scripts/note.py",
            "    pre-hook (first, note.py)  python scripts/note.py",
            "2 of 10  model.shop.first",
            "    post-hook (first, argued.py)  python scripts/argued.py",
            "10 of 10  model.shop.last",
            "    post-hook (last, explore.ipynb)  python scripts/explore.ipynb");
  }

  @Test
  @Order(3)
  void stateKnowsWhichScriptsChanged() throws IOException {
    assertThat(notesOf("flow", "run", "--select", "state:modified", "--state", "state")).isEmpty();
    String script = project.read("scripts/writes.py");
    project.write("scripts/writes.py", "print('changed')\n");
    CommandResult changed =
        project.fal().run("flow", "run", "--select", "state:modified", "--state", "state");
    assertThat(changed.stdout()).contains("(first, writes.py) | changed", "Done. PASS=1 ");
    project.write("scripts/writes.py", script);
  }

  @Test
  @Order(4)
  void buildRunsTestsBeforeAfterScripts() throws IOException {
    CommandResult build = project.fal().run("flow", "build", "--select", "first+1");
    assertThat(build.stdout()).contains("| tests [('not_null', 'pass'), ('unique', 'pass')]");
  }

  @Test
  @Order(5)
  void plainDbtIsAsItWas() throws IOException {
    PlainDbt.run(project, "run --select first second");
    assertThat(project.statuses()).containsOnlyKeys("model.shop.first", "model.shop.second");
  }
}
