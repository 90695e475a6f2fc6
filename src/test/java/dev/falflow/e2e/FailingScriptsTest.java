package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts and hooks that fail, and what becomes of the rest of the run (FAL.md 3.2, 3.3). */
class FailingScriptsTest {
  private SampleProject project;

  @BeforeEach
  void copy(@TempDir Path scratch) throws IOException {
    project = SampleProject.parsedCopyOf("scripted", scratch);
    project.write("scripts/writes.py", "print('after')\n");
  }

  /** {@code first}'s {@code meta.fal} is this YAML, in flow style. */
  private void firstHas(String fal) throws IOException {
    project.write(
        "models/schema.yml",
        """
        version: 2
        models:
          - name: first
            meta: {fal: %s}
          - name: second
            meta: {fal: {post-hook: [note.py]}}
        """
            .formatted(fal));
  }

  private CommandResult fails(String... arguments) throws IOException {
    CommandResult run = project.fal().run(arguments);
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    return run;
  }

  private List<String> notes() throws IOException {
    Path notes = project.root().resolve("notes.txt");
    return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
  }

  @Test
  void aFailedBeforeScriptSkipsItsModel() throws IOException {
    project.write("scripts/bad.py", "\nraise ValueError('no')\n");
    firstHas("{scripts: {before: [bad.py], after: [note.py]}, post-hook: [note.py]}");
    CommandResult run = fails("flow", "run");
    assertThat(run.stdout())
        .contains("Error in script (first, bad.py): scripts/bad.py:2: ValueError: no")
        .contains("SKIP script (first, note.py) ..");
    assertThat(project.statuses())
        .containsEntry("model.shop.first", "skipped")
        .containsEntry("model.shop.second", "skipped");
    assertThat(notes()).isEmpty();
    JsonNode results = project.artifact("fal_results.json").path("results");
    JsonNode failed =
        results.valueStream().filter(result -> result.has("is_hook")).findFirst().orElseThrow();
    assertThat(failed.path("status").asText()).isEqualTo("fail");
    assertThat(failed.at("/error/message").asText()).isEqualTo("scripts/bad.py:2: ValueError: no");
  }

  @Test
  void aFailedAfterScriptSkipsItsModelsChildren() throws IOException {
    project.write("scripts/bad.py", "raise ValueError('no')\n");
    firstHas("{scripts: [bad.py, note.py]}");
    fails("flow", "run");
    assertThat(project.statuses())
        .containsEntry("model.shop.first", "success")
        .containsEntry("model.shop.second", "skipped");
    assertThat(notes()).containsExactly("first success");
  }

  @Test
  void aFailedPreHookKeepsTheModelFromRunningButNotItsPostHooks() throws IOException {
    project.write("scripts/bad.py", "raise ValueError('no')\n");
    firstHas("{pre-hook: [bad.py], post-hook: [note.py]}");
    CommandResult run = fails("flow", "run");
    assertThat(run.stdout()).contains("Error in script (first, bad.py): scripts/bad.py:1: ");
    assertThat(project.statuses())
        .containsEntry("model.shop.first", "error")
        .containsEntry("model.shop.second", "skipped");
    assertThat(notes()).containsExactly("first error");
    assertThat(project.rows("select * from information_schema.tables")).isEmpty();
  }

  @Test
  void postHooksSeeThatTheirModelFailed() throws IOException {
    project.write("models/first.sql", "select nothing from nowhere");
    firstHas("{post-hook: [note.py], scripts: [note.py]}");
    fails("flow", "run");
    assertThat(notes()).containsExactly("first error");
    project.write("models/first.sql", "{{ config(materialized='table') }} select 1 as id");
    project.write("models/scored.py", "df = ref('second')\n1 / 0\nwrite_to_model(df)\n");
    project.write(
        "models/schema.yml",
        "models:\n  - name: scored\n    meta: {fal: {post-hook: [note.py]}}\n");
    CommandResult run = fails("flow", "run");
    assertThat(run.stdout()).contains("models/scored.py:2: ZeroDivisionError: division by zero");
    assertThat(notes()).containsExactly("first error", "scored error");
  }

