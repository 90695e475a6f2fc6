package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.artifact.FalManifest;
import dev.falflow.artifact.RunArtifacts;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.HeldNodes;
import dev.falflow.dbt.InvocationOutcome;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.report.Reporter;
import dev.falflow.source.DocstringFix;
import dev.falflow.source.PythonSources;
import dev.falflow.warehouse.Warehouse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** {@code fal flow run} and {@code fal flow build}, in order. */
public final class FlowRun implements Interruptible {
  private static final int SUCCESS = 0;
  private static final int A_NODE_FAILED = 1;
  private static final int NOT_RUN = 2;

  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Reporter reporter;
  private final Clock clock;
  private final Preparation preparation;
  private volatile @Nullable Running running;
  private volatile boolean interrupted;

  public FlowRun(
      CacheFolder cache, PythonEnvironments environments, Reporter reporter, Clock clock) {
    this.cache = cache;
    this.environments = environments;
    this.reporter = reporter;
    this.clock = clock;
    this.preparation = new Preparation(cache, reporter, clock);
  }

  /** The parts of a run that a Ctrl-C has to reach. */
  private record Running(DbtEngine engine, Holds held) {}

  /**
   * Runs it all.
   *
   * @return the exit code: 0, 1 when a node failed, 2 when dbt could not run
   * @throws FalException what kept it from starting
   */
  public int run(FlowRequest typed) {
    try (OpenProject asked = preparation.open(typed, environments)) {
      throwIfInterrupted();
      FlowRequest request = asked.request();
      OpenProject open = request.dryRun() ? DryRun.overlaid(asked) : asked;
      PythonSources sources =
          request.pythonModels() ? preparation.sources(open) : PythonSources.NONE;
      throwIfInterrupted();
      if (request.dryRun()) {
        return plan(preparation.prepared(open, sources), open.engine());
      }
      try (RunEnvironments places = preparation.environments(open)) {
        if (!sources.models().isEmpty() || preparation.mayHaveScripts(sources)) {
          places.start(); // it imports pandas while dbt parses
        }
        PreparedProject prepared = preparation.prepared(open, sources);
        return prepared.isDbtAlone()
            ? dbtAlone(prepared, open.engine())
            : held(open, prepared, places);
      }
    }
  }

  private int plan(PreparedProject prepared, DbtEngine engine) {
    Path root = prepared.project().root();
    List<String> selected =
        engine.list(
            prepared.request().listArguments(root, prepared.selection()),
            prepared.held(),
            preparation::forwardUnlessInfo);
    DryRun.lines(selected, prepared.models(), prepared.scripts()).forEach(reporter::info);
    return SUCCESS;
  }

  private int dbtAlone(PreparedProject prepared, DbtEngine engine) {
    FlowRequest request = prepared.request();
    return exitCode(
        request,
        engine.invoke(
            request.runArguments(prepared.project().root(), prepared.selection()),
            HeldNodes.NONE,
            preparation::forward,
            held -> {}));
  }

  private int held(OpenProject open, PreparedProject prepared, RunEnvironments places) {
    FlowRequest request = open.request();
    Project project = open.project();
    DbtEngine engine = open.engine();
    UndeclaredInputs undeclared =
        new UndeclaredInputs(
            request.fixDependencies(),
            request.allowUndeclared(),
            new DocstringFix(open.python().executable(), open.packageFolder()),
            reporter::warning);
    HeldNodes nodes = prepared.held();
    FalManifest.write(request.targetPath(project), prepared.models().manifest(), nodes.checksums());
    RunArtifacts artifacts = new RunArtifacts(request.targetPath(project));
    artifacts.begin();
    ExecutorService threads = Executors.newCachedThreadPool(FlowRun::daemon);
    Statuses statuses = new Statuses(engine::graph);
    try (Warehouse warehouse = open.warehouse(prepared, cache.path().resolve("drivers"))) {
      Workplace place =
          Workplace.of(open, prepared, warehouse, statuses, artifacts, reporter, threads, clock);
      Holds held = new Holds(place, prepared, undeclared, places);
      running = new Running(engine, held);
      throwIfInterrupted();
      InvocationOutcome outcome =
          engine.invoke(
              request.runArguments(project.root(), prepared.selection()),
              nodes,
              event -> {
                statuses.see(event);
                preparation.forward(event);
              },
              held::hold);
      if (request.writesJson()) {
        artifacts.write();
      }
      reporter.summary(artifacts.results());
      return exitCode(request, outcome);
    } finally {
      running = null;
      threads.shutdown();
    }
  }

  /**
   * Ends the run early; {@link #run} returns or throws soon after. While dbt runs, workers die and
   * nothing more is started; before that every process of ours is ended.
   */
  @Override
  public void interrupt() {
    interrupted = true;
    Running now = running;
    if (now != null) {
      now.engine.cancel();
      now.held.stop();
    } else {
      ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }
  }

  @Override
  public boolean isInterrupted() {
    return interrupted;
  }

  private void throwIfInterrupted() {
    if (interrupted) {
      throw new FalException(Problem.of("interrupted", "Interrupted before dbt's run began."));
    }
  }

  private int exitCode(FlowRequest request, InvocationOutcome outcome) {
    String failure = outcome.failure();
    if (failure != null && !interrupted) {
      reporter.problems(List.of(DbtFailure.explained("dbt-failed", failure, request)));
      return NOT_RUN;
    }
    return outcome.success() ? SUCCESS : A_NODE_FAILED;
  }

  static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "fal-model");
    thread.setDaemon(true);
    return thread;
  }
}
