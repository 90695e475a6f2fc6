package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentDefinition.Kind;
import dev.falflow.project.PythonRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What would be typed for conda; it is not run. */
class CondaTest extends EnvironmentTest {
  private Path program = Path.of("");

  @BeforeEach
  void program() throws IOException {
    program = scratch.script("micromamba", "#!/bin/sh\nexit 1\n");
  }

  private EnvironmentPlan plan(@Nullable String python, String... packages) {
    EnvironmentDefinition definition =
        new EnvironmentDefinition(
            "geo",
            Kind.CONDA,
            List.of(packages),
            python == null ? null : PythonRange.parse(python).orElseThrow(),
            List.of("conda-forge", "mine"),
            Location.of("fal_project.yml", 2, 5));
    return EnvironmentPlan.of(definition, null, "3.11.7", scratch.project, scratch.cache);
  }

  private List<String> command(EnvironmentPlan plan) {
    List<String> whole = Conda.find(scratch.request(null), plan.definition()).createCommand(plan);
    assertThat(whole)
        .startsWith(
            program.toString(), "create", "--yes", "--quiet", "--prefix", plan.folder().toString())
        .containsSequence("--channel", "conda-forge", "--channel", "mine");
    return whole.subList(10, whole.size());
  }

  @Test
  void thePackagesAreAskedForWithPythonAndWhatAWorkerNeeds() {
    assertThat(command(plan(null, "gdal=3.9", "conda-forge::pandas>=2")))
        .containsExactly("python=3.11", "gdal=3.9", "conda-forge::pandas>=2", "pyarrow");
    assertThat(command(plan("3.12"))).containsExactly("python=3.12", "pandas", "pyarrow");
    assertThat(command(plan(">=3.11"))).containsExactly("python>=3.11", "pandas", "pyarrow");
    assertThat(command(plan(null, "python=3.9", "pandas=1.5")))
        .containsExactly("python=3.9", "pandas=1.5", "pyarrow");
    assertThat(plan(null, "python=3.9").python()).isEqualTo("3.9");
  }

  @Test
  void aLockIsInstalledAsItIs() throws IOException {
    List<String> installed =
        Conda.installed(
            Json.MAPPER.readTree(
                """
                [{"name": "gdal", "version": "3.9.0", "build_string": "h1", "channel": "x"},
                 {"name": "abc", "version": "1", "build_string": "h2", "channel": "x"},
                 {"name": "six", "version": "1.17", "build_string": "pypi_0", "channel": "pypi"}]
                """));

    assertThat(installed).containsExactly("abc=1=h2", "gdal=3.9.0=h1");
    assertThat(command(plan(null, "gdal").lockedTo(installed, scratch.cache)))
        .containsExactly("abc=1=h2", "gdal=3.9.0=h1");
  }

  @Test
  void theNamedOneIsTakenBeforeThatOnPath() throws IOException {
    assertThat(Conda.locate(scratch.request(null))).contains(program);
    Path conda = scratch.script("conda", "#!/bin/sh\n");
    assertThat(Conda.locate(scratch.request(null))).contains(conda);

    scratch.set("CONDA_EXE", program.toString());
    assertThat(Conda.locate(scratch.request(null))).contains(program);

    Path home = Files.createDirectories(folder.resolve("forge").resolve("bin"));
    Files.copy(conda, home.resolve("mamba"));
    scratch.set("FAL_CONDA_HOME", folder.resolve("forge").toString());
    assertThat(Conda.locate(scratch.request(null))).contains(home.resolve("mamba"));
    scratch.set("FAL_CONDA_HOME", folder.resolve("nowhere").toString());
    assertThat(Conda.locate(scratch.request(null))).isEmpty();
  }

  @Test
  void environmentsOfOtherContentHaveOtherFolders() {
    Path folder = plan(null, "gdal", "pandas").folder();

    assertThat(folder.getParent()).isEqualTo(scratch.cache.path().resolve("conda"));
    assertThat(plan(null, "pandas", "gdal").folder()).isEqualTo(folder);
    assertThat(plan("3.11", "pandas", "gdal").folder()).isEqualTo(folder);
    assertThat(plan("3.12", "pandas", "gdal").folder()).isNotEqualTo(folder);
    assertThat(plan(null, "pandas", "gdal=3").folder()).isNotEqualTo(folder);
  }
}