  @Test
  void aFailedPostHookFailsItsModel() throws IOException {
    project.write("scripts/bad.py", "raise ValueError('no')\n");
    firstHas("{post-hook: [bad.py, note.py]}");
    fails("flow", "run");
    assertThat(project.statuses())
        .containsEntry("model.shop.first", "error")
        .containsEntry("model.shop.second", "skipped");
    assertThat(notes()).containsExactly("first success");
    assertThat(project.rows("select count(*) from first")).containsExactly("2");
  }

  @Test
  void hooksMayNotWrite() throws IOException {
    project.write("scripts/model.py", "write_to_model(ref('first'))\n");
    project.write("scripts/source.py", "write_to_source(ref('first'), 'raw', 'totals')\n");
    firstHas("{post-hook: [model.py, source.py]}");
    CommandResult run = fails("flow", "run");
    assertThat(run.stdout())
        .contains("write_to_model is not allowed in hooks. Consider using a Python model.")
        .contains("write_to_source is not allowed in hooks. Consider using a Python model.");
  }

  @Test
  void argumentsAreForHooksOnly() throws IOException {
    project.write("scripts/argued.py", "context.arguments\n");
    firstHas("{scripts: [argued.py]}");
    CommandResult run = fails("flow", "run");
    assertThat(run.stdout())
        .contains(
            "FalValueError: 'context.arguments' is only accessible from hooks, not from"
                + " scripts/models");
  }

  @Test
  void leavingWithZeroIsNoFailure() throws IOException {
    project.write("scripts/leaves.py", "import sys\nsys.exit(0)\n");
    project.write("scripts/gives_up.py", "import sys\nsys.exit('not today')\n");
    firstHas("{pre-hook: [leaves.py], scripts: [leaves.py, gives_up.py]}");
    CommandResult run = fails("flow", "run");
    assertThat(run.stdout())
        .contains("scripts/gives_up.py:2: SystemExit: sys.exit('not today') was called")
        .doesNotContain("leaves.py):");
    assertThat(project.statuses()).containsEntry("model.shop.first", "success");
  }

  @Test
  void everyMissingScriptIsToldWithItsLineBeforeAnythingRuns() throws IOException {
    firstHas("{pre-hook: [gone.py], scripts: {before: [lost.py]}}");
    CommandResult run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output())
        .contains("models/schema.yml:4:")
        .contains("gone.py")
        .contains("lost.py")
        .doesNotContain("START");
  }

  @Test
  void aScriptThatReadsWhatWaitsForItIsWarnedOf() throws IOException {
    CommandResult built = project.fal().run("flow", "run", "--select", "+second");
    assertThat(built.exitCode()).as(built::toString).isZero();
    project.write("scripts/ahead.py", "print(len(ref('first')))\nprint(len(ref('second')))\n");
    firstHas("{scripts: {before: [ahead.py]}}");
    CommandResult run = project.fal().run("flow", "run", "--select", "ahead.py+");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output())
        .contains("scripts/ahead.py:2:", "ref('second') depends on first, which this script is a")
        .doesNotContain("ahead.py:1:");
  }

  @Test
  void ctrlCEndsAHook() throws IOException {
    project.write("scripts/waits.py", "import time\nprint('waiting')\ntime.sleep(600)\n");
    firstHas("{post-hook: [waits.py], scripts: [note.py]}");
    try (RunningFal fal = InterruptionTest.interruptible(project.fal()).start("flow", "run")) {
      fal.awaitLine("(first, waits.py) | waiting");
      fal.interruptFromTerminal();
      CommandResult result = fal.await();
      assertThat(result.exitCode()).as(result::toString).isEqualTo(130);
      fal.assertNothingLeft();
    }
    assertThat(notes()).isEmpty();
    assertThat(project.statuses()).containsEntry("model.shop.first", "error");
  }

  @Test
  void theSecondEngineRefusesThem() throws IOException {
    CommandResult run = project.fal().run("flow", "run", "--dbt-engine", "process");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output())
        .contains("cannot run scripts and hooks of models (meta.fal)", "[not-with-process-engine]");
  }
}
