package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dbt's environment variables mean what its options mean, also where fal looks at them itself. */
class DbtVariablesTest {
  @Test
  void placesTargetAndFormat(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.copyOf("options", scratch);
    Path elsewhere = Files.createDirectories(scratch.resolve("elsewhere"));

    CommandResult run =
        project
            .fal()
            .in(elsewhere)
            .with("DBT_PROJECT_DIR", project.root().toString())
            .with("DBT_PROFILES_DIR", project.root().toString())
            .with("DBT_ENGINE_TARGET_PATH", "made")
            .with("DBT_TARGET_PATH", "the_older_name")
            .with("DBT_TARGET", "other")
            .with("DBT_LOG_FORMAT", "json")
            .run("flow", "run", "--select", "+model_b");

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.stdout().lines()).allMatch(line -> line.startsWith("{\""));
    assertThat(project.has("made/run_results.json")).isTrue();
    assertThat(project.has("made/fal_results.json")).isTrue();
    assertThat(project.files(".")).noneMatch(file -> file.matches("(target|the_older_name)/.*"));
    assertThat(
            SampleProject.rowsIn(
                elsewhere.resolve("other.duckdb"), "select target from staging.model_b"))
        .containsExactly("other");
  }

  @Test
  void flagsAndTheOptionThatWins(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.copyOf("options", scratch);

    CommandResult run =
        project
            .fal()
            .with("DBT_QUIET", "yes")
            .with("DBT_WRITE_JSON", "0")
            .with("DBT_EMPTY", "true")
            .with("DBT_DEBUG", "1")
            .with("DBT_TARGET", "other")
            .run("flow", "run", "--select", "+model_b", "--target", "dev", "--no-debug");

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).isEmpty();
    assertThat(project.has("target/run_results.json")).isFalse();
    assertThat(project.has("target/manifest.json")).isFalse();
    assertThat(project.has("target/fal_results.json")).isFalse();
    assertThat(project.rows("select count(*) from model_b")).containsExactly("0");
  }

  @Test
  void noLogAtAllAndEmptyVariablesCountAsNone(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.copyOf("options", scratch);

    CommandResult run =
        project
            .fal()
            .with("DBT_LOG_LEVEL", "none")
            .with("DBT_TARGET_PATH", "")
            .with("DBT_WRITE_JSON", "")
            .run("flow", "run", "--select", "apart");

    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output()).isEmpty();
    assertThat(project.has("target/fal_results.json")).isTrue();
  }
}
