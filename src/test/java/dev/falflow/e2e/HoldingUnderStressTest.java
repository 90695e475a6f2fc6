package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random graphs of SQL and Python models in which some of both kinds fail: every run ends, and each
 * model's status is what dbt's rules say. {@code -Dfal.stress.seeds=50} makes 50 of them.
 */
class HoldingUnderStressTest {
  private static final int NODES = 200;
  private static final int PARENTS = 3;
  private static final double FAILING = 0.06;

  static IntStream seeds() {
    return IntStream.range(0, Integer.getInteger("fal.stress.seeds", 1));
  }

  /** A node by its number; parents have lower ones. */
  private record Node(boolean isPython, boolean fails, List<Integer> parents) {
    String text() {
      StringBuilder text = new StringBuilder();
      if (isPython) {
        parents.forEach(parent -> text.append("ref('m%d', frame='arrow')\n".formatted(parent)));
        text.append("import pyarrow as pa\n");
        text.append(fails ? "raise ValueError('as planned')\n" : "");
        return text.append("write_to_model(pa.table({'id': [1]}))\n").toString();
      }
      text.append("{{ config(materialized='table') }} ");
      text.append(fails ? "select error('as planned') as id" : "select 1 as id");
      parents.forEach(
          parent -> text.append(" union all select id from {{ ref('m%d') }}".formatted(parent)));
      return text.append(" limit 1\n").toString();
    }
  }

  private static List<Node> graph(Random random) {
    List<Node> nodes = new ArrayList<>();
    for (int number = 0; number < NODES; number++) {
      List<Integer> parents = new ArrayList<>();
      for (int parent = 0; number > 0 && parent < random.nextInt(PARENTS + 1); parent++) {
        int chosen = random.nextInt(number);
        if (!parents.contains(chosen)) {
          parents.add(chosen);
        }
      }
      nodes.add(new Node(random.nextBoolean(), random.nextDouble() < FAILING, parents));
    }
    return nodes;
  }

  /** What is below a model that did not succeed is skipped. */
  private static Map<String, String> expected(List<Node> nodes) {
    Map<String, String> statuses = new TreeMap<>();
    for (int number = 0; number < nodes.size(); number++) {
      Node node = nodes.get(number);
      boolean skipped =
          node.parents().stream()
              .anyMatch(parent -> !"success".equals(statuses.get("model.shop.m" + parent)));
      String status = skipped ? "skipped" : node.fails() ? "error" : "success";
      statuses.put("model.shop.m" + number, status);
    }
    return statuses;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyRunEndsWithTheStatusesOfDbtsRules(int seed, @TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.copyOf("tiny", scratch);
    for (String model : project.files("models")) {
      project.delete(model);
    }
    List<Node> nodes = graph(new Random(seed));
    for (int number = 0; number < NODES; number++) {
      Node node = nodes.get(number);
      project.write("models/m" + number + (node.isPython() ? ".py" : ".sql"), node.text());
    }
    CommandResult run = project.fal().run("flow", "run", "--threads", "8");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(project.statuses()).isEqualTo(expected(nodes));
  }
}
