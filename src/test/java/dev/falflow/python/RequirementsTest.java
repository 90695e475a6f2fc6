package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequirementsTest {
  @Test
  void packagesAreNamedAsThePythonIndexNamesThem() {
    Requirements requirements =
        Requirements.ofText(
            """
            # a comment
            Dbt_Core[extra] >= 1.8 , < 2   # trailing
            scikit.learn~=1.5; python_version > "3.10"
            local @ file:///tmp/x
            --extra-index-url https://example.com/simple
            -e ./lib
            https://example.com/wheel.whl
            six \\
              ==1.16.0
            """);

    assertThat(requirements.packageNames())
        .containsExactly("dbt-core", "scikit-learn", "local", "six");
    assertThat(requirements.without(requirements.packageNames()).text())
        .isEqualTo(
            """
            --extra-index-url https://example.com/simple
            -e ./lib
            https://example.com/wheel.whl
            """);
  }

  @Test
  void includedFilesArePutInPlace(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("requirements.txt"), "-r more/base.txt\n-c pins.txt\nsix\n");
    Files.createDirectory(folder.resolve("more"));
    Files.writeString(folder.resolve("more/base.txt"), "-r ../requirements.txt\nattrs\n");

    assertThat(Requirements.read(folder.resolve("requirements.txt")).text())
        .isEqualTo("attrs\n-c " + folder.resolve("pins.txt") + "\nsix\n");
  }

  @Test
  void plansLoosenOurPinsStepByStep() {
    Requirements roots = Requirements.of(List.of("dbt-core>=1.8", "pandas", "pyarrow"));
    Requirements lock =
        Requirements.of(List.of("dbt-core==1.11.0", "click==8.0", "pandas==3.0", "pyarrow==26.0"));
    Requirements project = Requirements.of(List.of("dbt-core==1.9.0", "pandas<3", "prophet"));

    List<InstallPlan> plans = InstallPlan.inOrder(roots, lock, project);

    assertThat(plans)
        .containsExactly(
            new InstallPlan(
                Requirements.of(List.of("dbt-core==1.9.0", "pandas<3", "prophet", "pyarrow")),
                Requirements.of(List.of("click==8.0", "pyarrow==26.0")),
                null),
            new InstallPlan(
                Requirements.of(List.of("dbt-core==1.9.0", "pandas<3", "prophet", "pyarrow")),
                Requirements.of(List.of("pyarrow==26.0")),
                null),
            new InstallPlan(
                Requirements.of(List.of("dbt-core==1.9.0", "pandas", "pyarrow")),
                Requirements.of(List.of("click==8.0", "pandas==3.0", "pyarrow==26.0")),
                Requirements.of(List.of("pandas<3", "prophet", "pyarrow"))),
            new InstallPlan(
                Requirements.of(List.of("dbt-core==1.9.0", "pandas", "pyarrow")),
                Requirements.of(List.of("pandas==3.0", "pyarrow==26.0")),
                Requirements.of(List.of("pandas<3", "prophet", "pyarrow"))));
  }

  @Test
  void aProjectWithoutRequirementsGetsTheLock() {
    Requirements roots = Requirements.of(List.of("dbt-core", "pandas"));
    Requirements lock = Requirements.of(List.of("dbt-core==1.11.0", "pandas==3.0"));

    assertThat(InstallPlan.inOrder(roots, lock, new Requirements(List.of())))
        .containsExactly(new InstallPlan(roots, lock, null));
  }
}
