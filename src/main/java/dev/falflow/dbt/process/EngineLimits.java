package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtOptions;
import dev.falflow.dbt.HeldNodes;
import dev.falflow.dbt.HeldNodes.PythonModel;
import dev.falflow.dbt.process.Manifest.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the second engine would do wrong without a word: refused before anything runs. {@code
 * docs/engines.md} has the list.
 */
public final class EngineLimits {
  private static final String CODE = "not-with-process-engine";
  private static final String NO_ARTIFACTS = "--no-write-json";
  private static final String HINT =
      "Use --dbt-engine resident, which can do this; see docs/engines.md.";

  /** dbt's options that this engine cannot obey, and why. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "--sample",
          "the inputs of Python models would not be sampled",
          "--event-time-start",
          "the inputs of Python models would not be filtered",
          "--event-time-end",
          "the inputs of Python models would not be filtered",
          NO_ARTIFACTS,
          "what dbt did is read from the artifacts it writes");

  /** dbt's options that mean a little less with this engine. */
  private static final Map<String, String> DIFFERENT =
      Map.of(
          "--selector", "refused beside `--state`, as `state:` is",
          "--select", "`state:` is refused",
          "--exclude", "`state:` is refused",
          "--defer",
              "refused where a Python model would be read from production or read from there",
          "--favor-state", "as `--defer`",
          "--single-threaded", "holds for each dbt process",
          "--record-timing-info", "each dbt process writes the file anew");

  private final Manifest manifest;
  private final Map<String, PythonModel> python;
  private final RunGraph graph;
  private final List<Problem> problems = new ArrayList<>();

  EngineLimits(Manifest manifest, Map<String, PythonModel> python, RunGraph graph) {
    this.manifest = manifest;
    this.python = python;
    this.graph = graph;
  }

  /** Scripts and hooks are nodes and stages of dbt's own run, which its API alone lets us add. */
  static void refuseScripts(HeldNodes nodes) {
    if (!nodes.scripts().isEmpty() || !nodes.hooks().isEmpty()) {
      throw notHere("scripts and hooks of models (meta.fal)");
    }
  }

  /** What this engine cannot do, as an error. */
  static FalException notHere(String what) {
    return new FalException(
        Problem.of(CODE, "--dbt-engine process cannot run " + what).withHint(HINT));
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
    refuseOptions(asked, environment);
    if (asked.isOn("--defer", environment, false)
        || asked.isOn("--favor-state", environment, false)) {
      refuseDefer();
    }
    boolean comparesState =
        Stream.of("--select", "--exclude", "--models")
            .flatMap(name -> asked.values(name).stream())
            .anyMatch(word -> word.contains("state:"));
    if (comparesState || (asked.has("--selector") && asked.has("--state"))) {
      refuse(
          Location.of("--select"),
          "selecting by state: would not see that a Python model's source changed: dbt compares its"
              + " stub");
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  /** Why {@code --dbt-engine process} refuses an option of dbt's when there are Python models. */
  public static @Nullable String refusal(String option) {
    return REFUSED.get(option);
  }

  /** What an option of dbt's means otherwise with {@code --dbt-engine process}. */
  public static @Nullable String difference(String option) {
    return DIFFERENT.get(option);
  }

  private void refuseOptions(DbtCommandLine asked, Map<String, String> environment) {
    for (String name : REFUSED.keySet()) {
      boolean isAsked =
          name.equals(NO_ARTIFACTS)
              ? !asked.isOn("--write-json", environment, true)
              : asked.has(name)
                  || DbtOptions.named(name).orElseThrow().variable(environment) != null;
      if (isAsked) {
        refuse(Location.of(name), "not with Python models: " + REFUSED.get(name));
      }
    }
  }

  private void refuseDatabase(JsonNode target, String databasePath) {
    if (target.path("type").asText().equals("duckdb") && databasePath.equals(":memory:")) {
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
              node.uniqueId()
                  + " would read "
                  + uniqueId
                  + " of this target, deferred or not: dbt sees an ephemeral model in its stub, and"
                  + " defers none");
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
            node.uniqueId()
                + " would read its parents of this target, deferred or not: --defer is for what"
                + " dbt runs itself");
        return;
      }
    }
  }

  private Location location(Node node) {
    PythonModel source = python.get(node.uniqueId());
    return Location.of(source == null ? node.path() : source.file());
  }

  private void refuse(Location where, String message) {
    problems.add(Problem.at(where, CODE, message + ".").withHint(HINT));
  }
}
