package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskedEnvironmentsTest {
  @TempDir private Path root = Path.of("");

  @BeforeEach
  void project() throws IOException {
    write("dbt_project.yml", "name: shop\nmodels:\n  shop:\n    +meta: {fal: {environment: ml}}\n");
    write("fal_project.yml", "environments:\n  - {name: ml, type: venv}\n");
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  @Test
  void whoAsksForWhichIsKnownFromTheFiles() throws IOException {
    write(
        "models/schema.yml",
        """
        models:
          - name: a
            meta:
              fal:
                environment: ml
                post-hook:
                  - plain.py
                  - {path: tell.py, environment: local}
          - name: b
            config:
              meta: {fal: {environment: lm}}
        """);
    write("models/c.py", "# /// script\n# ///\n");
    write("models/broken.py", "# /// script\n");
    write("models/broken.yml", "models: [\n");

    AskedEnvironments asked = AskedEnvironments.of(Project.read(root));

    assertThat(asked.usesOf("ml"))
        .extracting(use -> use.words() + " " + use.where())
        .containsExactly("shop dbt_project.yml:4:19", "a models/schema.yml:5:9");
    assertThat(asked.usesOf("local"))
        .extracting(AskedEnvironments.Use::words)
        .containsExactly("hook tell.py of a");
    assertThat(asked.definitions())
        .extracting(EnvironmentDefinition::name)
        .containsExactly("ml", "models/c.py");
    assertThat(asked.problems())
        .extracting(Problem::code)
        .containsExactly("broken-metadata", "environment-unknown");
  }

  @Test
  void theLockFileIsTheSameEachTimeAndReadBack() throws IOException {
    Project project = Project.read(root);
    EnvironmentLocks.Entry b =
        new EnvironmentLocks.Entry(
            "b", "venv", "3.11", "linux-amd64", "1e5", List.of("six"), List.of("six==1.17.0"));
    EnvironmentLocks.Entry a =
        new EnvironmentLocks.Entry(
            "a", "venv", "3.10", "linux-amd64", "2f", List.of(), List.of("p==1"));

    new EnvironmentLocks(List.of(b, a)).write(project);
    String first = Files.readString(root.resolve("fal.lock"));
    EnvironmentLocks.read(project).write(project);

    assertThat(Files.readString(root.resolve("fal.lock"))).isEqualTo(first);
    assertThat(EnvironmentLocks.read(project).entries()).containsExactly(a, b);
    assertThat(EnvironmentLocks.read(project).find("b", EnvironmentDefinition.Kind.VENV, "3.12"))
        .isEmpty();

    write("fal.lock", "environments:\n  - name: a\n");
    assertThatThrownBy(() -> EnvironmentLocks.read(project))
        .hasMessageContaining("fal.lock:2:5: the entry lacks")
        .hasMessageContaining("[broken-lock]");
  }
}
