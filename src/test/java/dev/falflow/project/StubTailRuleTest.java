package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StubTailRuleTest {
  private static final List<String> FQN = List.of("fal", "a", "b");
  private final Path folder;

  StubTailRuleTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    write("dbt_project.yml", "name: shop\n");
    write("models/x.sql", "select 1");
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  private boolean isPlaced() {
    Project project = Project.read(folder);
    return new StubTailRule(project, ModelFiles.of(project)).isPlacedByProject(FQN);
  }

  @Test
  void leavesAModelAloneThatNothingPlaces() throws IOException {
    write("models/s.yml", "sources: [{name: raw, schema: raw}]\nmodels: [{name: b}]\n");
    write("macros/m.sql", "{% macro cents(x) %}{{ x }}{% endmacro %}");

    assertThat(isPlaced()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{shop: {+schema: x}}",
        "{+database: x}",
        "{shop: {fal: {a: {schema: x}}}}",
        "{shop: {fal: {a: {b: {+alias: x}}}}}",
        "{shop: {fal: {+dataset: x}}}",
      })
  void seesTheProjectFilesConfig(String models) throws IOException {
    write("dbt_project.yml", "name: shop\nmodels: " + models + "\n");

    assertThat(isPlaced()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{other: {+schema: x}}",
        "{shop: {a: {+schema: x}}}",
        "{shop: {fal: {schema: {+tags: x}}}}",
        "{shop: {+schema: x, fal: {+schema: null}}}",
        "{shop: {+materialized: table}}",
      })
  void overlooksConfigOfOtherModels(String models) throws IOException {
    write("dbt_project.yml", "name: shop\nmodels: " + models + "\n");

    assertThat(isPlaced()).isFalse();
  }

  @Test
  void seesThePropertiesFiles() throws IOException {
    write("models/deep/s.yaml", "models:\n  - name: b\n    config:\n      alias: c\n");

    assertThat(isPlaced()).isTrue();
  }

  @Test
  void overlooksPropertiesOfOthersAndFilesThatDbtWillRefuse() throws IOException {
    write("models/s.yml", "models: [{name: c, config: {alias: x}}, {name: b, config: {}}]\n");
    write("models/broken.yml", "models: [{name: b, config: {alias: x}\n");

    assertThat(isPlaced()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro generate_schema_name(name, node) %}{% endmacro %}",
        "{%- macro default__generate_alias_name (a, b) -%}{% endmacro %}",
        "{% macro\n generate_database_name(a, b) %}{% endmacro %}"
      })
  void seesOverridesOfTheNamingMacros(String macro) throws IOException {
    write("macros/deep/m.sql", macro);

    assertThat(isPlaced()).isTrue();
  }
}
