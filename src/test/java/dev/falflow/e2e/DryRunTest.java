package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code --dry-run}: the plan, and a project that nobody has touched. */
class DryRunTest {
  @ParameterizedTest
  @EnumSource
  void printsThePlanInOrderAndLeavesEveryFileAsItWas(Engine engine, @TempDir Path scratch)
      throws IOException {
    SampleProject project = SampleProject.copyOf("tiny", scratch).on(engine);
    Map<String, String> before = files(project.root());

    CommandResult plan = project.fal().run("flow", "run", "--dry-run");

    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.stdout())
        .containsPattern(
            "(?s)model\\.shop\\.model_a.*model\\.shop\\.model_b .*python models/model_b\\.py");
    assertThat(files(project.root())).isEqualTo(before);
  }

  @Test
  void typesOfNodesAndPlacesElsewhereAreHeededToo(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.copyOf("built", scratch);
    Path elsewhere = scratch.resolve("elsewhere");

    CommandResult plan =
        project
            .fal()
            .with("DBT_LOG_PATH", elsewhere.resolve("logs").toString())
            .run(
                ("flow build --dry-run --resource-type seed --resource-types test --target-path "
                        + elsewhere)
                    .split(" ", -1));

    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.stdout())
        .contains("1 of 4  seed.shop.countries", "test.shop.not_null_good_code")
        .doesNotContain("model.shop");
    assertThat(elsewhere).doesNotExist();
  }

  /** Every file with its content: models, target, logs, database and all. */
  private static Map<String, String> files(Path root) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        found.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return found;
  }
}
