package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the second engine's own: several dbt processes told as one run, and what it refuses. */
class ProcessEngineTest {
  private static SampleProject built;
  private static CommandResult first;

  private SampleProject project;
  private Path scratch;

  @BeforeAll
  static void build(@TempDir Path folder) throws IOException {
    built = SampleProject.copyOf("tiny", folder).on(Engine.PROCESS);
    built.write("models/after_b.sql", "select * from {{ ref('model_b') }}");
    built.write("models/apart.sql", "select 1 as id");
    built.write("models/last.py", "write_to_model(ref('after_b'))\n");
    first = built.fal().run("flow", "run", "--log-format", "json");
    assertThat(first.exitCode()).as(first::toString).isZero();
  }

  @BeforeEach
  void copyProject(@TempDir Path folder) throws IOException {
    scratch = folder;
    project = built.copyTo(scratch).on(Engine.PROCESS);
  }

  private CommandResult run(int exitCode, String... arguments) throws IOException {
    CommandResult result = project.fal().run(arguments);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(exitCode);
    return result;
  }

  @Test
  void severalProcessesLeaveTheFilesAndEventsOfOneInvocation() throws IOException {
    Set<String> invocations = new TreeSet<>();
    Set<Integer> numbers = new TreeSet<>();
    int summaries = 0;
    for (String line : first.stdout().lines().toList()) {
      JsonNode event = Json.MAPPER.readTree(line);
      String name = event.path("info").path("name").asText();
      if (!name.startsWith("Fal")) {
        invocations.add(event.path("info").path("invocation_id").asText());
      }
      if (name.equals("LogStartLine")) {
        numbers.add(event.path("data").path("index").asInt());
        assertThat(event.path("data").path("total").asInt()).isEqualTo(5);
      }
      summaries += name.equals("StatsLine") ? 1 : 0;
    }
    assertThat(numbers).containsExactly(1, 2, 3, 4, 5);
    assertThat(summaries).isEqualTo(1);
    invocations.add(invocation("run_results.json"));
    invocations.add(invocation("manifest.json"));
    assertThat(invocations).hasSize(1);
    assertThat(project.statuses()).hasSize(5).containsValue("success");
    JsonNode nodes = project.artifact("manifest.json").path("nodes");
    for (String name : new String[] {"model_a", "after_b"}) { // each of a process of its own
      assertThat(nodes.path("model.shop." + name).path("compiled_code").asText()).isNotEmpty();
    }
    assertThat(nodes.path("model.shop.model_b").path("relation_name").asText())
        .isEqualTo("\"shop\".\"main\".\"model_b\"");
  }

  private String invocation(String artifact) throws IOException {
    return project.artifact(artifact).path("metadata").path("invocation_id").asText();
  }

