package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What keeps a run from starting: exit code 2, a message with its place and a way on, and the
 * warehouse as it was.
 */
@ParameterizedClass
@EnumSource(Engine.class)
class RefusedProjectTest {
  /** Holds the database until its stdin ends. */
  private static final String HOLD =
      """
      import sys
      import duckdb

      connection = duckdb.connect("shop.duckdb")
      print("held", flush=True)
      sys.stdin.read()
      """;

  private final Engine engine;
  private SampleProject project;

  RefusedProjectTest(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void copyProject(@TempDir Path scratch) throws IOException {
    project = SampleProject.parsedCopyOf("tiny", scratch).on(engine);
    project.execute("create table model_b as select 42 as id");
  }

  private String refused(String... arguments) throws IOException {
    CommandResult result = project.fal().run(arguments);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(2);
    assertThat(result.output()).doesNotContain("\tat dev.falflow", "This is a bug in fal");
    assertThat(project.rows("select * from model_b")).containsExactly("42");
    return result.output();
  }

  @Test
  void noProject() throws IOException {
    project.delete("dbt_project.yml");
    assertThat(refused("flow", "run"))
        .contains(
            "no dbt_project.yml found at expected path "
                + project.root().resolve("dbt_project.yml"),
            "--project-dir",
            "[project-not-found]");
  }

  @Test
  void brokenYamlInTheProjectFile() throws IOException {
    project.write("dbt_project.yml", "name: shop\nprofile: shop\nmodels: [a\nvars: {}\n");
    assertThat(refused("flow", "run")).contains("dbt_project.yml:4:", "[broken-yaml]");
  }

  @Test
  void brokenYamlOfAModel() throws IOException {
    project.write("models/schema.yml", "models:\n  - name: model_b\n   columns: [\n");
    assertThat(refused("flow", "run")).contains("schema.yml", "line 3");
  }

  @Test
  void anUnknownProfile() throws IOException {
    assertThat(refused("flow", "run", "--profile", "shopp")).contains("shopp", "profiles.yml");
  }

  @Test
  void anUnknownTarget() throws IOException {
    assertThat(refused("flow", "run", "--target", "prod"))
        .contains("The profile 'shop' does not have a target named 'prod'", "- dev")
        .contains("or add it in " + project.root().resolve("profiles.yml"));
  }

  @Test
  void anUnsetVariableInTheProfile() throws IOException {
    project.write(
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: \"{{ env_var('NO_SUCH') }}\"}}}\n");
    assertThat(refused("flow", "run"))
        .contains("Env var required but not provided: 'NO_SUCH'", "env_var('NAME', 'default')");
  }

  @Test
  void anUnsetVariableInTheProjectFile() throws IOException {
    project.write(
        "dbt_project.yml",
        "name: shop\nprofile: shop\ntarget-path: \"{{ env_var('NO_SUCH') }}\"\n");
    assertThat(refused("flow", "run"))
        .contains("dbt_project.yml:3", "Env var required but not provided: 'NO_SUCH'")
        .contains("env_var('NAME', 'default')");
  }

  @Test
  void everythingThatIsWrongWithTheSourcesAtOnce() throws IOException {
    project.write("models/broken.py", "df = ref('model_a')\ndf = df[df.id >\nwrite_to_model(df)\n");
    project.write("models/twice.py", "write_to_model(1)\n\nif True:\n    write_to_model(2)\n");
    project.write("models/deeper/model_b.py", "write_to_model(ref('model_a'))\n");
    project.write("models/model_a.py", "write_to_model(3)\n");
    project.write("models/unfinished.py", "df = ref('model_a')\n");
    assertThat(refused("flow", "run"))
        .containsPattern(
            "models/broken\\.py:\\d:\\d+: .*\n +(df = df\\[df.id >|write_to_model\\(df\\))\n +\\^ \\[syntax-error]")
        .contains("models/twice.py:4:5: write_to_model is called 2 times")
        .contains("line 1 and line 4")
        .contains(
            "2 files make a model named 'model_b': models/deeper/model_b.py, models/model_b.py")
        .contains("2 files make a model named 'model_a': models/model_a.py, models/model_a.sql")
        .contains("models/unfinished.py", "[helper-with-ref]");
    assertThat(project.has("models/fal")).isFalse();
    assertThat(project.has(".dbtignore")).isFalse();
  }

  @Test
  void severalUnknownRefsAndSourcesWithTheNearestNames() throws IOException {
    project.write(
        "models/model_b.py",
        "a = ref('modela')\nb = ref('model_c')\nc = source('raw', 'orders')\nwrite_to_model(a)\n");
    project.write(
        "models/explored.ipynb",
        """
        {"cells": [{"cell_type": "code", "metadata": {}, "source": ["write_to_model(ref('model_bb'))"]}],
         "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        """);
    String said = refused("flow", "run");
    if (engine == Engine.PROCESS) { // dbt's executable stops at the first, whichever that is
      assertThat(said)
          .containsPattern(
              "models/(model_b.py|explored.ipynb.*):\\d:\\d+: (ref|source).* names no ")
          .doesNotContain("[ERROR]: models/fal");
      return;
    }
    assertThat(said)
        .contains("models/model_b.py:1:5: ref('modela') names no model", "'model_a'?")
        .contains("models/model_b.py:2:5: ref('model_c') names no model")
        .contains("models/model_b.py:3:5: source('raw', 'orders') names no source")
        .contains("models/explored.ipynb[cell 1]:1:16: ref('model_bb')", "'model_b'")
        .doesNotContain("[ERROR]: models/fal");
  }

  @Test
  void anUnknownRefWithTheNearestName() throws IOException {
    project.write("models/model_b.py", "a = ref('modela')\nwrite_to_model(a)\n");
    project.write("models/below.py", "write_to_model(ref('model_b'))\n");
    assertThat(refused("flow", "run"))
        .contains("models/model_b.py:1:5: ref('modela') names no model", "Did you mean 'model_a'")
        .doesNotContain("[ERROR]: models/fal", "[ERROR]: models/below.py");
  }

  @Test
  void anUnknownNameInADocstringAndInAHelperOnceAtItsOwnLine() throws IOException {
    project.write("lib/load.py", "from fal import ref\ndef orders(): return ref('modelb')\n");
    for (String name : List.of("model_b", "model_c")) {
      project.write(
          "models/" + name + ".py",
          "\"\"\"Reads\n- ref('modela')\n\"\"\"\n"
              + "from lib.load import orders\nwrite_to_model(orders())\n");
    }
    String said = refused("flow", "run");
    if (engine == Engine.PROCESS) { // dbt's executable tells the first alone
      assertThat(said).contains(":2:3: ref('modela') names no model", "'model_a'");
      return;
    }
    assertThat(said)
        .contains("models/model_b.py:2:3: ref('modela') names no model", "'model_a'")
        .contains("models/model_c.py:2:3: ref('modela') names no model")
        .containsOnlyOnce("lib/load.py:2:22: ref('modelb') names no model")
        .doesNotContain("[ERROR]: models/fal");
  }

  @Test
  void aCycleThroughPythonModelsIsPrintedAsAPath() throws IOException {
    project.write("models/model_b.py", "write_to_model(ref('model_d'))\n");
    project.write("models/model_c.sql", "select * from {{ ref('model_b') }}\n");
    project.write("models/model_d.py", "write_to_model(ref('model_c'))\n");
    assertThat(refused("flow", "run"))
        .contains(
            "model.shop.model_b (models/model_b.py) -> model.shop.model_c"
                + " -> model.shop.model_d (models/model_d.py)",
            "[cycle]");
  }

  @Test
  void aDatabaseThatAnotherProcessHoldsSaysWhoAndWhatToDo() throws IOException {
    Process holder = TestPython.start(project.root(), HOLD);
    CommandResult result;
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      result = project.fal().run("flow", "run");
    } finally {
      holder.getOutputStream().close();
      holder.onExit().join();
    }
    assertThat(result.exitCode()).as(result::toString).isEqualTo(2);
    assertThat(result.output())
        .contains("shop.duckdb", Long.toString(holder.pid()))
        .containsPattern("(?i)\\b(close|end|stop|wait)\\b")
        .doesNotContain("Traceback (most recent call last)");
    assertThat(project.rows("select * from model_b")).containsExactly("42");
  }

  @Test
  void anUnknownOptionShowsTheUsage() throws IOException {
    assertThat(refused("flow", "run", "--slect", "a")).contains("--slect", "Usage:");
  }

  @Test
  void aWrongValueNamesItsOption() throws IOException {
    assertThat(refused("flow", "run", "--threads", "four")).contains("'four' is not", "--threads");
  }

  @Test
  void varsThatAreNoMap() throws IOException {
    assertThat(refused("flow", "run", "--vars", "[1, 2")).contains("--vars");
  }

  @Test
  void aProfilesFolderWithoutProfiles() throws IOException {
    Path empty = Files.createDirectories(project.root().resolve("empty"));
    assertThat(refused("flow", "run", "--profiles-dir", empty.toString())).contains("profiles.yml");
  }
}
