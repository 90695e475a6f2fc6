package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.HeldNodes.PythonModel;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.InvocationOutcome;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResidentProcess;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.dbt.process.DbtRuns.Ended;
import dev.falflow.dbt.process.Manifest.Node;
import dev.falflow.dbt.process.MergedResults.PythonResult;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of the second engine, in turns: a dbt process for all that waits for no Python model,
 * then the Python models whose parents are done, then the next process. One thread decides; the
 * models' own threads only {@link #release}.
 */
final class ProcessRun {
  private static final String INTERRUPTED = "Interrupted before it started";

  private final DbtRuns dbt;
  private final ResidentProcess keeper;
  private final Clock clock;
  private final RunGraph graph;
  private final Map<String, PythonModel> python;
  private final DbtCommandLine asked;
  private final JsonNode target;
  private final Path targetPath;
  private final Consumer<Hold> onHold;
  private final RunEvents events;
  private final MergedResults results;
  private final Instant started;
  private final BlockingQueue<Released> released = new LinkedBlockingQueue<>();
  private final Map<Integer, Holding> holds = new HashMap<>();
  private final Deque<String> freeThreads = new ArrayDeque<>();
  private final Map<String, String> ctes = new ConcurrentHashMap<>();
  private volatile Manifest manifest;
  private volatile boolean cancelled;
  private @Nullable String failure;
  private boolean hasFailed;
  private int lastHold;

  private record Released(int hold, boolean success, String message, long rows) {}

  private record Holding(Node node, String thread, Instant started, Instant held) {}

  ProcessRun(
      DbtRuns dbt,
      ResidentProcess keeper,
      Clock clock,
      Manifest manifest,
      RunGraph graph,
      Map<String, PythonModel> python,
      DbtCommandLine asked,
      JsonNode target,
      Path targetPath,
      Consumer<DbtEvent> onEvent,
      Consumer<Hold> onHold) {
    this.dbt = dbt;
    this.keeper = keeper;
    this.clock = clock;
    this.manifest = manifest;
    this.graph = graph;
    this.python = python;
    this.asked = asked;
    this.target = target;
    this.targetPath = targetPath;
    this.onHold = onHold;
    String invocationId = UUID.randomUUID().toString();
    this.events = new RunEvents(invocationId, onEvent, clock);
    this.started = clock.instant();
    this.results = new MergedResults(targetPath, invocationId, started);
  }

  InvocationOutcome run(List<DbtEvent> beginning) {
    beginning.forEach(events::beginning);
    int threads = Math.max(1, target.path("threads").asInt());
    for (int number = 1; number <= threads; number++) {
      freeThreads.add("Thread-" + number + " (worker)");
    }
    events.concurrency(graph.size(), threads, target.path("name").asText());
    if (manifest.hasRunHooks()) {
      events.warning(
          "on-run-start and on-run-end hooks run in each of dbt's processes, with the results of"
              + " that one (--dbt-engine process)");
    }
    results.forget();
    while (!graph.isDone() && failure == null) {
      skipWhatCannotRun();
      List<Node> batch = graph.takeBatch();
      if (!batch.isEmpty()) {
        runBatch(batch);
      } else {
        runPythonModels();
      }
    }
    skipWhatCannotRun();
    keeper.call(ResidentProcess.command("give_up"));
    Instant now = clock.instant();
    results.write(manifest, asked, now);
    if (failure == null) {
      events.end(
          new RunSums(graph.nodes(), python.keySet(), results.statuses()),
          Duration.between(started, now));
    }
    return new InvocationOutcome(!hasFailed && !cancelled, failure);
  }

  /** The run of a selection without Python models: dbt's own, its files completed if cut short. */
  InvocationOutcome runAlone(Consumer<DbtEvent> onEvent) {
    results.forget();
    Set<String> begun = new HashSet<>();
    Ended end = dbt.run(asked, noting(begun, onEvent));
    if (cancelled) {
      settle(graph.nodes(), begun, end);
      results.write(manifest, asked, clock.instant());
    }
    return new InvocationOutcome(end.exitCode() == 0 && !cancelled, end.failure());
  }

