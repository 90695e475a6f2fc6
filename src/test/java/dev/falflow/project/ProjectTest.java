package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectTest {
  private final Path folder;

  ProjectTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Project read(String yaml) throws IOException {
    Files.writeString(folder.resolve("dbt_project.yml"), yaml);
    return Project.read(folder, Map.of(), Map.of("DIR", "from_env"));
  }

  private AbstractThrowableAssert<?, ?> assertRefused(String yaml) {
    return assertThatThrownBy(() -> read(yaml)).isInstanceOf(FalException.class);
  }

  @Test
  void takesDbtsDefaults() throws IOException {
    Project project = read("name: shop\n");

    assertThat(project.root()).isEqualTo(folder);
    assertThat(project.name()).isEqualTo("shop");
    assertThat(project.profileName()).isNull();
    assertThat(project.modelPaths()).containsExactly(folder.resolve("models"));
    assertThat(project.macroPaths()).containsExactly(folder.resolve("macros"));
    assertThat(project.falModelsPaths()).isEmpty();
    assertThat(project.targetPath()).isEqualTo(folder.resolve("target"));
    assertThat(project.packagesInstallPath()).isEqualTo(folder.resolve("dbt_packages"));
  }

  @Test
  void readsWhatTheFileSets() throws IOException {
    Project project =
        read(
            """
            name: shop
            profile: shop_profile
            model-paths: &paths ["models/", "./more"]
            macro-paths: *paths
            target-path: out/target
            packages-install-path: pkgs
            vars:
              colour: red
              fal-models-paths: [wrong]
              shop: {fal-models-paths: [fal_models]}
            """);

    assertThat(project.profileName()).isEqualTo("shop_profile");
    assertThat(project.modelPaths())
        .containsExactly(folder.resolve("models"), folder.resolve("more"));
    assertThat(project.macroPaths()).isEqualTo(project.modelPaths());
    assertThat(project.targetPath()).isEqualTo(folder.resolve("out/target"));
    assertThat(project.packagesInstallPath()).isEqualTo(folder.resolve("pkgs"));
    assertThat(project.falModelsPaths()).containsExactly(folder.resolve("fal_models"));
    assertThat(project.vars()).containsEntry("colour", "red");
    assertThat(project.relative(folder.resolve("models/a/b.py"))).isEqualTo("models/a/b.py");
  }

  @Test
  void readsTheOldNames() throws IOException {
    Project project = read("name: shop\nsource-paths: [old]\nmodules-path: dbt_modules\n");

    assertThat(project.modelPaths()).containsExactly(folder.resolve("old"));
    assertThat(project.packagesInstallPath()).isEqualTo(folder.resolve("dbt_modules"));
  }

  @Test
  void letsTheCommandLinesVariablesWin() throws IOException {
    Files.writeString(
        folder.resolve("dbt_project.yml"), "name: shop\nvars: {fal-models-paths: [a], b: 1}\n");

    Project project = Project.read(folder, Map.of("fal-models-paths", List.of("c")));

    assertThat(project.falModelsPaths()).containsExactly(folder.resolve("c"));
    assertThat(project.vars()).containsEntry("b", 1);
    assertThat(Project.read(folder, Map.of("fal-models-paths", "one")).falModelsPaths())
        .containsExactly(folder.resolve("one"));
  }

  @Test
  void rendersEnvVar() throws IOException {
    Project project =
        read(
            "name: shop\nmodel-paths: [\"{{ env_var('DIR') }}/m\", '{{ env_var(\"NO\", \"d\") }}']");

    assertThat(project.modelPaths())
        .containsExactly(folder.resolve("from_env/m"), folder.resolve("d"));
  }

  @Test
  void saysWhatItCannotRender() {
    assertRefused("name: shop\nmodel-paths: [\"{{ env_var('NO') }}\"]")
        .hasMessageContaining("dbt_project.yml:2: Env var required but not provided: 'NO'")
        .hasMessageContaining("env-var-missing");
    assertRefused("name: shop\nmodel-paths: [\"{{ var('x') }}\"]")
        .hasMessageContaining("model-paths is \"{{ var('x') }}\"");
  }

  @Test
  void namesThePathWhereItExpectedTheFile() {
    assertThatThrownBy(() -> Project.read(folder))
        .isInstanceOf(FalException.class)
        .hasMessageContaining(
            "no dbt_project.yml found at expected path " + folder.resolve("dbt_project.yml"))
        .hasMessageContaining("--project-dir")
        .hasMessageContaining("project-not-found");
  }

  @Test
  void givesLineAndColumnOfBrokenYaml() {
    assertRefused("name: shop\nvars: {a: 1\nprofile: [x\n")
        .hasMessageContaining("dbt_project.yml:3:8: the file is not valid YAML")
        .hasMessageContaining("broken-yaml");
    assertRefused("name: \"a\u0007b\"\n").hasMessageContaining("broken-yaml");
  }

  @Test
  void refusesAFileThatIsNoMap() {
    assertRefused("").hasMessageContaining("it is empty");
    assertRefused("- a\n").hasMessageContaining("a list");
  }

  @Test
  void reportsEveryWrongTypeWithItsLine() {
    assertRefused(
            """
            profile: [a]
            model-paths: models
            macro-paths: [1]
            vars:
              fal-models-paths: {a: b}
            """)
        .hasMessageContaining("the project has no name")
        .hasMessageContaining("dbt_project.yml:1: profile has to be a text, not a list")
        .hasMessageContaining("dbt_project.yml:2: model-paths has to be a list of folders")
        .hasMessageContaining("dbt_project.yml:3: macro-paths lists '1'")
        .hasMessageContaining("dbt_project.yml:5: fal-models-paths has to be a list of folders");
  }

  @Test
  void needsAModelPathForTheStubsOfFalModelsPaths() {
    assertRefused("name: a\nmodel-paths: []\nvars: {fal-models-paths: [b]}\n")
        .hasMessageContaining("model-paths");
  }
}
