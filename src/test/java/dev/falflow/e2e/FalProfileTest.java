package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles of the old adapter, {@code type: fal} (FAL.md 6.1). */
class FalProfileTest {
  private SampleProject project;

  @BeforeEach
  void copy(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("scripted", scratch);
  }

  private CommandResult runWith(String output) throws IOException {
    writeProfile(output);
    return project.fal().run("flow", "run", "--select", "first");
  }

  private void writeProfile(String output) throws IOException {
    project.write(
        "profiles.yml",
        """
        shop:
          target: wrapped
          outputs:
            wrapped: %s
            other: {type: fal, db_profile: gone, host: cloud}
            dev: {type: duckdb, path: "{{ env_var('SHOP', 'shop.duckdb') }}", threads: 2}
        """
            .formatted(output));
  }

  @Test
  void debugTestsTheConnectionOfTheDatabaseItWraps() throws IOException {
    writeProfile("{type: fal, db_profile: dev, threads: 3}");
    CommandResult debug = project.fal().run("debug");
    assertThat(debug.exitCode()).as(debug::toString).isZero();
    assertThat(debug.stdout())
        .contains("has type: fal; dbt runs on its db_profile dev.")
        .contains("profile shop, target wrapped: duckdb, schema main, 3 threads")
        .contains("Using profiles.yml file at " + project.root().resolve("profiles.yml"));

    writeProfile("{type: fal, db_profile: nowhere}");
    CommandResult refused = project.fal().run("debug");
    assertThat(refused.exitCode()).as(refused::toString).isEqualTo(2);
    assertThat(refused.stdout()).contains("profiles.yml:4:15: db_profile names 'nowhere'");
  }

  @Test
  void theDatabaseItWrapsIsUsedAndThatIsSaid() throws IOException {
    CommandResult run = runWith("{type: fal, db_profile: dev, threads: 3}");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.stdout())
        .contains("The profile's output wrapped has type: fal; dbt runs on its db_profile dev.")
        .contains("Concurrency: 3 threads (target='wrapped')");
    assertThat(project.rows("select id from first order by 1")).containsExactly("1", "2");
    assertThat(project.read("profiles.yml")).contains("type: fal");
  }

  @Test
  void whatItLacksIsSaidWithItsPlace() throws IOException {
    CommandResult run = runWith("{type: fal, db_profile: nowhere, host: cloud, key_id: a}");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output())
        .contains("profiles.yml:4:15: db_profile names 'nowhere', which is no output of this")
        .contains("profiles.yml:4:", "host is of the old tool's hosted service", "key_id is of")
        .contains("[hosted-not-supported]", "fal_project.yml");
  }

  @Test
  void oneAroundAnotherIsRefused() throws IOException {
    CommandResult run = runWith("{type: fal, db_profile: other}");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output()).contains("db_profile 'other' is of type fal itself");
  }
}
