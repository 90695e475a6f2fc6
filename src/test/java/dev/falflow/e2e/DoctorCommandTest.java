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

/** {@code fal doctor}: what will run, what won't and the edit, without running or writing. */
class DoctorCommandTest {
  private SampleProject project;

  @BeforeEach
  void project(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("tiny", scratch);
  }

  @Test
  void allThatRunsIsSaidAndTheExitCodeIsZero() throws IOException {
    project.write(
        "models/m.py",
        "def model(dbt, session):\n    return dbt.ref('model_a').df().rename(columns={})\n");
    List<String> before = project.files(".");

    CommandResult doctor = project.fal().run("doctor");

    assertThat(doctor.exitCode()).as(doctor::toString).isZero();
    assertThat(doctor.stdout().lines())
        .contains("Runs", "Runs with dbt", "  models/m.py: is dbt's own kind of Python model")
        .anyMatch(line -> line.startsWith("  models/model_b.py: is a Python model of fal's"))
        .anyMatch(line -> line.contains("fal reads and writes duckdb"))
        .noneMatch(line -> line.contains("edit"));
    assertThat(project.files(".")).isEqualTo(before);
  }

  @Test
  void everyEditHasItsPlace() throws IOException {
    project
        .write(
            "models/lost.py",
            """
            from lib.load import load

            def model(dbt, session):
                df = dbt.ref('model_a').to_pandas()[['x']].rename()
                return df
            """)
        .write("lib/load.py", "def load(dbt):\n    return dbt.ref('model_b')\n")
        .write("models/unknown.py", "write_to_model(ref(input()))\n")
        .write("models/old.py", "el.airbyte_sync('x')\nwrite_to_model(df)\n")
        .write("models/broken.py", "write_to_model(\n")
        .write("models/fal/model_b.sql", "select 1\n")
        .write(
            "models/schema.yml",
            """
            models:
              - name: model_a
                config:
                  meta:
                    fal:
                      post-hook: [tell.py]
                      scripts: []
            fal:
              scripts: [all.py]
            """)
        .write(
            "fal_project.yml",
            "environments:\n  - name: ml\n    type: venv\n    requirement: [scikit-learn]\n");

    CommandResult doctor = project.fal().run("doctor", "--output", "json");

    assertThat(doctor.exitCode()).as(doctor::toString).isOne();
    List<String> places = places(doctor);
    for (String expected :
        List.of(
            "needs-edit models/lost.py:4 dbt v1 loses dbt.ref('model_a') here",
            "needs-edit lib/load.py:2 dbt v1 loses dbt.ref('model_b') here",
            "needs-edit models/unknown.py:1 what ref(input()) names",
            "needs-edit models/old.py:1 el was the old fal's",
            "needs-edit models/broken.py:1 ",
            "needs-edit models/fal/model_b.sql:0 ",
            "needs-edit fal_project.yml:4 requirement is no key of an environment")) {
      assertThat(places).as("%s", expected).anyMatch(place -> place.startsWith(expected));
    }
    assertThat(places)
        .noneMatch(line -> line.startsWith("runs models/") && !line.contains("/fal/"));
  }

  @Test
  void anAdapterMadeForPythonModelsIsReplacedAndItsModelsBecomeScripts() throws IOException {
    project
        .write("models/m.py", "def model(dbt, session):\n    return dbt.ref('model_a')\n")
        .write(
            "profiles.yml",
            """
            shop:
              target: dev
              outputs:
                dev:
                  type: fal
                  db_profile: pg
                pg: {type: postgres}
                bridge: {type: pybridge}
                odd: {type: db2}
            """);

    CommandResult wrapped = project.fal().run("doctor");
    CommandResult unknown = project.fal().run("doctor", "--target", "odd");
    project.delete("models/model_b.py");
    CommandResult bridge = project.fal().run("doctor", "--target", "bridge");

    assertThat(wrapped.exitCode()).as(wrapped::toString).isOne();
    assertThat(wrapped.stdout())
        .contains(
            "  profiles.yml:5:7: type fal stands for pg, which it names as its db_profile",
            "models/m.py:1:1: dbt does not run a def model with the adapter postgres",
            "Turn it into a script");
    assertThat(unknown.exitCode()).as(unknown::toString).isOne();
    assertThat(unknown.stdout()).contains("fal does not know where db2 is", "FAL_JDBC_URL");
    assertThat(bridge.exitCode()).as(bridge::toString).isZero();
    assertThat(bridge.stdout()).contains("Runs with dbt");
  }

  @Test
  void withoutAProjectItCannotLook() throws IOException {
    project.delete("dbt_project.yml");

    CommandResult doctor = project.fal().run("doctor");

    assertThat(doctor.exitCode()).isEqualTo(2);
    assertThat(doctor.stderr()).contains("[project-not-found]");
  }

  /** Verdict, place and words of each. */
  private static List<String> places(CommandResult doctor) throws IOException {
    List<String> places = new ArrayList<>();
    for (JsonNode finding : Json.MAPPER.readTree(doctor.stdout()).path("findings")) {
      places.add(
          "%s %s:%d %s"
              .formatted(
                  finding.path("verdict").asText(),
                  finding.path("path").asText(),
                  finding.path("line").asInt(),
                  finding.path("what").asText()));
    }
    return places;
  }
}
