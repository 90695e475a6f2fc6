package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models and hooks in environments of their own, in one run. */
class EnvironmentsInFlowTest {
  private static final String VERSION =
      "import sklearn\nprint('scikit-learn', sklearn.__version__)\n";

  @Test
  void twoVersionsOfAPackageRunInOneRunAndOnlyWhatIsBrokenFails(@TempDir Path scratch)
      throws IOException {
    SampleProject project = SampleProject.copyOf("scripted", scratch);
    project.write("models/scored.py", "df = ref('second')\n" + VERSION + "write_to_model(df)\n");
    project.write("models/broken.py", "write_to_model(ref('second'))\n");
    project.write("scripts/version.py", VERSION);
    project.write("scripts/none.py", "import importlib.util as u\nprint(u.find_spec('sklearn'))\n");
    project.write(
        "models/schema.yml",
        """
        models:
          - name: second
            meta:
              fal:
                environment: newer
                post-hook:
                  - version.py
                  - {path: none.py, environment: local}
          - name: scored
            meta: {fal: {environment: older}}
          - name: broken
            meta: {fal: {environment: impossible}}
          - name: last
            meta: {fal: {post-hook: [{path: none.py, environment: oldr}]}}
        """);
    project.write(
        "fal_project.yml",
        """
        environments:
          - {name: older, type: venv, requirements: [scikit-learn==1.7.2]}
          - {name: newer, type: venv, requirements: [scikit-learn==1.8.0]}
          - {name: impossible, type: venv, requirements: [fal-no-such-package-at-all==1]}
        """);

    CommandResult first = project.fal().run("flow", "run");
    assertThat(first.exitCode()).as(first::toString).isEqualTo(1);
    assertThat(first.stdout())
        .contains("(second, version.py) | scikit-learn 1.8.0", "(second, none.py) | None")
        .contains("scored | scikit-learn 1.7.2")
        .contains("environment impossible could not be made; the last lines of")
        .contains("Did you mean 'older'?", "[environment-unknown]");
    assertThat(project.statuses())
        .containsEntry("model.shop.second", "success")
        .containsEntry("model.shop.scored", "success")
        .containsEntry("model.shop.broken", "error")
        .containsEntry("model.shop.last", "error");

    CommandResult second = project.fal().run("flow", "run", "--select", "second", "scored");
    assertThat(second.exitCode()).as(second::toString).isZero();
    assertThat(second.stdout())
        .contains("scikit-learn 1.8.0", "scikit-learn 1.7.2")
        .doesNotContain("Making environment");
  }
}
