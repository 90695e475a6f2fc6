package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * polars frames read and written, in an environment that the project's requirements.txt asks for.
 */
class PolarsTest {
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("frames", scratch);
    run = project.fal().run("flow", "run");
  }

  @Test
  void aFrameIsReadAndWrittenWithItsTypes() throws IOException {
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select * from polars_frame order by id"))
        .containsExactly(
            "1, one, 2024-02-29, 1.50, [1, 2], 3.00", "None, None, None, None, None, None");
    List<String> given = types("model_a");
    assertThat(types("polars_frame")).startsWith(given.toArray(String[]::new));
  }

  @Test
  void aLazyFrameIsCollectedAndWritten() throws IOException {
    assertThat(project.rows("select * from polars_lazy")).containsExactly("1, one, 2024");
    assertThat(project.rows("select * from after")).containsExactly("1");
  }

  private static List<String> types(String table) throws IOException {
    return project.rows("select column_name, column_type from (describe " + table + ")");
  }
}
