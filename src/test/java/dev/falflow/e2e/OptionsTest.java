package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** dbt's options mean for Python models what they mean for SQL. One project's life, in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ParameterizedClass
@EnumSource(Engine.class)
class OptionsTest {
  private static SampleProject project;

  /** JUnit hands the engine to the method below only where a constructor takes it. */
  OptionsTest(Engine engine) {}

  @BeforeParameterizedClassInvocation
  static void copyProject(Engine engine, @TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("options", scratch).on(engine);
  }

  @Test
  @Order(1)
  void theDefaultTargetAndASelectionWithItsAncestors() throws IOException {
    CommandResult run = project.fal().run("flow", "run", "--select", "+after_b");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.statuses())
        .containsOnlyKeys("model.shop.model_a", "model.shop.model_b", "model.shop.after_b");
    assertThat(project.rows("select * from after_b")).containsExactly("1, none, dev, 4, none");
  }

  @Test
  @Order(2)
  void descendantsWithoutTheExcludedRunOnIncrementally() throws IOException {
    CommandResult run =
        project.fal().run("flow", "run", "-s", "model_b+", "--exclude", "after_after_b");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.statuses()).containsOnlyKeys("model.shop.model_b", "model.shop.after_b");
    assertThat(project.rows("select count(*) from after_b")).containsExactly("2");
  }

  @Test
  @Order(3)
  void fullRefreshBuildsIncrementalModelsAnew() throws IOException {
    CommandResult run =
        project.fal().run("flow", "run", "-m", "after_b", "after_after_b", "--full-refresh");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select count(*) from after_b")).containsExactly("1");
    assertThat(project.rows("select count(*) from after_after_b")).containsExactly("1");
  }

  @Test
  @Order(4)
  void fromElsewhereWithAnotherTargetProfilesThreadsAndVars(@TempDir Path elsewhere)
      throws IOException {
    Files.createDirectories(elsewhere.resolve("profiles"));
    Files.writeString(elsewhere.resolve("profiles/profiles.yml"), project.read("profiles.yml"));
    project.delete("profiles.yml");
    CommandResult run =
        project
            .fal()
            .in(elsewhere)
            .run(
                "flow",
                "--project-dir",
                project.root().toString(),
                "run",
                "--profiles-dir",
                "profiles",
                "--target",
                "other",
                "--threads",
                "2",
                "--vars",
                "country: FR",
                "--exclude",
                "apart");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.stdout()).contains("Concurrency: 2 threads (target='other')");
    assertThat(
            SampleProject.rowsIn(
                elsewhere.resolve("other.duckdb"), "select * from staging.after_after_b"))
        .containsExactly("1, FR, other, 2, FR");
    // As with dbt, a relative path in the profile counts from the current folder; all else stays in
    // the project.
    try (Stream<Path> files = Files.list(elsewhere)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("profiles", "other.duckdb");
    }
  }

  @Test
  @Order(5)
  void profilesInTheHomeAreFound() throws IOException {
    Path profiles = Files.createDirectories(project.fal().home().resolve(".dbt"));
    Files.writeString(
        profiles.resolve("profiles.yml"),
        "shop: {target: home, outputs: {home: {type: duckdb, path: home.duckdb}}}\n");
    CommandResult run = project.fal().run("flow", "run", "--select", "+model_b");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(
            SampleProject.rowsIn(
                project.root().resolve("home.duckdb"), "select target from model_b"))
        .containsExactly("home");
  }

  @Test
  @Order(6)
  void failFastStartsNothingAfterAFailure() throws IOException {
    List<String> selection = new ArrayList<>(List.of("flow", "run", "-x", "--threads", "1", "-s"));
    for (int number = 1; number <= 6; number++) {
      project.write("models/fails_" + number + ".py", "1 / 0\nwrite_to_model(ref('model_a'))\n");
      selection.add("fails_" + number);
    }
    CommandResult run = project.fal().run(selection.toArray(String[]::new));
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(project.statuses().values()).as(run::toString).contains("error", "skipped");
  }

  @Test
  @Order(7)
  void aSelectionThatMatchesNothingSaysSo() throws IOException {
    CommandResult run = project.fal().run("flow", "run", "--select", "modle_b");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.stdout())
        .contains("modle_b' does not match any enabled nodes")
        .contains("Nothing to do");
  }
}
