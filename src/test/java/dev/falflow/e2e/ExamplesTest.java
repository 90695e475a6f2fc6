package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped examples, each with the packages that its requirements.txt names. */
class ExamplesTest {
  @ParameterizedTest
  @CsvSource({"quickstart, 25", "churn-ml, 30", "forecast, 19", "support-desk, 11"})
  void buildsWithAllItsTests(String example, int nodes, @TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.example(example, scratch);

    CommandResult build = project.fal().run("flow", "build", "--experimental-models");

    assertThat(build.exitCode()).as(build::toString).isZero();
    assertThat(build.stdout()).contains("PASS=" + nodes + " ");
  }

  @Test
  void theCommandOfTheReadmeWritesNothingThatTheCloneLacks(@TempDir Path scratch)
      throws IOException {
    SampleProject project = SampleProject.example("quickstart", scratch);
    var before = project.sources();

    CommandResult run = project.fal().run("flow", "run", "--experimental-models");

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.sources()).isEqualTo(before);
  }
}
