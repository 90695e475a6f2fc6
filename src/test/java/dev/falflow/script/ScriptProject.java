package dev.falflow.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import dev.falflow.project.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A project with a few scripts in a folder of theirs, and what dbt says of its nodes. */
final class ScriptProject {
  static final String SCHEMA = "models/schema.yml";
  static final String CUSTOMERS = "model.shop.customers";

  final Path root;
  final List<ScriptedNode> nodes = new ArrayList<>();
  final Map<String, Object> commandLineVars = new LinkedHashMap<>();

  ScriptProject(Path root) throws IOException {
    this.root = root;
    write("dbt_project.yml", "name: shop\nvars: {fal-scripts-path: fal_scripts}\n");
    for (String name : List.of("before", "after", "hook", "other")) {
      write("fal_scripts/" + name + ".py", "");
    }
  }

  void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  Scripts read() {
    return Scripts.read(Project.read(root, commandLineVars), nodes);
  }

  /** A model of the schema file, whose {@code meta.fal} is this block, as dbt resolves it. */
  void customers(String fal) throws IOException {
    write(
        SCHEMA,
        "models:\n  - name: customers\n    meta:\n      fal:\n" + fal.stripTrailing().indent(8));
    nodes.add(node("customers", json(fal), "shop://" + SCHEMA));
  }

  static ScriptedNode node(String name, @Nullable JsonNode fal, @Nullable String patchPath) {
    return new ScriptedNode(
        "model.shop." + name, name, "shop", fal, patchPath, "models/" + name + ".sql", true);
  }

  static JsonNode json(String yaml) {
    return Json.MAPPER.valueToTree(Yaml.parse(yaml, "test"));
  }

  /** What refuses the scripts. */
  List<String> problems() {
    FalException refused = catchThrowableOfType(FalException.class, this::read);
    assertThat(refused).as("what refuses the scripts").isNotNull();
    return lines(refused.problems());
  }

  /** Each as it is printed, in one line. */
  static List<String> lines(List<Problem> problems) {
    return problems.stream()
        .map(problem -> problem.toString().replaceAll("\\s*\\R\\s*", " | "))
        .toList();
  }

  static List<String> names(List<Script> scripts) {
    return scripts.stream().map(Script::name).toList();
  }
}
