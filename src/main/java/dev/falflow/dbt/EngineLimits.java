package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEngine.PythonModelNode;
import dev.falflow.dbt.Manifest.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the second engine would do wrong without a word: refused before anything runs. {@code
 * docs/engines.md} has the list.
 */
final class EngineLimits {
  private static final String CODE = "not-with-process-engine";
  private static final String HINT =
      "Use --dbt-engine resident, which can do this; see docs/engines.md.";

  private final Manifest manifest;
  private final Map<String, PythonModelNode> python;
  private final RunGraph graph;
  private final List<Problem> problems = new ArrayList<>();

  EngineLimits(Manifest manifest, Map<String, PythonModelNode> python, RunGraph graph) {
    this.manifest = manifest;
    this.python = python;
    this.graph = graph;
  }

  /** Throws all that is wrong with this run, at once. */
  void check(
      DbtCommandLine asked, JsonNode target, String databasePath, Map<String, String> environment) {
    refuseDatabase(target, databasePath);
    for (Node node : graph.nodes()) {
      if (graph.isPython(node.uniqueId())) {
        refuseConfig(node);
      }
    }
    refuseTails(target);
    if (isOn(asked, "--defer", environment.get("DBT_DEFER"))
        || isOn(asked, "--favor-state", environment.get("DBT_FAVOR_STATE"))) {
      refuseDefer();
    }
    boolean comparesState =
        Stream.of("--select", "--exclude", "--models")
            .flatMap(name -> asked.values(name).stream())
            .anyMatch(word -> word.contains("state:"));
    if (comparesState) {
      refuse(
          Location.of("--select"),
          "selecting by state: would not see that a Python model's source changed: dbt compares its"
              + " stub");
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  private static boolean isOn(DbtCommandLine asked, String flag, @Nullable String variable) {
    boolean byVariable =
        variable != null
            && Set.of("1", "true", "t", "yes", "y", "on")
                .contains(variable.toLowerCase(Locale.ROOT));
    return asked.has(flag) || (byVariable && !asked.has(flag.replace("--", "--no-")));
  }

  private void refuseDatabase(JsonNode target, String databasePath) {
    String type = target.path("type").asText();
    if (!type.equals("duckdb")) {
      problems.add(
          Problem.of(CODE, "Python models on " + type + " are not supported by this engine")
              .withHint(HINT));
    } else if (databasePath.equals(":memory:")) {
      problems.add(
          Problem.of(
                  CODE,
                  "the profile's database is :memory:, which every dbt process has for itself: its"
                      + " tables would be gone before the next one starts")
              .withHint(HINT));
    }
  }

  private void refuseConfig(Node node) {
    JsonNode config = node.json().path("config");
    List<String> found = new ArrayList<>();
    for (String hook : List.of("pre-hook", "post-hook")) {
      if (!config.path(hook).isEmpty()) {
        found.add(hook.replace('-', '_'));
      }
    }
    if (!config.path("grants").isEmpty()) {
      found.add("grants");
    }
    if (config.path("persist_docs").valueStream().anyMatch(JsonNode::asBoolean)) {
      found.add("persist_docs");
    }
    if (!found.isEmpty()) {
      refuse(
          location(node),
          node.uniqueId()
              + " has "
              + String.join(", ", found)
              + ", which dbt applies only to what it runs itself");
    }
  }

  /** SQL reads a Python model through its stub's last line, which must name its table. */
  private void refuseTails(JsonNode target) {
    for (String uniqueId : python.keySet()) {
      Node node = manifest.find(uniqueId).orElse(null);
      if (node == null || tellsTheTruth(node, target)) {
        continue;
      }
      graph.nodes().stream()
          .filter(child -> !graph.isPython(child.uniqueId()) && graph.isAncestor(uniqueId, child))
          .findFirst()
          .ifPresent(
              child ->
                  refuse(
                      Location.of(node.path()),
                      child.uniqueId()
                          + " reads "
                          + uniqueId
                          + " through its stub, whose last line names another table than "
                          + node.relation()
                          + ". Delete the stub, so that it is written anew"));
    }
  }

  private static boolean tellsTheTruth(Node node, JsonNode target) {
    String sql = node.json().path("raw_code").asText();
    boolean byName = sql.contains("{{ target.schema }}.{{ model.name }}");
    if (!byName && !sql.contains("{{ target.schema }}.{{ model.alias }}")) {
      return true; // {{ this }}
    }
    return node.schema().equals(target.path("schema").asText())
        && node.json().path("database").asText().equals(target.path("database").asText())
        && (!byName || node.json().path("alias").asText().equals(node.name()));
  }

  /** On disk a Python model is ephemeral, and dbt defers no ephemerals. */
  private void refuseDefer() {
    for (Node node : graph.nodes()) {
      for (String uniqueId : python.keySet()) {
        if (!graph.contains(uniqueId) && graph.isAncestor(uniqueId, node)) {
          refuse(
              location(manifest.node(uniqueId)),
              node.uniqueId() + " would read " + uniqueId + " of this target: dbt defers no stub");
          return;
        }
      }
      boolean readsUnselected =
          graph.isPython(node.uniqueId())
              && node.dependsOn().stream()
                  .anyMatch(parent -> !parent.startsWith("source.") && !graph.contains(parent));
      if (readsUnselected) {
        refuse(
            location(node),
            node.uniqueId() + " would read its parents of this target: --defer is dbt's own");
        return;
      }
    }
  }

  private Location location(Node node) {
    PythonModelNode source = python.get(node.uniqueId());
    return Location.of(source == null ? node.path() : source.file());
  }

  private void refuse(Location where, String message) {
    problems.add(Problem.at(where, CODE, message + ".").withHint(HINT));
  }
}
