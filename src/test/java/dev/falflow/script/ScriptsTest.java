package dev.falflow.script;

import static dev.falflow.script.ScriptProject.CUSTOMERS;
import static dev.falflow.script.ScriptProject.SCHEMA;
import static dev.falflow.script.ScriptProject.json;
import static dev.falflow.script.ScriptProject.lines;
import static dev.falflow.script.ScriptProject.names;
import static dev.falflow.script.ScriptProject.node;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsTest {
  private final ScriptProject project;

  ScriptsTest(@TempDir Path root) throws IOException {
    this.project = new ScriptProject(root);
  }

  @Test
  void readsScriptsBeforeAndAfterAModel() throws IOException {
    project.customers(
        "scripts:\n  before: [before.py]\n  after:\n    - after.py\n    - other.py\n");

    Scripts scripts = project.read();

    assertThat(names(scripts.of(CUSTOMERS, Role.BEFORE))).containsExactly("before.py");
    assertThat(names(scripts.of(CUSTOMERS, Role.AFTER))).containsExactly("after.py", "other.py");
    assertThat(scripts.of(CUSTOMERS, Role.PRE_HOOK)).isEmpty();
    assertThat(scripts.of("model.shop.orders", Role.AFTER)).isEmpty();
    assertThat(scripts.isEmpty()).isFalse();
    assertThat(scripts.warnings()).isEmpty();
    assertThat(scripts.all()).extracting(Script::environment).containsOnlyNulls();
    assertThat(scripts.all())
        .extracting(script -> script.declared().toString())
        .containsExactly(SCHEMA + ":6:20", SCHEMA + ":8:15", SCHEMA + ":9:15");
  }

  @Test
  void takesAPlainListForScriptsAfterTheModel() throws IOException {
    project.customers("scripts: [after.py]\n");

    Script script = project.read().all().get(0);

    assertThat(script.role()).isEqualTo(Role.AFTER);
    assertThat(script.path()).isEqualTo(project.root.resolve("fal_scripts/after.py"));
    assertThat(script.file()).isEqualTo("fal_scripts/after.py");
    assertThat(script.model()).isEqualTo(CUSTOMERS);
    assertThat(script.id()).isEqualTo("(customers, after.py)");
    assertThat(script.uniqueId()).isEqualTo("script.shop.customers.after.after.py");
  }

  @Test
  void readsHooksWithTheirArguments() throws IOException {
    project.customers(
        """
        environment: shared
        pre-hook: [before.py]
        post-hook:
          - path: hook.py
            with: {channel: sales, days: [1, 2], nothing: null}
            environment: own
          - path: other.py
            with:
        """);

    Scripts scripts = project.read();

    Script before = scripts.of(CUSTOMERS, Role.PRE_HOOK).get(0);
    assertThat(before.arguments()).isEmpty();
    assertThat(before.environment()).isEqualTo("shared");
    Script hook = scripts.of(CUSTOMERS, Role.POST_HOOK).get(0);
    assertThat(hook.arguments()).containsEntry("channel", "sales").containsKey("nothing");
    assertThat(hook.arguments().get("days")).isEqualTo(List.of(1, 2));
    assertThat(hook.environment()).isEqualTo("own");
    assertThat(hook.declared()).hasToString(SCHEMA + ":8:13");
    assertThat(hook.uniqueId()).isEqualTo("script.shop.customers.post_hook.hook.py");
    Script other = scripts.of(CUSTOMERS, Role.POST_HOOK).get(1);
    assertThat(other.arguments()).isEmpty();
    assertThat(other.environment()).isEqualTo("shared");
    assertThat(scripts.environmentOf(CUSTOMERS)).hasFieldOrPropertyWithValue("name", "shared");
    assertThat(scripts.environmentOf("model.shop.orders")).isNull();
  }

  @Test
  void readsAnEnvironmentWithoutAnyScript() throws IOException {
    project.customers(
        "environment: own\nfeature_store: {entity_column: id, timestamp_column: at}\n");

    Scripts scripts = project.read();

    assertThat(scripts.isEmpty()).isTrue();
    assertThat(scripts.environmentOf(CUSTOMERS)).hasFieldOrPropertyWithValue("name", "own");
    assertThat(scripts.warnings()).isEmpty();
  }

  @Test
  void readsGlobalScriptsOfEverySchemaFileInTheOrderOfTheirPaths() throws IOException {
    project.write("models/z.yml", "fal:\n  scripts: [other.py]\n");
    project.write(
        "models/deep/b.yaml", "fal:\n  scripts:\n    before: [before.py]\n    after: [hook.py]\n");
    project.write("models/a.yml", "version: 2\nfal:\n  scripts:\n    - after.py\n");
    project.write("models/empty.yml", "");
    project.write("models/null.yml", "fal:\n");
    project.write("models/fal/stubs.yml", "fal: {scripts: [generated.py]}\n");
    project.write("dbt_packages/pkg/models/schema.yml", "fal: {scripts: [packaged.py]}\n");
    project.write("target/compiled/schema.yml", "fal: {scripts: [compiled.py]}\n");

    Scripts scripts = project.read();

    assertThat(names(scripts.global(Role.GLOBAL_AFTER)))
        .containsExactly("after.py", "hook.py", "other.py");
    Script before = scripts.global(Role.GLOBAL_BEFORE).get(0);
    assertThat(before.model()).isNull();
    assertThat(before.id()).isEqualTo("(<GLOBAL>, before.py)");
    assertThat(before.uniqueId()).isEqualTo("script.<GLOBAL>.before.before.py");
    assertThat(before.declared()).hasToString("models/deep/b.yaml:3:14");
    assertThat(scripts.all()).hasSize(4);
  }

  @Test
  void passesOverWhatLiesInFoldersOfModelPathsThatAreNotTheProjects() throws IOException {
    project.write("dbt_project.yml", "name: shop\nmodel-paths: ['.']\n");
    project.write("dbt_packages/pkg/models/schema.yml", "fal: {scripts: [packaged.py]}\n");
    project.write("target/schema.yml", "fal: {scripts: [compiled.py]}\n");
    project.write("fal/schema.yml", "fal: {scripts: [generated.py]}\n");

    assertThat(project.read().isEmpty()).isTrue();
  }

  @Test
  void toleratesEmptyValuesEverywhere() throws IOException {
    project.customers(
        """
        scripts:
          before:
          after: [null, "", after.py]
        pre-hook:
        post-hook: [null, {path: hook.py, with: {}, environment: null}, {}]
        environment: ""
        feature_store:
        """);
    project.nodes.add(node("orders", json("scripts: {}\npost-hook: []"), null));
    project.nodes.add(node("returns", json("~"), null));
    project.nodes.add(node("visits", null, null));
    project.nodes.add(node("texts", json("''"), null));

    Scripts scripts = project.read();

    assertThat(names(scripts.all())).containsExactly("after.py", "hook.py");
    assertThat(scripts.environmentOf(CUSTOMERS)).isNull();
    assertThat(scripts.warnings()).isEmpty();
  }

  @Test
  void passesOverDisabledNodes() {
    project.nodes.add(
        new ScriptedNode(
            CUSTOMERS, "customers", "shop", json("scripts: 1"), null, "models/a.sql", false));

    assertThat(project.read().isEmpty()).isTrue();
  }

  @Test
  void warnsOfAFalThatIsNoMap() throws IOException {
    project.customers("[after.py]");
    project.write("models/z.yml", "fal: yes please\n");

    assertThat(lines(project.read().warnings()))
        .containsExactly(
            SCHEMA
                + ":4:7: model.shop.customers: meta.fal has to be a map, not a list, and is passed"
                + " over [ignored-fal]",
            "models/z.yml:1:1: fal has to be a map, not 'yes please', and is passed over"
                + " [ignored-fal]");
  }
}
