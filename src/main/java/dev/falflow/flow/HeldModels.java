package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.RunArtifacts;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.HeldModel;
import dev.falflow.project.Project;
import dev.falflow.python.ForkServer;
import dev.falflow.python.Worker;
import dev.falflow.report.Reporter;
import dev.falflow.source.PythonSource;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.Warehouse;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/**
 * What happens when dbt's order has come to a Python model: a worker runs it, its table is
 * published, its result kept, and dbt is let go on, whatever came of it.
 */
final class HeldModels {
  private final Project project;
  private final PythonModels models;
  private final JsonNode target;
  private final DbtEngine engine;
  private final Warehouse warehouse;
  private final DataFolder folder;
  private final UndeclaredInputs undeclared;
  private final ForkServer forkServer;
  private final RunArtifacts artifacts;
  private final Reporter reporter;
  private final ExecutorService threads;
  private final Clock clock;
  private final Set<Worker> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  HeldModels(
      Project project,
      PythonModels models,
      JsonNode target,
      DbtEngine engine,
      Warehouse warehouse,
      DataFolder folder,
      UndeclaredInputs undeclared,
      ForkServer forkServer,
      RunArtifacts artifacts,
      Reporter reporter,
      ExecutorService threads,
      Clock clock) {
    this.project = project;
    this.models = models;
    this.target = target;
    this.engine = engine;
    this.warehouse = warehouse;
    this.folder = folder;
    this.undeclared = undeclared;
    this.forkServer = forkServer;
    this.artifacts = artifacts;
    this.reporter = reporter;
    this.threads = threads;
    this.clock = clock;
  }

  /** Returns at once; the model is run on a thread of its own and released at its end. */
  void hold(HeldModel held) {
    threads.execute(() -> runAndRelease(held));
  }

  /** Ends every running worker; models that dbt still comes to fail at once. */
  void stop() {
    stopped = true;
    running.forEach(Worker::kill);
    warehouse.cancel();
  }

  private void runAndRelease(HeldModel held) {
    String message = "fal failed inside; see the stack trace";
    boolean success = false;
    long rows = 0;
    try {
      ModelResult result = run(held);
      artifacts.add(result);
      tell(result);
      ModelResult.Failure failure = result.failure();
      success = failure == null;
      rows = result.rows();
      message = failure == null ? "PYTHON " + rows + " rows" : failure.message();
    } catch (RuntimeException bug) {
      bug.printStackTrace();
      message = "fal failed inside: " + bug;
    } finally {
      engine.release(held, success, message, rows);
    }
  }

  private void tell(ModelResult result) {
    if (result.roundTrip() != null) {
      result.roundTrip().lines().forEach(line -> reporter.debug(result.name() + " | " + line));
    }
  }

  private ModelResult run(HeldModel held) {
    PythonSource source = models.source(held.uniqueId());
    try (ModelLog log = artifacts.log(held.uniqueId())) {
      Worker worker =
          forkServer.spawn(
              output -> {
                log.line(output.line());
                reporter.output(held.uniqueId(), source.name(), output.stream(), output.line());
              });
      running.add(worker);
      try (ModelData data = warehouse.open(held)) {
        if (stopped) {
          worker.kill();
        }
        PythonModelRun run =
            new PythonModelRun(
                held,
                source,
                project,
                target,
                worker,
                engine,
                data,
                folder,
                undeclared,
                notice -> reporter.info(source.file() + ": " + notice));
        return run.run(threads, clock, log, () -> stopped, forkServer::lastLines);
      } finally {
        running.remove(worker);
      }
    }
  }
}
