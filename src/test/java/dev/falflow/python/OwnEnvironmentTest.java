package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pythons of the user's: which is taken, and what is said when one does not fit. */
class OwnEnvironmentTest extends EnvironmentTest {
  private static final String[] FITTING = {
    "dbt-core==1.11.16", "dbt-duckdb==1.11.1", "pandas==2.3.3", "pyarrow==25.0.1"
  };

  @Test
  void givenPythonIsTakenAsInterpreterOrAsFolder() throws Exception {
    Path environment = scratch.virtualEnvironment("mine", FITTING);

    PythonInstallation byFolder = scratch.find(environment.toString());
    PythonInstallation byFile = scratch.find(environment + "/bin/python");

    assertThat(byFolder.kind()).isEqualTo(PythonInstallation.Kind.GIVEN);
    assertThat(byFolder.path()).isEqualTo(environment);
    assertThat(byFile.path()).isEqualTo(environment);
    assertThat(byFile.packages())
        .containsEntry("dbt-core", "1.11.16")
        .containsEntry("dbt-duckdb", "1.11.1")
        .containsEntry("pandas", "2.3.3")
        .containsEntry("pyarrow", "25.0.1");
  }

  @Test
  void activeEnvironmentWithDbtComesBeforeTheDbtOnPath() throws Exception {
    Path active = scratch.virtualEnvironment("active", FITTING);
    Path other = scratch.virtualEnvironment("other", FITTING);
    Files.createSymbolicLink(scratch.bin.resolve("dbt"), other.resolve(Path.of("bin", "dbt")));

    PythonInstallation onPath = scratch.find(null);
    scratch.set("VIRTUAL_ENV", active.toString());
    PythonInstallation activated = scratch.find(null);

    assertThat(onPath.kind()).isEqualTo(PythonInstallation.Kind.DBT_ON_PATH);
    assertThat(onPath.path()).isEqualTo(other);
    assertThat(activated.kind()).isEqualTo(PythonInstallation.Kind.ACTIVE_VENV);
    assertThat(activated.path()).isEqualTo(active);
  }

  @Test
  void dbtWhoseEnvironmentHasSpacesInItsPathIsFound() throws Exception {
    Path other = scratch.virtualEnvironment("my own dbt", FITTING);
    Files.createSymbolicLink(scratch.bin.resolve("dbt"), other.resolve(Path.of("bin", "dbt")));

    assertThat(scratch.find(null).path()).isEqualTo(other);
  }

  @Test
  void whatDoesNotFitIsPassedOverWithTheReason() throws Exception {
    Path empty = scratch.virtualEnvironment("empty");
    scratch.set("VIRTUAL_ENV", empty.toString());
    Path dbt = scratch.script("dbt", "\177ELF and so on");
    scratch.set("FAL_PYTHON", "/no/python");

    // The managed one is next: asked for with a Python that is not there, nothing is made.
    assertThatThrownBy(() -> scratch.find(null)).hasMessageContaining("FAL_PYTHON");
    DbtOnPath look =
        DbtOnPath.find(
                SearchPath.of(scratch.bin.toString()),
                new Interpreters(scratch.cache, scratch.variables()),
                scratch.variables())
            .orElseThrow();

    assertThat(look.interpreter()).isEmpty();
    assertThat(look.reason()).isEqualTo(dbt + " is a program of its own, not a Python one");
  }

  @Test
  void everythingMissingIsSaidAtOnceWithTheCommandThatMendsIt() throws Exception {
    Path empty = scratch.virtualEnvironment("empty");

    assertThatThrownBy(() -> scratch.find(empty.toString()))
        .hasMessageContaining("lacks dbt-core, pandas, pyarrow.")
        .hasMessageContaining(empty + "/bin/python")
        .hasMessageContaining("install")
        .hasMessageContaining("\"dbt-core>=1.8\" pandas pyarrow")
        .hasMessageContaining("--python PATH")
        .satisfies(failure -> assertThat(codes(failure)).containsExactly("python-without-dbt"));
  }

  @Test
  void oldDbtAndMissingPyarrowAreSaidTogether() throws Exception {
    Path old = scratch.virtualEnvironment("old", "dbt-core==1.7.19", "pandas==2.3.3");

    assertThatThrownBy(() -> scratch.find(old.toString()))
        .hasMessageContaining("has dbt-core 1.7.19: fal needs 1.8 or newer")
        .hasMessageContaining("lacks pyarrow.")
        .satisfies(
            failure ->
                assertThat(codes(failure))
                    .containsExactly("dbt-too-old", "python-without-pyarrow"));
  }

  @Test
  void pythonThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> scratch.find("/no/such/python"))
        .hasMessageContaining("--python names /no/such/python")
        .satisfies(failure -> assertThat(codes(failure)).containsExactly("python-not-found"));
  }

  @Test
  void interpreterIsAskedAgainOnlyWhenItsPackagesChange() throws Exception {
    Path environment = scratch.virtualEnvironment("counted", "pyarrow==25.0.1");
    Path python = environment.resolve(Path.of("bin", "python"));
    Path calls = folder.resolve("calls");
    Path counting =
        scratch.script(
            "counting", "#!/bin/sh\necho called >> " + calls + "\nexec " + python + " \"$@\"\n");
    Interpreters interpreters = new Interpreters(scratch.cache, scratch.variables());

    assertThat(interpreters.ask(counting).orElseThrow().has("pandas")).isFalse();
    assertThat(interpreters.ask(counting).orElseThrow().has("pandas")).isFalse();
    assertThat(Files.readAllLines(calls)).hasSize(1);

    Path packages = Files.createDirectories(sitePackages(environment).resolve("pandas.dist-info"));
    Files.writeString(
        packages.resolve("METADATA"), "Metadata-Version: 2.1\nName: pandas\nVersion: 9\n");

    assertThat(interpreters.ask(counting).orElseThrow().versionOf("pandas")).isEqualTo("9");
    assertThat(Files.readAllLines(calls)).hasSize(2);
  }

  private static Path sitePackages(Path environment) throws IOException {
    try (var inside = Files.newDirectoryStream(environment.resolve("lib"), "python3*")) {
      return inside.iterator().next().resolve("site-packages");
    }
  }

  private static List<String> codes(Throwable failure) {
    return ((FalException) failure).problems().stream().map(Problem::code).toList();
  }
}
