package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.dbt.process.Manifest.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a run did, counted as dbt counts it at the end. */
final class RunSums {
  private final Map<String, Integer> kinds = new TreeMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final int total;

  /**
   * Counts.
   *
   * @param python unique_ids of Python models
   * @param statuses of every node, as in {@code run_results.json}
   */
  RunSums(List<Node> nodes, Set<String> python, Map<String, String> statuses) {
    nodes.forEach(node -> kinds.merge(kind(node, python), 1, Integer::sum));
    List.of("pass", "warn", "error", "skip", "noop").forEach(name -> counts.put(name, 0));
    statuses.values().forEach(status -> counts.merge(sum(status), 1, Integer::sum));
    total = statuses.size();
  }

  /** How many ended in {@code pass}, {@code warn}, {@code error}, {@code skip} or {@code noop}. */
  int count(String sum) {
    return counts.getOrDefault(sum, 0);
  }

  /** {@code 2 fal models, 1 table model}. */
  String kinds() {
    List<String> counted = new ArrayList<>();
    kinds.forEach(
        (kind, count) -> counted.add(count + " " + words(kind) + (count == 1 ? "" : "s")));
    return String.join(", ", counted);
  }

  /** {@code Completed successfully}, or with what. */
  String verdict() {
    int errors = count("error");
    int warnings = count("warn");
    return errors == 0 && warnings == 0
        ? "Completed successfully"
        : "Completed with %d error%s, 0 partial successes, and %d warning%s:"
            .formatted(errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  }

  /** dbt's closing line. */
  String done() {
    return "Done. PASS=%d WARN=%d ERROR=%d SKIP=%d NO-OP=%d TOTAL=%d"
        .formatted(
            count("pass"), count("warn"), count("error"), count("skip"), count("noop"), total);
  }

  void write(ObjectNode stats) {
    counts.forEach(stats::put);
    stats.put("total", total);
  }

  private static String sum(String status) {
    return switch (status) {
      case "success", "pass" -> "pass";
      case "warn" -> "warn";
      case "skipped" -> "skip";
      case "no-op" -> "noop";
      default -> "error";
    };
  }

  private static String kind(Node node, Set<String> python) {
    return switch (node.resourceType()) {
      case "model" -> (python.contains(node.uniqueId()) ? "fal" : node.materialized()) + " model";
      default -> node.resourceType();
    };
  }

  private static String words(String kind) {
    return switch (kind) {
      case "test" -> "data test";
      case "unit_test" -> "unit test";
      default -> kind;
    };
  }
}