  @Test
  void aFailureSkipsWhatLaterProcessesWouldRun() throws IOException {
    project.write("models/model_a.sql", "select no_such_column");
    CommandResult result = run(1, "flow", "run");
    assertThat(project.statuses())
        .containsEntry("model.shop.model_a", "error")
        .containsEntry("model.shop.model_b", "skipped")
        .containsEntry("model.shop.after_b", "skipped")
        .containsEntry("model.shop.last", "skipped")
        .containsEntry("model.shop.apart", "success");
    assertThat(result.stdout())
        .contains("SKIP relation main.last", "Failure in model model_a", "ERROR=1 SKIP=3");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void failFastStartsNoFurtherProcess(boolean typed) throws IOException {
    project.write("models/model_b.py", "1 / 0\nwrite_to_model(ref('model_a'))\n");
    project.write("models/python_apart.py", "write_to_model(ref('model_a'))\n");
    project.write("models/after_apart.sql", "select * from {{ ref('python_apart') }}");
    CommandResult run =
        typed
            ? project.fal().run("flow", "run", "--threads", "1", "--fail-fast")
            : project.fal().with("DBT_FAIL_FAST", "1").run("flow", "run", "--threads", "1");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(project.statuses())
        .containsEntry("model.shop.model_b", "error")
        .containsEntry("model.shop.after_apart", "skipped");
  }

  @Test
  void hooksOfARunAreSaidToRunInEachProcess() throws IOException {
    project.write(
        "dbt_project.yml",
        """
        name: shop
        profile: shop
        on-run-start: create table if not exists hooked (number int)
        on-run-end: insert into hooked values (1)
        """);
    assertThat(run(0, "flow", "run").stdout()).contains("[WARNING]: on-run-start and on-run-end");
    // A process for model_a and apart, one for after_b: no more of them than Python models ask for.
    assertThat(project.rows("select count(*) from hooked")).containsExactly("2");
  }

  @Test
  void aHookThatFailsInAnyProcessFailsTheRun() throws IOException {
    project.write(
        "dbt_project.yml", "name: shop\nprofile: shop\non-run-end: select no_such_column\n");
    assertThat(run(1, "flow", "run", "-s", "model_a", "model_b").stdout()).contains("ERROR=1");
    assertThat(project.statuses()).containsEntry("model.shop.model_b", "success");
  }

  @Test
  void aModelNamedAsAFolderIsRunAlone() throws IOException {
    project.write("models/apart/inner.sql", "select no_such_column");
    run(0, "flow", "run", "-s", "apart.sql", "model_a", "model_b");
    assertThat(project.statuses()).doesNotContainKey("model.shop.inner").hasSize(3);
  }

  @Test
  void everythingThatItWouldDoWrongIsRefusedAtOnce() throws IOException {
    Files.move(project.root().resolve("target"), project.root().resolve("state"));
    for (String name : List.of("prepared", "finished", "granted", "documented")) {
      project.write("models/" + name + ".py", "write_to_model(ref('apart'))\n");
    }
    project.write(
        "models/schema.yml",
        """
        models:
          - {name: prepared, config: {pre_hook: select 1}}
          - {name: finished, config: {post_hook: select 1}}
          - {name: granted, config: {grants: {select: [me]}}}
          - {name: documented, config: {persist_docs: {relation: true}}}
        """);
    project.write(
        "profiles.yml", "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n");
    CommandResult asked =
        project
            .fal()
            .with("DBT_SAMPLE", "3 days")
            .run(
                "flow run --event-time-start 2024-01-01 --event-time-end 2024-01-02 --no-write-json"
                    .concat(" --state state --exclude state:old")
                    .concat(" --select state:new prepared finished granted documented")
                    .split(" "));
    assertThat(asked.exitCode()).as(asked::toString).isEqualTo(2);
    assertThat(asked.output())
        .contains("models/prepared.py: model.shop.prepared has pre_hook,")
        .contains("models/finished.py: model.shop.finished has post_hook,")
        .contains("models/granted.py: model.shop.granted has grants,")
        .contains("models/documented.py: model.shop.documented has persist_docs,")
        .contains("the profile's database is :memory:")
        .contains("--sample: not with Python models", "--event-time-start: not with")
        .contains("--event-time-end: not with", "--no-write-json: not with")
        .contains("selecting by state: would not see")
        .contains("[not-with-process-engine]", "--dbt-engine resident");
    assertThat(project.has("target/run_results.json")).isFalse();
  }

  @Test
  void artifactsTurnedOffByAVariableAreRefusedInAFreshFolderToo() throws IOException {
    SampleProject fresh = SampleProject.copyOf("tiny", scratch.resolve("fresh"));
    CommandResult asked =
        fresh.on(Engine.PROCESS).fal().with("DBT_WRITE_JSON", "0").run("flow", "run");
    assertThat(asked.exitCode()).as(asked::toString).isEqualTo(2);
    assertThat(asked.output()).contains("--no-write-json: not with Python models");
  }

  @Test
  void deferringAPythonModelIsRefusedAndOtherDeferralIsDbts() throws IOException {
    Files.move(project.root().resolve("target"), project.root().resolve("state"));
    assertThat(run(2, "flow", "run", "-s", "after_b", "--defer", "--state", "state").output())
        .contains("model.shop.after_b", "model.shop.model_b", "[not-with-process-engine]");
    run(0, "flow", "run", "-s", "apart", "--defer", "--state", "state");
  }

  @Test
  void aStubThatNamesAnotherTableIsRefused() throws IOException {
    project.write("models/schema.yml", "models: [{name: model_b, config: {alias: other}}]\n");
    assertThat(run(2, "flow", "run").output())
        .contains("models/fal/model_b.sql", "names another table", "Delete the stub");
  }

  @Test
  void aDbtThatIsNoPythonProgramIsDrivenAsOne(@TempDir Path bin) throws IOException {
    Path compiler = Path.of("/usr/bin/cc");
    assumeThat(compiler).exists();
    Files.writeString(
        bin.resolve("dbt.c"),
        """
        #include <unistd.h>
        int main(int count, char **arguments) {
          char *command[count + 4];
          command[0] = "%s"; command[1] = "-m"; command[2] = "dbt.cli.main";
          for (int i = 1; i <= count; i++) command[i + 2] = arguments[i];
          return execv(command[0], command);
        }
        """
            .formatted(TestPython.executable()));
    Process compiled =
        new ProcessBuilder(compiler.toString(), "-o", "dbt", "dbt.c")
            .directory(bin.toFile())
            .inheritIO()
            .start();
    assertThat(compiled.onExit().join().exitValue()).isZero();
    SampleProject undriven = SampleProject.copyOf("tiny", scratch.resolve("undriven"));
    CommandResult result =
        undriven
            .fal()
            .with("PATH", bin + ":" + TestPython.environment().get("PATH"))
            .run("flow", "run");
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.stdout())
        .contains("dbt is driven through " + bin.resolve("dbt"), "is a program of its own");
    assertThat(undriven.rows("select * from model_b")).containsExactly("1");
  }
}
