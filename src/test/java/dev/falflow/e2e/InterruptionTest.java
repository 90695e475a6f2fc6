package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that ends before its time, in the middle of a model that has a process of its own. */
@ParameterizedClass
@EnumSource(Engine.class)
class InterruptionTest {
  private final Engine engine;
  private SampleProject project;

  InterruptionTest(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void copyProject(@TempDir Path scratch) throws IOException {
    project = SampleProject.parsedCopyOf("waiting", scratch).on(engine);
    project.execute("create table waits as select 42 as id");
    FalCli.fifo(project.root().resolve("gate"));
  }

  @Test
  void ctrlCEndsEveryProcessAndWritesTheResults() throws IOException {
    try (RunningFal fal = interruptible(project.fal()).start("flow", "run")) {
      fal.awaitLine("waits | waiting");
      assertThat(fal.processes().values())
          .anyMatch(command -> command.startsWith("sh -c echo ready"));
      fal.interruptFromTerminal();
      CommandResult result = fal.await();
      assertThat(result.exitCode()).as(result::toString).isEqualTo(130);
      fal.assertNothingLeft();
    }
    assertThat(project.rows("select * from waits")).containsExactly("42");
    assertThat(project.statuses())
        .containsEntry("model.shop.model_a", "success")
        .containsEntry("model.shop.waits", "error")
        .containsEntry("model.shop.after", "skipped");
    JsonNode model = project.artifact("fal_results.json").path("python_models").path(0);
    assertThat(model.path("error").path("code").asText()).isEqualTo("interrupted");
  }

  @Test
  void hooksAtTheEndOfTheRunSeeTheResultsAfterCtrlC() throws IOException {
    project.write("models/apart.py", "write_to_model(ref('waits'))\n");
    project.write(
        "dbt_project.yml",
        project.read("dbt_project.yml")
            + """
            on-run-end:
              # long enough for whatever still interrupts statements
              - create table counted as select count(*) as n from range(250000000) where range % 7 = 3
              - >
                create table ended as select * from (values
                {% for result in results %}('{{ result.node.name }}', '{{ result.status }}')
                {{- ',' if not loop.last }}{% endfor %})
            """);
    try (RunningFal fal = interruptible(project.fal()).start("flow", "run")) {
      fal.awaitLine("waits | waiting");
      fal.interruptFromTerminal();
      CommandResult result = fal.await();
      assertThat(result.exitCode()).as(result::toString).isEqualTo(130);
      fal.assertNothingLeft();
    }
    // The hooks of the second engine are those of a dbt process, with that one's results.
    List<String> seen =
        engine == Engine.PROCESS
            ? List.of("model_a, success")
            : List.of("model_a, success", "waits, error", "after, skipped", "apart, skipped");
    assertThat(project.rows("select * from ended")).containsExactlyInAnyOrderElementsOf(seen);
  }

  @Test
  void terminationEndsEveryProcessToo() throws IOException {
    try (RunningFal fal = interruptible(project.fal()).start("flow", "run")) {
      fal.awaitLine("waits | waiting");
      fal.signal("TERM");
      CommandResult result = fal.await();
      assertThat(result.exitCode()).as(result::toString).isEqualTo(143);
      fal.assertNothingLeft();
    }
    assertThat(project.rows("select * from waits")).containsExactly("42");
  }

  @Test
  void ctrlCDuringTheStartEndsTheCommand() throws IOException {
    try (RunningFal fal = interruptible(project.fal()).start("flow", "run")) {
      fal.awaitLine("was generated from");
      fal.interruptFromTerminal();
      CommandResult result = fal.await();
      assertThat(result.exitCode()).as(result::toString).isEqualTo(130);
      assertThat(result.output()).doesNotContain(" START ", "giving up");
      fal.assertNothingLeft();
    }
    assertThat(project.rows("select * from waits")).containsExactly("42");
  }

  @Test
  void ctrlCStopsAStatementOfASqlModel() throws IOException {
    writeEndlessModel();
    try (RunningFal fal =
        interruptible(project.fal()).start("flow", "run", "--select", "endless", "--debug")) {
      fal.awaitLine("range % 7 = 3");
      fal.interruptFromTerminal();
      CommandResult result = fal.await();
      assertThat(result.exitCode()).as(result::toString).isEqualTo(130);
      assertThat(result.output()).doesNotContain("giving up", "[dbt-failed]");
      if (engine == Engine.PROCESS) { // not killed: dbt has time to end as it does
        assertThat(result.output()).contains("CANCEL query model.shop.endless");
      }
      fal.assertNothingLeft();
    }
    assertThat(project.statuses()).containsEntry("model.shop.endless", "error");
    assertThat(project.result("model.shop.endless").path("message").asText()).contains("nterrupt");
  }

  @Test
  void aKilledFalTakesARunningStatementAlong() throws IOException {
    writeEndlessModel();
    try (RunningFal fal =
        interruptible(project.fal()).start("flow", "run", "--select", "endless")) {
      fal.awaitLine("START sql table model main.endless");
      fal.signal("KILL");
      fal.await();
      fal.assertNothingLeft();
    }
  }

  private void writeEndlessModel() throws IOException {
    project.write(
        "models/endless.sql",
        "{{ config(materialized='table') }}\nselect count(*) from range(1000000000000) where range % 7 = 3\n");
  }

  @Test
  void aKilledFalTakesItsProcessesAndItsSharedMemoryAlong() throws IOException {
    try (RunningFal fal = interruptible(project.fal()).start("flow", "run")) {
      fal.awaitLine("waits | waiting");
      if (engine == Engine.RESIDENT) {
        // Python starts it for locks that have names in shared memory; killed too, it leaves them.
        assertThat(fal.processes().values()).noneMatch(name -> name.contains("resource_tracker"));
      }
      fal.signal("KILL");
      fal.await();
      fal.assertNothingLeft();
    }
    assertThat(project.rows("select * from waits")).containsExactly("42");
  }

  /**
   * fal with SIGINT as a terminal's shell gives it: a job that a script put in the background, and
   * whatever it starts, ignores the signal.
   */
  static FalCli interruptible(FalCli fal) {
    return fal.under(
        TestPython.executable().toString(),
        "-c",
        "import os, signal, sys;"
            + " signal.signal(signal.SIGINT, signal.SIG_DFL);"
            + " os.execv(sys.argv[1], sys.argv[1:])");
  }
}
