package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A project with Python models, run by fal, and its twin, run by plain dbt: in the place of each
 * generated model there is one in SQL that makes an equal table.
 */
final class SqlTwin {
  final SampleProject ours;
  final SampleProject twin;
  private final Set<String> pythonModels = new TreeSet<>();

  /**
   * Makes both.
   *
   * @param sql by the Python model's file below {@code models/}
   */
  SqlTwin(String project, Path scratch, Map<String, String> sql) throws IOException {
    ours = SampleProject.copyOf(project, scratch.resolve("ours"));
    twin = SampleProject.copyOf(project, scratch.resolve("twin"));
    for (Map.Entry<String, String> model : sql.entrySet()) {
      String name = model.getKey().replaceFirst("\\.[a-z]+$", "");
      twin.delete("models/" + model.getKey());
      twin.write(
          "models/fal/" + name + ".sql",
          "{{ config(materialized='table') }}\n" + model.getValue() + "\n");
      pythonModels.add("models/fal/" + name + ".sql");
    }
  }

  /** What both made of one command line. */
  record Outcome(CommandResult fal, CommandResult dbt, Set<String> differences) {}

  /** Runs both; exit codes, statuses and tables have to be equal, other differences are listed. */
  Outcome run(String command, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(Arrays.asList(options));
    CommandResult dbt = dbt(words);
    List<String> flow = new ArrayList<>(List.of("flow"));
    flow.addAll(words);
    CommandResult fal = ours.fal().run(flow.toArray(String[]::new));
    String both = "fal: " + fal + "\ndbt: " + dbt;
    assertThat(fal.exitCode()).as(both).isEqualTo(dbt.exitCode());
    assertThat(ours.statuses()).as(both).isEqualTo(twin.statuses());
    assertThat(tables(ours)).isEqualTo(tables(twin));
    return new Outcome(fal, dbt, differences());
  }

  private CommandResult dbt(List<String> words) throws IOException {
    Path program = TestPython.executable().resolveSibling("dbt");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).directory(twin.root().toFile());
    builder.environment().keySet().retainAll(TestPython.environment().keySet());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new CommandResult(process.onExit().join().exitValue(), output, "");
  }

  /** Columns, their types and all rows of every table and view. */
  private static Map<String, List<String>> tables(SampleProject project) throws IOException {
    Map<String, List<String>> tables = new TreeMap<>();
    for (String name :
        project.rows(
            "select table_schema || '.' || table_name from information_schema.tables"
                + " where table_name <> 'run_log'")) {
      List<String> content = new ArrayList<>(project.rows("describe " + name));
      content.addAll(project.rows("select * from " + name + " order by all"));
      tables.put(name, content);
    }
    return tables;
  }

  /** Each field that differs: artifact, {@code python} or the resource type, name of the field. */
  private Set<String> differences() throws IOException {
    Set<String> found = new TreeSet<>();
    JsonNode fals = ours.artifact("manifest.json");
    JsonNode dbts = twin.artifact("manifest.json");
    for (String kind : List.of("nodes", "sources", "exposures", "groups", "macros", "disabled")) {
      assertThat(names(fals.path(kind))).as(kind).isEqualTo(names(dbts.path(kind)));
      for (String id : names(fals.path(kind))) {
        JsonNode node = fals.path(kind).path(id);
        boolean isPython = pythonModels.contains(node.path("original_file_path").asText());
        String label = isPython ? "python" : node.path("resource_type").asText(kind);
        compare("manifest " + label, node, dbts.path(kind).path(id), found);
      }
    }
    for (String map : List.of("parent_map", "child_map", "group_map")) {
      for (String id : names(fals.path(map))) {
        assertThat(sorted(fals.path(map).path(id)))
            .as(map + " " + id)
            .isEqualTo(sorted(dbts.path(map).path(id)));
      }
    }
    for (JsonNode result : ours.artifact("run_results.json").path("results")) {
      String id = result.path("unique_id").asText();
      String path = fals.path("nodes").path(id).path("original_file_path").asText();
      String label = pythonModels.contains(path) ? "python" : id.substring(0, id.indexOf('.'));
      compare("run_results " + label, result, twin.result(id), found);
    }
    return found;
  }

  private static void compare(String where, JsonNode left, JsonNode right, Set<String> found) {
    Set<String> fields = names(left);
    fields.addAll(names(right));
    for (String field : fields) {
      JsonNode one = left.path(field);
      JsonNode other = right.path(field);
      if (one.isObject() && other.isObject() && !field.equals("checksum")) {
        compare(where + " " + field, one, other, found);
      } else if (!one.equals(other)) {
        found.add(where + " " + field);
      }
    }
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    for (Iterator<String> each = object.fieldNames(); each.hasNext(); ) {
      names.add(each.next());
    }
    return names;
  }

  private static List<String> sorted(JsonNode array) {
    return array.valueStream().map(JsonNode::asText).sorted().toList();
  }
}