  private void skipWhatCannotRun() {
    if (cancelled || (hasFailed && asked.isOn("--fail-fast", System.getenv(), false))) {
      String reason = cancelled ? INTERRUPTED : "Skipping due to fail_fast";
      graph.skipRest().forEach(node -> results.add(node, "skipped", reason));
    }
    for (Node node : graph.skipped()) {
      results.add(node, "skipped", null);
      events.skipped(node);
    }
  }

  private void ended(String uniqueId, String status) {
    graph.ended(uniqueId, status);
    hasFailed = hasFailed || graph.hasFailed(); // a hook may have failed before
  }

  // -- SQL ----------------------------------------------------------------------------------------

  private void runBatch(List<Node> batch) {
    results.forget();
    events.processBegins();
    Set<String> begun = new HashSet<>();
    Ended end = dbt.run(batchArguments(batch), noting(begun, events::of));
    settle(batch, begun, end);
  }

  private static Consumer<DbtEvent> noting(Set<String> begun, Consumer<DbtEvent> onEvent) {
    return event -> {
      String uniqueId = event.uniqueId();
      if (uniqueId != null && event.name().equals("LogStartLine")) {
        begun.add(uniqueId);
      }
      onEvent.accept(event);
    };
  }

  /** What came of the nodes of a process, told by its files where it got to write them. */
  private void settle(List<Node> batch, Set<String> begun, Ended end) {
    failure = cancelled ? null : end.failure();
    Map<String, String> statuses = results.take(batch);
    Manifest now = manifest.readAnew(targetPath);
    results.takeCompiled(now, batch);
    manifest = now;
    for (Node node : batch) {
      String status = statuses.get(node.uniqueId());
      if (status == null) {
        // Interrupted, killed, or stopped by a hook: dbt wrote no result.
        boolean wasRunning = begun.contains(node.uniqueId());
        status = wasRunning ? "error" : "skipped";
        String why = cancelled ? "Interrupted" : failure != null ? failure : "dbt ended before it";
        results.add(node, status, wasRunning ? why : cancelled ? INTERRUPTED : null);
      }
      ended(node.uniqueId(), status);
    }
    hasFailed = hasFailed || end.exitCode() != 0;
  }

  private DbtCommandLine batchArguments(List<Node> batch) {
    List<String> words = batch.stream().map(this::exactly).toList();
    DbtCommandLine line = asked.without(DbtCommandLine.SELECTION).with("--select", words);
    return asked.command().equals("build")
        ? line.with("--indirect-selection", List.of("empty"))
        : line;
  }

  /** A word of dbt's selection that means this node alone. */
  private String exactly(Node node) {
    String word = "fqn:" + String.join(".", node.fqn()) + ",resource_type:" + node.resourceType();
    boolean isFolderToo =
        manifest.nodes().values().stream()
            .anyMatch(
                other ->
                    other.fqn().size() > node.fqn().size()
                        && other.resourceType().equals(node.resourceType())
                        && other.fqn().subList(0, node.fqn().size()).equals(node.fqn()));
    return isFolderToo ? word + ",file:" + fileName(node) : word;
  }

  private static String fileName(Node node) {
    return node.path().substring(node.path().lastIndexOf('/') + 1);
  }

  // -- Python -------------------------------------------------------------------------------------

  /** Runs them until only SQL is left that could. */
  private void runPythonModels() {
    compileEphemeralInputs();
    while (failure == null) {
      skipWhatCannotRun();
      while (!freeThreads.isEmpty()) {
        Optional<Node> next = graph.takePython();
        if (next.isEmpty()) {
          break;
        }
        start(next.get(), freeThreads.remove());
      }
      if (holds.isEmpty()) {
        return;
      }
      finish(takeReleased());
    }
  }

