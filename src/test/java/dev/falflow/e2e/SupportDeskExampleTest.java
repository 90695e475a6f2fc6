package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example made for the old fal, run as its README says, its own receiver listening. */
class SupportDeskExampleTest {
  private static SampleProject project;
  private static Map<String, String> clone;
  private static CommandResult flow;
  private static CommandResult again;
  private static CommandResult scripts;
  private static List<String> posts;

  @BeforeAll
  static void runAll(@TempDir Path scratch) throws IOException {
    project = SampleProject.example("support-desk", scratch);
    clone = project.sources();
    Process receiver =
        new ProcessBuilder(TestPython.executable().toString(), "receiver.py", "0")
            .directory(project.root().toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader received = receiver.inputReader(StandardCharsets.UTF_8)) {
      FalCli fal = project.fal().with("NOTIFY_URL", Objects.requireNonNull(received.readLine()));
      flow = fal.run("flow", "run");
      again = fal.with("PIP_NO_INDEX", "1").with("UV_OFFLINE", "1").run("flow", "run");
      scripts = fal.run("run");
      receiver.toHandle().destroy(); // Process.destroy would close what it has printed
      posts = received.lines().toList();
    } finally {
      receiver.destroyForcibly();
    }
  }

  @Test
  void everyCommandEndsWell() {
    assertThat(List.of(flow, again, scripts)).allMatch(command -> command.exitCode() == 0);
    assertThat(flow.stdout()).contains("Done. PASS=5 ");
  }

  @Test
  void hooksPostWhatBecomesOfTheirModel() {
    String before =
        """
        {"text": "Counting open tickets", "model": "open_tickets", "status": "skipped", "owner": "support"}""";
    String after =
        """
        {"text": "Open tickets are counted", "model": "open_tickets", "status": "success", "owner": "support"}""";
    assertThat(posts).containsExactly(before, after, before, after, after);
  }

  @Test
  void theModelRunsInTheEnvironmentOfItsOwn() throws IOException {
    JsonNode ofDbt =
        TestPython.run(
            project.root(), "import json, slugify; print(json.dumps(slugify.__version__))");
    assertThat(flow.stdout()).contains("help_pages | 4 pages, by python-slugify 8.0.4");
    assertThat(ofDbt.asText()).isNotEqualTo("8.0.4");
  }

  @Test
  void aSecondRunMakesNoEnvironment() {
    assertThat(again.stdout()).contains("by python-slugify 8.0.4");
    assertThat(again.output()).doesNotContain("environment help-centre");
  }

  @Test
  void theNotebookRunsAfterItsModel() {
    String line =
        "(open_tickets, backlog.ipynb) | can-t-sign-in: 2 tickets, the oldest waits for 6 days";
    assertThat(flow.stdout()).contains(line);
    assertThat(scripts.stdout()).contains(line);
  }

  @Test
  void theGlobalScriptTellsOfEveryModel() {
    assertThat(flow.stdout()).doesNotContain("summary.py");
    assertThat(scripts.stdout())
        .contains(
            "(<GLOBAL>, summary.py) | help_pages: success",
            "(<GLOBAL>, summary.py) | open_tickets: success",
            "(<GLOBAL>, summary.py) | stg_tickets: success",
            "(<GLOBAL>, summary.py) | 3 of 3 models are built");
  }

  @Test
  void sqlReadsWhatPythonWrote() throws IOException {
    Path database = project.root().resolve("support_desk.duckdb");
    assertThat(SampleProject.rowsIn(database, "select page, tickets from open_tickets"))
        .containsExactly("can-t-sign-in, 2", "where-is-my-invoice, 1", "change-of-address, 1");
  }

  @Test
  void nothingIsWrittenThatTheCloneLacks() throws IOException {
    assertThat(project.sources()).isEqualTo(clone);
  }
}
