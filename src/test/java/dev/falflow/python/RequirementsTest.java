package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void whatAnInstallerSaysOfItsCopyIsToldOfTheUsersFiles(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("requirements.txt"), "# tools\n-r more.txt\nsix \\\n  ==1\nx=2\n");
    Files.writeString(folder.resolve("more.txt"), "\nattrs\n");
    Requirements requirements = Requirements.read(folder.resolve("requirements.txt"));
    Path copy = Path.of("/cache/asked.txt");

    assertThat(requirements.text()).isEqualTo("attrs\nsix    ==1\nx=2\n");
    assertThat(
            requirements.placed(
                "Invalid requirement: 'x=2' (from line 3 of /cache/asked.txt)", copy))
        .isEqualTo("Invalid requirement: 'x=2' (from requirements.txt:5)");
    assertThat(
            requirements.placed(
                "Couldn't parse requirement in `/cache/asked.txt` at position 6", copy))
        .isEqualTo("Couldn't parse requirement in requirements.txt:3");
    assertThat(requirements.placed("Unexpected '-': /cache/asked.txt:1:1", copy))
        .isEqualTo("Unexpected '-': more.txt:2");
    assertThat(requirements.placed("cannot read `/cache/asked.txt`", copy))
        .isEqualTo("cannot read the requirements");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          fal                          | ''
          fal==0.2.7                   | ''
          Fal >= 0.5, < 1              | ''
          fal[bigquery,full]~=0.7      | dbt-bigquery
          fal[ postgres , duckdb ]     | dbt-postgres dbt-duckdb
          fal ; python_version < "3.9" | ''
          dbt-fal[snowflake]==1.4.8    | dbt-snowflake
          fal>=1.5                     | -
          fal-client==0.5              | -
          sixfal==0.1                  | -
          dbt-core==1.3.1              | ''
          dbt_core >=1.3, <1.8         | ''
          dbt-bigquery~=1.3.0          | dbt-bigquery
          dbt-snowflake[x]<=1.7.2      | dbt-snowflake
          dbt-redshift==0.21.1         | dbt-redshift
          dbt-core<1.8.1               | -
          dbt-core~=1.3                | -
          dbt-core==1.10.*             | -
          dbt-spark>=1.3               | -
          dbt-osmosis==0.12            | -
          """)
  void whatNoEnvironmentOfTodayCanHaveIsReplaced(String line, @Nullable String installed) {
    OldRequirements old =
        OldRequirements.replacedIn(Requirements.of(List.of("six", line)), Set.of("dbt-core"));

    String expected = installed == null ? line : installed.replace(' ', '\n');
    assertThat(old.kept().text().strip()).isEqualTo(("six\n" + expected).strip());
    assertThat(old.notices()).hasSize(installed == null ? 0 : 1);
  }

  @Test
  void whatIsLeftOutIsToldWithoutItsPassword() {
    OldRequirements old =
        OldRequirements.replacedIn(
            Requirements.of(List.of("fal @ git+https://me:hunter2@example.com/fal.git")), Set.of());

    assertThat(old.notices()).first().asString().contains("me:*****@").doesNotContain("hunter2");
  }

  @Test
  void anAdapterThatIsNamedToOneVersionIsNotNamedAgain() {
    OldRequirements old =
        OldRequirements.replacedIn(
            Requirements.of(List.of("fal[duckdb]", "dbt-duckdb==1.9.0")), Set.of());

    assertThat(old.kept().text()).isEqualTo("dbt-duckdb==1.9.0\n");
    assertThat(old.notices())
        .containsExactly(
            "fal[duckdb] is the old tool, whose place this fal takes; it is not installed, only"
                + " dbt-duckdb.");
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
