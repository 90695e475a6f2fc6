package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code fal flow build}: seeds, models and tests in one order, as in {@code dbt build}. */
@ParameterizedClass
@EnumSource(Engine.class)
class FlowBuildTest {
  private static SampleProject project;
  private static CommandResult build;

  /** JUnit hands the engine to the method below only where a constructor takes it. */
  FlowBuildTest(Engine engine) {}

  @BeforeParameterizedClassInvocation
  static void buildOnce(Engine engine, @TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("built", scratch).on(engine);
    build = project.fal().run("flow", "build");
  }

  @Test
  void aPythonModelReadsASeed() throws IOException {
    assertThat(project.rows("select code, length from from_seed order by name"))
        .containsExactly("FR, 6", "FR, 12", "DE, 7");
  }

  @Test
  void aFailingTestOnAPythonModelFailsTheCommand() throws IOException {
    assertThat(build.exitCode()).as(build::toString).isEqualTo(1);
    assertThat(statusOf("test.shop.unique_from_seed_code")).isEqualTo("fail");
    assertThat(build.stdout()).contains("Got 1 result, configured to fail if != 0");
  }

  @Test
  void whatDependsOnAModelWithAFailingTestIsSkipped() throws IOException {
    assertThat(project.statuses()).containsEntry("model.shop.after_failing_test", "skipped");
  }

  @Test
  void passingTestsLetTheirChildrenRun() throws IOException {
    assertThat(statusOf("test.shop.unique_good_code")).isEqualTo("pass");
    assertThat(statusOf("test.shop.not_null_good_code")).isEqualTo("pass");
    assertThat(project.statuses()).containsEntry("model.shop.after_good", "success");
    assertThat(project.rows("select n from after_good")).containsExactly("2");
  }

  private static String statusOf(String testsIdWithoutHash) throws IOException {
    return project.statuses().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(testsIdWithoutHash + "."))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("absent");
  }
}
