package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fal env}: the environments of a project, listed, made, locked and removed. */
class EnvCommandTest {
  private static final String ONE =
      """
      environments:
        - name: ml
          type: venv
          requirements: [pyjokes<0.6]
      """;

  private SampleProject project;
  private FalCli fal;

  @BeforeEach
  void project(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("tiny", scratch).write("fal_project.yml", ONE);
    fal =
        project
            .fal()
            .with("FAL_CACHE_DIR", scratch.resolve("cache").toString())
            .with("UV_COMPILE_BYTECODE", "0");
  }

  private CommandResult env(String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of("env"));
    line.addAll(List.of(words));
    line.addAll(List.of("--python", TestPython.executable().toString()));
    return fal.run(line.toArray(String[]::new));
  }

  @Test
  void anEnvironmentIsMadeLockedKeptWhileItIsAskedForAndThenRemoved() throws IOException {
    project.write(
        "fal_project.yml",
        ONE + "  - {name: broken, type: venv, requirements: [fal-no-such-package-0]}\n");
    CommandResult sync = env("sync");
    assertThat(sync.exitCode()).as(sync::toString).isOne();
    assertThat(sync.stdout()).startsWith("ml: Python 3.").hasLineCount(1);
    assertThat(sync.stderr())
        .contains("Making environment ml", "fal_project.yml:5:5: environment broken could not")
        .contains("[environment-failed]");

    project.write("fal_project.yml", ONE);
    CommandResult lock = env("lock");
    assertThat(lock.exitCode()).as(lock::toString).isZero();
    assertThat(lock.stderr()).doesNotContain("Making");
    assertThat(project.read("fal.lock")).contains("- name: ml\n", "  - pyjokes==0.5.0\n");

    JsonNode listed = Json.MAPPER.readTree(env("list", "--output", "json").stdout());
    JsonNode ml = listed.path("environments").path(0);
    assertThat(ml.path("made").asBoolean()).isTrue();
    assertThat(ml.path("lock").asText()).isEqualTo("locked");
    assertThat(ml.path("bytes").asLong()).isPositive();

    assertThat(env("clean").stdout()).isEqualTo("There is nothing to remove.\n");
    project.write("fal_project.yml", ONE.replace("0.6", "0.5"));
    CommandResult clean = env("clean");
    assertThat(clean.exitCode()).as(clean::toString).isZero();
    assertThat(clean.stdout()).isEqualTo("Removed " + ml.path("folder").asText() + "\n");
    assertThat(env("list").stdout()).containsPattern("ml +venv +3\\.\\d+ +no +stale");
  }

  @Test
  void aPasswordInAnAddressIsNotTold() throws IOException {
    String wheel = "http://bob:hunter2@127.0.0.1:9/pyjokes-0.6.0-py3-none-any.whl";
    project.write(
        "fal_project.yml",
        "environments:\n  - {name: own, type: venv, requirements: ['pyjokes @ " + wheel + "']}\n");
    CommandResult sync = env("sync");
    assertThat(sync.exitCode()).as(sync::toString).isOne();
    assertThat(sync.stderr()).contains("Making environment own", "bob:*****@127.0.0.1");
    assertThat(sync.toString()).doesNotContain("hunter2");
  }

  @Test
  void whoUsesWhatIsListedWithoutMakingAnything() throws IOException {
    project
        .write(
            "models/schema.yml",
            """
            models:
              - name: model_b
                meta: {fal: {environment: ml}}
              - name: model_a
                meta: {fal: {environment: mll}}
            """)
        .write("models/own.py", "# /// script\n# ///\nwrite_to_model(ref('model_a'))\n");

    CommandResult list = env("list");

    assertThat(list.exitCode()).as(list::toString).isOne();
    assertThat(list.stdout().lines().map(line -> line.replaceAll(" +", " ")))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("NAME KIND PYTHON MADE LOCK USED BY"),
            line ->
                assertThat(line)
                    .matches("ml venv 3\\.\\d+ no no-file model_b \\(models/schema.yml:3:18\\)"),
            line -> assertThat(line).matches("models/own.py venv 3\\.\\d+ no no-file itself"));
    assertThat(list.stderr())
        .contains(
            "models/schema.yml:5:18: Could not find environment: mll. Did you mean 'ml'?",
            "[environment-unknown]");
  }

  @Test
  void brokenFilesAreToldTogether() throws IOException {
    project
        .write("fal_project.yml", "environments:\n  - name: local\n    type: venv\n  - name: x\n")
        .write("fal.lock", "environments:\n  - name: y\n");

    CommandResult list = env("list");

    assertThat(list.exitCode()).as(list::toString).isEqualTo(2);
    assertThat(list.stderr())
        .contains(
            "fal_project.yml:2:5: Environment name conflicts with a reserved name: local.",
            "fal_project.yml:4:5: Missing required key: type",
            "fal.lock:2:5: the entry lacks");
  }

  @Test
  void allIsRemovedFromAnywhere(@TempDir Path elsewhere) throws IOException {
    CommandResult clean = fal.in(elsewhere).run("env", "clean", "--all");

    assertThat(clean.exitCode()).as(clean::toString).isZero();
    assertThat(clean.stdout()).isEqualTo("There is nothing to remove.\n");
    assertThat(fal.in(elsewhere).run("env").exitCode()).isEqualTo(2);
  }
}
