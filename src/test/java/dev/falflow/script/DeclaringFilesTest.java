package dev.falflow.script;

import static dev.falflow.script.ScriptProject.SCHEMA;
import static dev.falflow.script.ScriptProject.json;
import static dev.falflow.script.ScriptProject.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeclaringFilesTest {
  private final ScriptProject project;

  DeclaringFilesTest(@TempDir Path root) throws IOException {
    this.project = new ScriptProject(root);
  }

  private String declared(ScriptedNode node) {
    project.nodes.add(node);
    return project.read().all().get(0).declared().toString();
  }

  private static JsonNode after() {
    return json("scripts: [after.py]");
  }

  @Test
  void findsThePlaceBehindJinja() throws IOException {
    project.write(
        SCHEMA,
        """
        models:
          - name: customers
            config:
              meta:
                fal:
                  scripts:
                    - "{{ var('x') }}"
        """);

    assertThat(declared(node("customers", after(), "shop://" + SCHEMA)))
        .isEqualTo(SCHEMA + ":7:15");
  }

  @Test
  void findsThePlaceBehindAnAnchorAndInAVersion() throws IOException {
    project.write(
        SCHEMA,
        """
        shared: &shared
          fal:
            scripts: [after.py]
        models:
          - name: orders
            meta: *shared
          - name: customers
            meta: {fal: {scripts: [other.py]}}
            versions:
              - v: 1
                config: {meta: {fal: {scripts: [after.py]}}}
              - v: 2
                config:
                  meta: {fal: {scripts: [after.py]}}
        """);

    assertThat(declared(node("orders", after(), "shop://" + SCHEMA))).isEqualTo(SCHEMA + ":3:15");
    project.nodes.clear();
    ScriptedNode second =
        new ScriptedNode(
            "model.shop.customers.v2",
            "customers",
            "shop",
            after(),
            "shop://" + SCHEMA,
            "models/customers_v2.sql",
            true);
    assertThat(declared(second)).isEqualTo(SCHEMA + ":14:34");
  }

  @Test
  void findsThePlaceInTheProjectFileAndSaysOnceWhatIsWrongThere() throws IOException {
    project.write(
        "dbt_project.yml",
        """
        name: shop
        models:
          shop:
            +meta: {fal: {scripts: [gone.py]}}
            staging:
              +meta:
                fal:
                  scripts: [gone.py]
        """);
    for (String name : List.of("a", "b", "c")) {
      project.nodes.add(
          new ScriptedNode(
              "model.shop." + name,
              name,
              "shop",
              json("scripts: [gone.py]"),
              null,
              "models/staging/" + name + ".sql",
              true));
    }

    assertThat(project.problems())
        .singleElement()
        .asString()
        .startsWith("dbt_project.yml:8:21: model.shop.a and 2 more: the script 'gone.py'");
  }

  @Test
  void findsThePlaceInAPackagesProjectFile() throws IOException {
    project.write(
        "dbt_packages/pkg/dbt_project.yml",
        "name: pkg\nmodels:\n  pkg:\n    staging:\n      meta: {fal: {scripts: [after.py]}}\n");

    ScriptedNode rates =
        new ScriptedNode(
            "model.pkg.rates", "rates", "pkg", after(), null, "models/staging/rates.sql", true);

    assertThat(declared(rates)).isEqualTo("dbt_packages/pkg/dbt_project.yml:5:30");
  }

  @Test
  void namesTheFalWhereAMergeKeyHidesThePlace() throws IOException {
    project.write(
        SCHEMA,
        """
        shared: &shared {scripts: [after.py]}
        models:
          - name: customers
            meta:
              fal:
                <<: *shared
        """);

    assertThat(declared(node("customers", after(), "shop://" + SCHEMA))).isEqualTo(SCHEMA + ":5:7");
  }

  @Test
  void findsThePlaceInTheModelItself() throws IOException {
    project.write(
        "models/customers.sql",
        "{{ config(\n  meta={'fal': {'scripts': ['after.py']}}\n) }}\nselect 1\n");
    project.write(
        SCHEMA,
        "models:\n  - name: customers\n    meta: {fal: {scripts: [other.py], post-hook: []}}\n");

    assertThat(declared(node("customers", after(), "shop://" + SCHEMA)))
        .isEqualTo("models/customers.sql:2");
    project.nodes.clear();
    assertThat(declared(node("unwritten", after(), null))).isEqualTo("models/unwritten.sql");
  }

  @Test
  void keepsToTheNodesOfTheManifestsOwnKind() throws IOException {
    project.write(
        SCHEMA,
        """
        seeds:
          - name: customers
            meta: {fal: {scripts: [after.py]}}
        models:
          - name: customers
            meta: {fal: {scripts: [after.py]}}
        """);

    assertThat(declared(node("customers", after(), "shop://" + SCHEMA)))
        .isEqualTo(SCHEMA + ":6:28");
  }

  @Test
  void readsManyModelsOfOneFileInAMoment() throws IOException {
    StringBuilder schema = new StringBuilder("models:\n");
    ObjectNode fal = Json.MAPPER.createObjectNode();
    fal.putArray("scripts").add("after.py");
    for (int index = 0; index < 2000; index++) {
      schema
          .append("  - name: m")
          .append(index)
          .append("\n    meta: {fal: {scripts: [after.py]}}\n");
      project.nodes.add(node("m" + index, fal, "shop://" + SCHEMA));
    }
    project.write(SCHEMA, schema.toString());

    List<Script> scripts = project.read().all();

    assertThat(scripts.get(1999).declared()).hasToString(SCHEMA + ":4001:28");
  }
}
