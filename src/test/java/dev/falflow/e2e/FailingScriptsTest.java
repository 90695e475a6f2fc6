package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts and hooks that fail, and what becomes of the rest of the run (FAL.md 3.2, 3.3). */
class FailingScriptsTest {
  /** Each fails in its own way, and nothing else reads it but {@code after_it}. */
  private static final Map<String, String> FAILING =
      new TreeMap<>(
          Map.of(
              "early", "{scripts: {before: [bad.py], after: [note.py]}, post-hook: [note.py]}",
              "late", "{scripts: [bad.py, note.py]}",
              "prepared", "{pre-hook: [bad.py], post-hook: [note.py]}",
              "broken", "{post-hook: [note.py], scripts: [note.py]}",
              "divided", "{post-hook: [note.py]}",
              "finished", "{post-hook: [bad.py, note.py]}",
              "writing", "{post-hook: [model.py, source.py]}",
              "asking", "{scripts: [argued.py]}",
              "leaving", "{pre-hook: [leaves.py], scripts: [leaves.py, gives_up.py]}"));

  private static SampleProject failed;
  private static CommandResult run;
  private static List<String> notes;

  private SampleProject project;

  @BeforeAll
  static void failInEveryWay(@TempDir Path scratch) throws IOException {
    failed = SampleProject.copyOf("scripted", scratch);
    for (String file : failed.files("models")) {
      failed.delete(file);
    }
    StringBuilder schema = new StringBuilder("models:\n");
    for (Map.Entry<String, String> model : FAILING.entrySet()) {
      String name = model.getKey();
      schema.append("  - {name: " + name + ", meta: {fal: " + model.getValue() + "}}\n");
      failed.write("models/" + name + ".sql", "{{ config(materialized='table') }} select 1 as id");
      failed.write("models/after_" + name + ".sql", "select * from {{ ref('" + name + "') }}");
    }
    failed.write("models/schema.yml", schema.toString());
    failed.write("models/broken.sql", "select nothing from nowhere");
    failed.delete("models/divided.sql");
    failed.write("models/fine.sql", "select 1 as id");
    failed.write("models/divided.py", "df = ref('fine')\n1 / 0\nwrite_to_model(df)\n");
    failed.write("scripts/bad.py", "\nraise ValueError('no')\n");
    failed.write("scripts/model.py", "write_to_model(ref('writing'))\n");
    failed.write("scripts/source.py", "write_to_source(ref('writing'), 'raw', 'totals')\n");
    failed.write("scripts/argued.py", "context.arguments\n");
    failed.write("scripts/leaves.py", "import sys\nsys.exit(0)\n");
    failed.write("scripts/gives_up.py", "import sys\nsys.exit('not today')\n");
    run = failed.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    notes = failed.read("notes.txt").lines().toList();
  }

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

  /** What its scripts and hooks noted. */
  private static List<String> notesOf(String model) {
    return notes.stream().filter(note -> note.startsWith(model + " ")).toList();
  }

  private static void assertStatuses(String model, String status, String after) throws IOException {
    assertThat(failed.statuses())
        .containsEntry("model.shop." + model, status)
        .containsEntry("model.shop.after_" + model, after);
  }

  @Test
  void aFailedBeforeScriptSkipsItsModel() throws IOException {
    assertThat(run.stdout())
        .contains("Error in script (early, bad.py): scripts/bad.py:2: ValueError: no")
        .contains("SKIP script (early, note.py) ..");
    assertStatuses("early", "skipped", "skipped");
    assertThat(notesOf("early")).isEmpty();
    JsonNode results = failed.artifact("fal_results.json").path("results");
    JsonNode script =
        results
            .valueStream()
            .filter(result -> result.has("is_hook"))
            .filter(result -> result.path("model").asText().equals("model.shop.early"))
            .findFirst()
            .orElseThrow();
    assertThat(script.path("status").asText()).isEqualTo("fail");
    assertThat(script.at("/error/message").asText()).isEqualTo("scripts/bad.py:2: ValueError: no");
  }

  @Test
  void aFailedAfterScriptSkipsItsModelsChildren() throws IOException {
    assertStatuses("late", "success", "skipped");
    assertThat(notesOf("late")).containsExactly("late success");
  }

  @Test
  void aFailedPreHookKeepsTheModelFromRunningButNotItsPostHooks() throws IOException {
    assertThat(run.stdout()).contains("Error in script (prepared, bad.py): scripts/bad.py:2: ");
    assertStatuses("prepared", "error", "skipped");
    assertThat(notesOf("prepared")).containsExactly("prepared error");
    assertThat(failed.rows("select table_name from information_schema.tables"))
        .contains("finished")
        .doesNotContain("prepared", "after_prepared");
  }

  @Test
  void postHooksSeeThatTheirModelFailed() throws IOException {
    assertStatuses("broken", "error", "skipped");
    assertThat(notesOf("broken")).containsExactly("broken error");
    assertThat(run.stdout()).contains("models/divided.py:2: ZeroDivisionError: division by zero");
    assertStatuses("divided", "error", "skipped");
    assertThat(notesOf("divided")).containsExactly("divided error");
  }

  @Test
  void aFailedPostHookFailsItsModel() throws IOException {
    assertStatuses("finished", "error", "skipped");
    assertThat(notesOf("finished")).containsExactly("finished success");
    assertThat(failed.rows("select count(*) from finished")).containsExactly("1");
  }

  @Test
  void hooksMayNotWrite() throws IOException {
    assertThat(run.stdout())
        .contains("write_to_model is not allowed in hooks. Consider using a Python model.")
        .contains("write_to_source is not allowed in hooks. Consider using a Python model.");
    assertStatuses("writing", "error", "skipped");
  }

  @Test
  void argumentsAreForHooksOnly() throws IOException {
    assertThat(run.stdout())
        .contains(
            "FalValueError: 'context.arguments' is only accessible from hooks, not from"
                + " scripts/models");
    assertStatuses("asking", "success", "skipped");
  }

  @Test
  void leavingWithZeroIsNoFailure() throws IOException {
    assertThat(run.stdout())
        .contains("scripts/gives_up.py:2: SystemExit: sys.exit('not today') was called")
        .doesNotContain("leaves.py):");
    assertStatuses("leaving", "success", "skipped");
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
    assertThat(project.has("notes.txt")).isFalse();
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