  private Released takeReleased() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return released.take();
        } catch (InterruptedException e) {
          interrupted = true; // cancel() is how a run is ended
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void start(Node node, String thread) {
    Instant begun = clock.instant();
    events.started(node, thread);
    int number = ++lastHold;
    try {
      List<ResolvedInput> inputs = new ArrayList<>();
      PythonModel model = python.get(node.uniqueId());
      for (ModelInput input : model == null ? List.<ModelInput>of() : model.inputs()) {
        inputs.add(resolve(node.uniqueId(), input));
      }
      JsonNode previous = describe(node.relation());
      holds.put(number, new Holding(node, thread, begun, clock.instant()));
      onHold.accept(Hold.ofModel(number, node.uniqueId(), thread, inputs, details(node, previous)));
    } catch (FalException e) {
      holds.put(number, new Holding(node, thread, begun, clock.instant()));
      released.add(new Released(number, false, e.words(), 0));
    }
  }

  /** The columns of DuckDB's table; of a server's database the JVM asks itself. */
  private JsonNode describe(String relation) {
    return target.path("type").asText().equals("duckdb")
        ? keeper.call(ResidentProcess.command("describe").put("relation", relation))
        : Json.MAPPER.nullNode();
  }

  /** What the writing side and {@code context} know of the model. */
  private static ObjectNode details(Node node, JsonNode previous) {
    ObjectNode details = Json.MAPPER.createObjectNode();
    JsonNode json = node.json();
    ObjectNode config = json.path("config").deepCopy();
    JsonNode meta = config.path("meta").isEmpty() ? json.path("meta") : config.path("meta");
    config.remove(List.of("meta", "materialized"));
    details.put("name", node.name()).put("relation", node.relation());
    for (String key : List.of("alias", "schema", "database", "columns")) {
      details.set(key, json.path(key));
    }
    details.set("config", config);
    details.set("meta", meta);
    details.set("previous_columns", previous);
    return details;
  }

  void release(Hold model, boolean success, String message, long rows) {
    released.add(new Released(model.hold(), success, message, rows));
  }

  private void finish(Released end) {
    Holding holding = Objects.requireNonNull(holds.remove(end.hold()));
    Node node = holding.node();
    Instant now = clock.instant();
    PythonModel model = python.get(node.uniqueId());
    String file = model == null ? node.path() : model.file();
    String message =
        end.success()
            ? end.message()
            : "Python Error in model %s (%s)\n  %s"
                .formatted(node.name(), file, end.message().replace("\n", "\n  "));
    results.add(
        new PythonResult(
            node,
            holding.thread(),
            holding.started(),
            holding.held(),
            now,
            end.success(),
            message,
            end.rows()));
    events.ended(
        node, holding.thread(), end.success(), message, Duration.between(holding.started(), now));
    freeThreads.addFirst(holding.thread());
    ended(node.uniqueId(), end.success() ? "success" : "error");
  }

  /** dbt writes the query of an ephemeral SQL model only into what reads it. */
  private void compileEphemeralInputs() {
    List<Node> readers =
        graph.pythonAhead().stream()
            .filter(node -> node.dependsOn().stream().anyMatch(this::isEphemeralSql))
            .toList();
    if (readers.isEmpty() || cancelled) {
      return;
    }
    Ended end =
        dbt.run(
            asked
                .parsedLike("compile")
                .with("--select", readers.stream().map(this::exactly).toList()),
            event -> {});
    failure = end.failure();
    results.forget();
    Manifest compiled = Manifest.read(targetPath);
    for (Node reader : readers) {
      List<String> parts = new ArrayList<>();
      compiled
          .node(reader.uniqueId())
          .json()
          .path("extra_ctes")
          .forEach(cte -> parts.add(cte.path("sql").asText()));
      ctes.put(reader.uniqueId(), String.join(", ", parts));
    }
  }

  private boolean isEphemeralSql(String uniqueId) {
    return !python.containsKey(uniqueId)
        && manifest.find(uniqueId).filter(Node::isEphemeral).isPresent();
  }

  /** A call in a Python model; an ephemeral SQL model is its query. */
  ResolvedInput resolve(String uniqueId, ModelInput input) {
    Node node = manifest.node(uniqueId);
    Manifest.Target found = manifest.resolve(node, input);
    boolean declared = found.isDeclaredBy(node);
    String rows = asked.isOn("--empty", System.getenv(), false) ? " where false limit 0" : "";
    if (!isEphemeralSql(found.uniqueId())) {
      return new ResolvedInput(
          input,
          found.uniqueId(),
          found.relation(),
          "select * from " + found.relation() + rows,
          declared);
    }
    String name = "__dbt__cte__" + manifest.node(found.uniqueId()).name();
    String query = "with " + ctes.getOrDefault(uniqueId, "") + " select * from " + name + rows;
    return new ResolvedInput(input, found.uniqueId(), name, declared ? query : "", declared);
  }

  /** Nothing more is started; the dbt that runs is interrupted by its keeper. */
  void cancel() {
    cancelled = true;
  }
}
