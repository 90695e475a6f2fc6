package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Environments that fal makes, for real: each test that needs one makes it. */
class ManagedEnvironmentTest extends EnvironmentTest {
  @Test
  void isMadeByOneOfTwoFalsAndFoundByAllLaterOnes() throws Exception {
    Process first = start();
    Process second = start();
    String firstSaid = read(first);
    String secondSaid = read(second);

    assertThat(first.waitFor()).as(firstSaid).isZero();
    assertThat(second.waitFor()).as(secondSaid).isZero();
    assertThat(firstSaid + secondSaid).containsOnlyOnce("Making the Python environment");
    assertThat(firstSaid + secondSaid).contains("Waiting for another fal");
    assertThat(lastLine(firstSaid)).isEqualTo(lastLine(secondSaid));

    Instant start = Instant.now();
    PythonInstallation found = scratch.find(null);
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofMillis(500));
    assertThat(scratch.said()).isEmpty();
    assertThat(found.kind()).isEqualTo(PythonInstallation.Kind.MANAGED);
    assertThat(found.packages())
        .containsKeys("dbt-core", "dbt-duckdb", "dbt-postgres", "pandas", "pyarrow");
    assertThat(found.workerExecutable()).isEqualTo(found.executable());
    assertThat(lastLine(firstSaid)).isEqualTo(found.executable().toString());

    // Its own dbt, put on PATH, changes nothing; nor does activating it.
    scratch.set("PATH", found.path().resolve("bin") + ":" + scratch.bin);
    assertThat(scratch.find(null)).isEqualTo(found);
    scratch.set("VIRTUAL_ENV", found.path().toString());
    assertThat(scratch.find(null)).isEqualTo(found);
  }

  @Test
  void failureCarriesTheInstallersWordsAndTheNextRunBeginsAnew() throws Exception {
    // An environment that can't be finished.
    Files.writeString(scratch.project.resolve("requirements.txt"), "fal-no-such-package-0\n");
    assertThatThrownBy(() -> scratch.find(null))
        .isInstanceOf(FalException.class)
        .hasMessageContaining("could not be made; the last lines of")
        .hasMessageContaining("fal-no-such-package-0")
        .hasMessageContaining("[environment-failed]");
    Path unfinished = onlyEnvironment().resolve("leftover");
    Files.writeString(unfinished, "half written");

    assertThatThrownBy(() -> scratch.find(null)).hasMessageContaining("environment-failed");

    assertThat(unfinished).doesNotExist();

    Files.writeString(scratch.project.resolve("requirements.txt"), "six\n\nattrs=1\n");
    assertThatThrownBy(() -> scratch.find(null)).hasMessageContaining("requirements.txt:3");
  }

  @Test
  void projectsDbtWinsAndIsAnnounced() throws Exception {
    Files.writeString(
        scratch.project.resolve("requirements.txt"),
        "dbt-core==1.10.13\nsix  # for a model\nfal[duckdb]==0.7.2\n");

    PythonInstallation found = scratch.find(null);

    assertThat(found.version("dbt-core")).isEqualTo("1.10.13");
    assertThat(found.workerExecutable()).isEqualTo(found.executable());
    assertThat(scratch.said()).contains("requirements.txt wins: dbt-core 1.10.13 instead of fal's");
    assertThat(found.notices())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("requirements.txt:3: fal[duckdb]==0.7.2 is the old tool");
    assertThat(found.version("fal")).isNull();
  }

  @Test
  void packagesThatContradictDbtGetAnEnvironmentOfTheirOwn() throws Exception {
    Files.writeString(scratch.project.resolve("requirements.txt"), "click==7.1.2\n");

    PythonInstallation found = scratch.find(null);

    assertThat(found.workerExecutable()).isNotEqualTo(found.executable());
    assertThat(scratch.said()).contains("Python models get an environment of their own");
    assertThat(printed(found.workerExecutable(), "import click; print(click.__version__)"))
        .isEqualTo("7.1.2");
    assertThat(printed(found.workerExecutable(), "import pandas, pyarrow; print('both')"))
        .isEqualTo("both");
    assertThat(printed(found.executable(), "import dbt.cli.main; print('dbt')")).isEqualTo("dbt");
  }

  @Test
  void needsAPythonFromWhichToMakeIt() {
    scratch.set("PATH", folder.resolve("nowhere").toString());

    assertThatThrownBy(() -> scratch.find(null))
        .hasMessageContaining("There is no python3 on PATH")
        .hasMessageContaining("[python-not-found]");

    scratch.set("FAL_PYTHON", "/no/python");
    assertThatThrownBy(() -> scratch.find(null)).hasMessageContaining("FAL_PYTHON is '/no/python'");
  }

  @Test
  void pipDoesTheSameWhereThereIsNoUv() throws Exception {
    Files.deleteIfExists(scratch.bin.resolve("uv"));
    Installer pip = Installer.choose(scratch.request(null), scratch.cache);
    Interpreter host =
        new Interpreters(scratch.cache, scratch.variables())
            .ask(scratch.bin.resolve("python3"))
            .orElseThrow();
    Path environment = folder.resolve("by-pip");
    Path requirements = Files.writeString(folder.resolve("r.txt"), "six\n");
    Path constraints = Files.writeString(folder.resolve("c.txt"), "six==1.16.0\n");
    Path contradiction = Files.writeString(folder.resolve("x.txt"), "six==1.15.0\n");

    assertThat(pip.name()).isEqualTo("pip");
    assertThat(pip.makeEnvironment(environment, host).isSuccess()).isTrue();
    Command.Outcome refused = pip.install(environment, contradiction, constraints);
    assertThat(Installer.isConflict(refused)).as(refused.text()).isTrue();
    assertThat(pip.install(environment, requirements, constraints).isSuccess()).isTrue();
    Path python = environment.resolve("bin").resolve("python");
    assertThat(printed(python, "import six; print(six.__version__)")).isEqualTo("1.16.0");
  }

  @Test
  void anIndexThatOnlyPipKnowsIsHonoured() {
    scratch.set("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
    assertThat(Installer.choose(scratch.request(null), scratch.cache).name()).isEqualTo("pip");
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FindPython.class.getName(),
                scratch.project.toString())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(scratch.variables());
    environment.put("FAL_CACHE_DIR", scratch.cache.path().toString());
    return builder.start();
  }

  private static String read(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String lastLine(String text) {
    return text.strip().lines().reduce("", (earlier, line) -> line);
  }

  private String printed(Path python, String code) throws IOException {
    Command.Outcome outcome =
        new Command(List.of(python.toString(), "-c", code), folder, scratch.variables())
            .run(Duration.ofMinutes(1));
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    return outcome.output().strip();
  }

  private Path onlyEnvironment() throws IOException {
    try (var found = Files.list(scratch.cache.folder("envs"))) {
      List<Path> folders = found.filter(Files::isDirectory).toList();
      assertThat(folders).hasSize(1);
      return folders.get(0);
    }
  }
}
