package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python models in a folder of their own, outside dbt's: the variable fal-models-paths. */
class FalModelsPathsTest {
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("apart", scratch);
    run = project.fal().run("flow", "run", "--experimental-models");
  }

  @Test
  void theModelsRunBetweenTheSqlModelsThatReadThem() throws IOException {
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select * from scored")).containsExactly("1, 10");
    assertThat(project.rows("select * from explored")).containsExactly("1");
  }

  @Test
  void stubsAreUnderTheFirstModelPathAndDbtIgnoresNothing() {
    assertThat(project.has("models/fal/nested/scored.sql")).isTrue();
    assertThat(project.has("models/fal/explored.sql")).isTrue();
    assertThat(project.has(".dbtignore")).isFalse();
  }

  @Test
  void selectionTakesTheFilesOwnPath() throws IOException {
    CommandResult plan =
        project.fal().run("flow", "run", "--dry-run", "--select", "fal_models/nested/scored.py");
    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.stdout())
        .contains("1 of 1  model.shop.scored  python fal_models/nested/scored.py");
  }

  @Test
  void aSecondRunChangesNoFile() throws IOException {
    Map<String, String> before = project.sources();
    CommandResult again = project.fal().run("flow", "run");
    assertThat(again.exitCode()).as(again::toString).isZero();
    assertThat(project.sources()).isEqualTo(before);
  }

  @Test
  void plainDbtWorksAfterwards() throws IOException {
    PlainDbt dbt = PlainDbt.run(project, "ls", "test", "run");
    assertThat(dbt.succeeded("ls")).contains("shop.fal.nested.scored", "shop.fal.explored");
    assertThat(dbt.succeeded("test")).hasSize(2).allMatch(result -> result.endsWith(": pass"));
    assertThat(dbt.succeeded("run")).contains("model.shop.after_scored: success");
  }
}
