package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two fals at the same time. */
class TwoFalsTest {
  private final Path scratch;

  TwoFalsTest(@TempDir Path scratch) {
    this.scratch = scratch;
  }

  @Test
  void inTwoProjectsTheyMakeOneCacheTogether() throws IOException {
    SampleProject one = SampleProject.copyOf("tiny", scratch.resolve("one"));
    SampleProject two = SampleProject.copyOf("tiny", scratch.resolve("two"));
    try (RunningFal first = emptyCache(one).start("flow", "run");
        RunningFal second = emptyCache(two).start("flow", "run")) {
      List<CommandResult> results = List.of(first.await(), second.await());
      assertThat(results).allMatch(result -> result.exitCode() == 0);
      assertThat(results.get(0).stderr() + results.get(1).stderr())
          .containsOnlyOnce("Making the Python environment");
      first.assertNothingLeft();
      second.assertNothingLeft();
    }
    for (SampleProject project : List.of(one, two)) {
      assertThat(project.rows("select * from model_b")).containsExactly("1");
      CommandResult again = emptyCache(project).run("flow", "run");
      assertThat(again.exitCode()).as(again::toString).isZero();
      assertThat(again.stderr()).isEmpty();
    }
  }

  private FalCli emptyCache(SampleProject project) {
    return project.fal().with("FAL_CACHE_DIR", scratch.resolve("cache").toString());
  }

  @Test
  void inOneProjectTheSecondIsToldWhoHasTheDatabaseAndTheFirstLosesNothing() throws IOException {
    SampleProject project = SampleProject.copyOf("waiting", scratch);
    Path gate = FalCli.fifo(project.root().resolve("gate"));
    try (RunningFal first = project.fal().start("flow", "run")) {
      first.awaitLine("waits | waiting");
      try (RunningFal second = project.fal().start("flow", "run")) {
        CommandResult refused = second.await();
        assertThat(refused.exitCode()).as(refused::toString).isEqualTo(2);
        assertThat(refused.output()).contains("shop.duckdb", "[database-locked]");
      }
      Files.newOutputStream(gate).close();
      CommandResult result = first.await();
      assertThat(result.exitCode()).as(result::toString).isZero();
      first.assertNothingLeft();
    }
    assertThat(project.rows("select * from after")).containsExactly("1");
    assertThat(project.statuses())
        .hasSize(3)
        .allSatisfy((id, status) -> assertThat(status).isEqualTo("success"));
    JsonNode model = project.artifact("fal_results.json").path("python_models").path(0);
    assertThat(model.path("status").asText()).isEqualTo("success");
    assertThat(project.read("target/" + model.path("log").asText())).contains("waiting");
  }
}
