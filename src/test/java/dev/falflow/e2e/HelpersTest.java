package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose reads are all in modules of the project, by names from dbt's variables. */
class HelpersTest {
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("tiny", scratch);
    project.write("models/zeta.sql", "select 2 as n");
    project.write("models/omega.sql", "select 3 as n");
    project.write(
        "lib/load.py",
        """
        from fal import ref, var, write_to_model

        def numbers():
            return ref(var("table", "zeta"))

        def save(df):
            write_to_model(df)
        """);
    project.write(
        "models/alpha.py", "from lib.load import numbers, save\nsave(context.ref('zeta'))\n");
    project.write("models/beta.py", "import lib.load as l\nl.save(l.numbers())\n");
    run =
        project
            .fal()
            .run(
                "flow",
                "run",
                "--experimental-models",
                "--vars",
                "{table: omega}",
                "--threads",
                "1");
  }

  @Test
  void runsAfterWhatItsHelpersRead() throws IOException {
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select n from alpha")).containsExactly("2");
    assertThat(project.rows("select n from beta")).containsExactly("3");
  }

  @Test
  void theStubsNameWhatTheHelpersRead() throws IOException {
    assertThat(project.read("models/fal/beta.sql")).contains("\n\n{{ ref('omega') }}\n\n*/");
    assertThat(project.read("models/fal/alpha.sql")).contains("\n\n{{ ref('zeta') }}\n\n*/");
  }

  @Test
  void anotherValueOfTheVariableIsSeen() throws IOException {
    CommandResult other = project.fal().run("flow", "run", "--select", "+beta");

    assertThat(other.exitCode()).as(other::toString).isZero();
    assertThat(project.rows("select n from beta")).containsExactly("2");
    assertThat(project.read("models/fal/beta.sql")).contains("\n\n{{ ref('zeta') }}\n\n*/");
  }
}
