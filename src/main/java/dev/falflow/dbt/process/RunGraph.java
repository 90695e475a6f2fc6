package dev.falflow.dbt.process;

import dev.falflow.dbt.process.Manifest.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The selected nodes of one run and where each of them stands: what may go into the next dbt
 * process, which Python model may start, what is to be skipped. A node waits for its ancestors and,
 * as in {@code dbt build}, for the tests of its ancestors. A unit test goes with its model.
 */
final class RunGraph {
  private enum State {
    WAITING,
    RUNNING,
    PASSED,
    FAILED,
    SKIPPED
  }

  private final List<Node> nodes;
  private final Set<String> python;
  private final Map<String, State> states = new LinkedHashMap<>();
  private final Map<String, Integer> positions = new HashMap<>();
  private final List<BitSet> ancestors = new ArrayList<>();
  private final Map<String, BitSet> blocking = new HashMap<>();

  /**
   * Makes the graph.
   *
   * @param selected what dbt's selection came to
   * @param python those of all nodes that are Python models
   */
  RunGraph(Manifest manifest, Set<String> selected, Set<String> python) {
    this.python = python;
    this.nodes = manifest.parentsFirst();
    for (Node node : nodes) {
      if (selected.contains(node.uniqueId()) && isRun(node)) {
        states.put(node.uniqueId(), State.WAITING);
      }
    }
    findAncestors();
    findBlocking();
  }

  private boolean isRun(Node node) {
    return Manifest.isExecuted(node) && (!node.isEphemeral() || isPython(node.uniqueId()));
  }

  boolean isPython(String uniqueId) {
    return python.contains(uniqueId);
  }

  private void findAncestors() {
    for (Node node : nodes) {
      positions.put(node.uniqueId(), positions.size());
      BitSet found = new BitSet();
      for (String parent : node.dependsOn()) {
        Integer position = positions.get(parent);
        if (position != null) {
          found.set(position);
          found.or(ancestors.get(position));
        }
      }
      ancestors.add(found);
    }
  }

  private void findBlocking() {
    BitSet run = new BitSet();
    Map<Integer, BitSet> tests = new LinkedHashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      if (states.containsKey(node.uniqueId())) {
        run.set(i);
        if (node.resourceType().equals("test")) {
          tests.put(i, parents(node));
        }
      }
    }
    for (int i = run.nextSetBit(0); i >= 0; i = run.nextSetBit(i + 1)) {
      Node node = nodes.get(i);
      BitSet before = (BitSet) ancestors.get(i).clone();
      if (!node.isTest()) {
        BitSet own = ancestors.get(i);
        tests.forEach(
            (test, parents) -> {
              BitSet others = (BitSet) parents.clone();
              others.andNot(own);
              if (others.isEmpty() && !parents.isEmpty()) {
                before.set(test);
              }
            });
      }
      before.and(run);
      if (node.resourceType().equals("unit_test")) {
        node.dependsOn().stream()
            .filter(model -> !isPython(model))
            .map(positions::get)
            .filter(Objects::nonNull)
            .forEach(before::clear); // dbt runs it just before its model, in the same process
      }
      blocking.put(node.uniqueId(), before);
    }
  }

  private BitSet parents(Node node) {
    BitSet found = new BitSet();
    for (String parent : node.dependsOn()) {
      Integer position = positions.get(parent);
      if (position != null) {
        found.set(position);
      }
    }
    return found;
  }

  /** Nodes that this run executes or skips. */
  int size() {
    return states.size();
  }

  List<Node> nodes() {
    return nodes.stream().filter(node -> states.containsKey(node.uniqueId())).toList();
  }

  boolean contains(String uniqueId) {
    return states.containsKey(uniqueId);
  }

  boolean isDone() {
    return states.values().stream()
        .noneMatch(state -> state == State.WAITING || state == State.RUNNING);
  }

  boolean hasFailed() {
    return states.containsValue(State.FAILED);
  }

  /** Marks what can no longer run and gives it, parents first. */
  List<Node> skipped() {
    List<Node> found = new ArrayList<>();
    for (Node node : waiting()) {
      boolean hopeless =
          states(blocking(node)).anyMatch(state -> state == State.FAILED || state == State.SKIPPED);
      if (hopeless) {
        states.put(node.uniqueId(), State.SKIPPED);
        found.add(node);
      }
    }
    return found;
  }

  /** Skips all that waits. */
  List<Node> skipRest() {
    List<Node> rest = waiting();
    rest.forEach(node -> states.put(node.uniqueId(), State.SKIPPED));
    return rest;
  }

  private List<Node> waiting() {
    return nodes.stream().filter(node -> states.get(node.uniqueId()) == State.WAITING).toList();
  }

  private BitSet blocking(Node node) {
    return Objects.requireNonNull(blocking.get(node.uniqueId()));
  }

  private Stream<State> states(BitSet positions) {
    return positions.stream()
        .mapToObj(position -> Objects.requireNonNull(states.get(nodes.get(position).uniqueId())));
  }

  /** Everything that one dbt process can run now: it waits for no Python model. Now running. */
  List<Node> takeBatch() {
    List<Node> batch = ahead(false);
    batch.forEach(node -> states.put(node.uniqueId(), State.RUNNING));
    return batch;
  }

  /** Python models that wait for nothing but other Python models. */
  List<Node> pythonAhead() {
    return ahead(true);
  }

  /** Waiting nodes of this kind that wait for nothing of the other kind, parents first. */
  private List<Node> ahead(boolean isPython) {
    BitSet found = new BitSet();
    int before;
    do { // a model may wait for a test that comes later in the order
      before = found.cardinality();
      for (Node node : waiting()) {
        BitSet missing = (BitSet) blocking(node).clone();
        missing.andNot(found);
        if (isPython(node.uniqueId()) == isPython
            && states(missing).allMatch(State.PASSED::equals)) {
          found.set(Objects.requireNonNull(positions.get(node.uniqueId())));
        }
      }
    } while (found.cardinality() > before);
    return found.stream().mapToObj(nodes::get).toList();
  }

  /** A Python model whose turn has come; now running. */
  Optional<Node> takePython() {
    for (Node node : waiting()) {
      if (isPython(node.uniqueId()) && states(blocking(node)).allMatch(State.PASSED::equals)) {
        states.put(node.uniqueId(), State.RUNNING);
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  /**
   * Notes what came of a node.
   *
   * @param status as in {@code run_results.json}
   */
  void ended(String uniqueId, String status) {
    State state =
        switch (status) {
          case "success", "pass", "warn", "no-op", "reused" -> State.PASSED;
          case "skipped" -> State.SKIPPED;
          default -> State.FAILED;
        };
    states.put(uniqueId, state);
  }

  /** Whether a node reads another, straight or through others. */
  boolean isAncestor(String uniqueId, Node of) {
    Integer position = positions.get(uniqueId);
    Integer child = positions.get(of.uniqueId());
    return position != null && child != null && ancestors.get(child).get(position);
  }
}
