package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fal deps}: what each model depends on, without running or writing anything. */
class DepsCommandTest {
  private SampleProject project;
  private List<String> before;

  @BeforeEach
  void models(@TempDir Path scratch) throws IOException {
    project =
        SampleProject.copyOf("tiny", scratch)
            .write(
                "models/c.py", "\"\"\"\n- ref('model_b')\n\"\"\"\nwrite_to_model(ref('model_a'))\n")
            .write("models/alone.py", "n = ref(input())\nwrite_to_model(n)\n");
    before = project.files("models");
  }

  @Test
  void everyModelIsListedWithWhereItsDependenciesWereFound() throws IOException {
    CommandResult deps = project.fal().run("deps");

    assertThat(deps.exitCode()).as(deps::toString).isZero();
    assertThat(deps.stdout().lines().map(line -> line.replaceAll(" {3,}", "  ")))
        .startsWith(
            "models/alone.py",
            "  depends on nothing",
            "models/c.py",
            "  ref('model_b')  models/c.py:2:3 (docstring)",
            "  ref('model_a')  models/c.py:4:16",
            "models/model_b.py",
            "  ref('model_a')  models/model_b.py:1:16")
        .contains("Warnings")
        .anyMatch(line -> line.startsWith("  - models/alone.py:1:5: "));
    assertThat(project.files("models")).isEqualTo(before);
  }

  @Test
  void selectedModelsAreThoseThatDbtSelects() throws IOException {
    CommandResult deps = project.fal().run("deps", "-s", "model_b+", "--output", "json");

    assertThat(deps.exitCode()).as(deps::toString).isZero();
    JsonNode json = Json.MAPPER.readTree(deps.stdout());
    assertThat(json.path("python_models").findValuesAsText("name")).containsExactly("model_b", "c");
    JsonNode first = json.path("python_models").path(1).path("dependencies").path(0);
    assertThat(first.toString())
        .isEqualTo(
            "{\"kind\":\"ref\",\"arguments\":[\"model_b\"],\"version\":null,\"origin\":\"docstring\","
                + "\"path\":\"models/c.py\",\"line\":2,\"column\":3,\"cell\":null}");
    assertThat(json.path("warnings").path(0).path("code").asText()).isEqualTo("unresolved-call");
    assertThat(project.files("models")).isEqualTo(before);
    assertThat(project.has("target")).isFalse();
  }

  @Test
  void aBrokenFileIsAnErrorAndTheOthersAreShown() throws IOException {
    project.write("models/broken.py", "write_to_model(\n");

    CommandResult deps = project.fal().run("deps", "--select", "c");

    assertThat(deps.exitCode()).isEqualTo(2);
    assertThat(deps.stdout())
        .startsWith("models/c.py\n")
        .contains("Errors", "models/broken.py:1")
        .doesNotContain("models/broken.py\n");
  }

  @Test
  void whatDbtRefusesIsSaid() throws IOException {
    project.write("models/model_a.sql", "select * from {{ ref('nowhere') }}");

    CommandResult deps = project.fal().run("deps", "--select", "c");

    assertThat(deps.exitCode()).isEqualTo(2);
    assertThat(deps.stderr()).contains("nowhere", "[dbt-parse-failed]");
  }
}
