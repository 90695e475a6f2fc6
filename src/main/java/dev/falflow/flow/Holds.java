package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.NodeResult;
import dev.falflow.artifact.ScriptResult;
import dev.falflow.dbt.Hold;
import dev.falflow.python.ForkServer;
import dev.falflow.python.Worker;
import dev.falflow.script.Role;
import dev.falflow.script.Script;
import dev.falflow.source.PythonSource;
import dev.falflow.warehouse.ModelData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * What happens when dbt's order has come to a Python model, a script or a model's hooks: workers
 * run them, results are kept, and dbt is let go on, whatever came of it.
 */
final class Holds {
  private final Workplace place;
  private final PythonModels models;
  private final ScriptNodes scripts;
  private final UndeclaredInputs undeclared;
  private final RunEnvironments environments;
  private final Semaphore hooksAtATime;
  private final Set<Worker> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  Holds(
      Workplace place,
      PythonModels models,
      ScriptNodes scripts,
      UndeclaredInputs undeclared,
      RunEnvironments environments) {
    this.place = place;
    this.models = models;
    this.scripts = scripts;
    this.undeclared = undeclared;
    this.environments = environments;
    this.hooksAtATime = new Semaphore(Math.max(1, place.target().path("threads").asInt(1)));
  }

  /** Returns at once; whose turn it is runs on threads of its own and is released at its end. */
  void hold(Hold hold) {
    place.threads().execute(() -> runAndRelease(hold));
  }

  /** Ends every running worker; what dbt still comes to fails at once. */
  void stop() {
    stopped = true;
    running.forEach(Worker::kill);
    place.warehouse().cancel();
  }

  private void runAndRelease(Hold hold) {
    String message = "fal failed inside; see the stack trace";
    boolean success = false;
    long rows = 0;
    try {
      switch (hold.stage()) {
        case MODEL -> {
          ModelResult result = runModel(hold);
          Failure failure = result.failure();
          success = failure == null;
          rows = result.rows();
          message = failure == null ? "PYTHON " + rows + " rows" : failure.message();
        }
        case SCRIPT, PRE_HOOKS, POST_HOOKS -> {
          List<ScriptResult> failed = failed(run(hold, scriptsOf(hold)));
          success = failed.isEmpty();
          message = messageOf(failed);
        }
        case TARGET -> throw new IllegalStateException("nobody waits at " + hold);
      }
    } catch (RuntimeException bug) {
      bug.printStackTrace();
      message = "fal failed inside: " + bug;
    } finally {
      place.engine().release(hold, success, message, rows);
    }
  }

  private List<Script> scriptsOf(Hold hold) {
    return switch (hold.stage()) {
      case PRE_HOOKS -> scripts.hooks(hold.uniqueId(), Role.PRE_HOOK);
      case POST_HOOKS -> scripts.hooks(hold.uniqueId(), Role.POST_HOOK);
      default -> List.of(scripts.script(hold.uniqueId()));
    };
  }

  /** Runs these side by side, as many at a time as dbt has threads; their results in order. */
  List<ScriptResult> run(Hold hold, List<Script> together) {
    List<CompletableFuture<ScriptResult>> runs = new ArrayList<>();
    for (Script script : together) {
      runs.add(CompletableFuture.supplyAsync(() -> runInTurn(hold, script), place.threads()));
    }
    return runs.stream().map(Loading::join).toList();
  }

  static List<ScriptResult> failed(List<ScriptResult> results) {
    return results.stream().filter(result -> result.failure() != null).toList();
  }

  /** The old tool's words for it (FAL.md 1.4), and below them each failure. */
  static String messageOf(List<ScriptResult> failed) {
    StringBuilder message = new StringBuilder();
    for (ScriptResult result : failed) {
      Failure failure = result.failure();
      if (failure != null) {
        message.append(message.isEmpty() ? "" : "\n");
        message.append("Error in script ").append(result.name()).append(": ");
        message.append(failure.message());
      }
    }
    return message.toString();
  }

  private ScriptResult runInTurn(Hold hold, Script script) {
    hooksAtATime.acquireUninterruptibly();
    try {
      ScriptResult result = runScript(hold, script);
      keep(result);
      return result;
    } finally {
      hooksAtATime.release();
    }
  }

  private ScriptResult runScript(Hold hold, Script script) {
    ScriptRun run = new ScriptRun(place, hold, script);
    try (ModelLog log = place.artifacts().log(script.uniqueId())) {
      if (stopped) {
        return run.failed(WorkerFailure.interrupted(script.file()), log);
      }
      ForkServer server;
      try {
        server = environments.serverOf(script);
      } catch (FalException e) {
        return run.failed(new Failure(e.problems().get(0).code(), words(script, e), null), log);
      }
      Worker worker = spawn(server, script.uniqueId(), script.id(), log);
      try {
        return run.run(worker, log, () -> stopped, server::lastLines);
      } finally {
        running.remove(worker);
      }
    }
  }

  private static String words(Script script, FalException e) {
    return script.declared() + ": " + e.words();
  }

  private void keep(NodeResult result) {
    place.artifacts().add(result);
    if (result instanceof ScriptResult script && script.isHook() && script.failure() == null) {
      double seconds = script.executionTime().toMillis() / 1e3;
      place.reporter().info("OK %s %s [%.2fs]".formatted(script.role(), script.name(), seconds));
    }
  }

  private Worker spawn(ForkServer server, String uniqueId, String name, ModelLog log) {
    Worker worker =
        server.spawn(
            output -> {
              log.line(output.line());
              place.reporter().output(uniqueId, name, output.stream(), output.line());
            });
    running.add(worker);
    if (stopped) {
      worker.kill();
    }
    return worker;
  }

  private ModelResult runModel(Hold hold) {
    PythonSource source = models.source(hold.uniqueId());
    ModelResult result = runModel(hold, source);
    keep(result);
    if (result.roundTrip() != null) {
      result
          .roundTrip()
          .lines()
          .forEach(line -> place.reporter().debug(result.name() + " | " + line));
    }
    return result;
  }

  private ModelResult runModel(Hold hold, PythonSource source) {
    try (ModelLog log = place.artifacts().log(hold.uniqueId())) {
      ForkServer server;
      try {
        server = environments.serverOf(hold.uniqueId(), source);
      } catch (FalException e) {
        String message = source.file() + ": " + e.words();
        Instant now = place.clock().instant();
        Failure failure = new Failure(e.problems().get(0).code(), message, null);
        return ModelResult.failed(
            hold.uniqueId(), source.name(), source.file(), hold.thread(), now, failure);
      }
      Worker worker = spawn(server, hold.uniqueId(), source.name(), log);
      try (ModelData data = place.warehouse().open(hold)) {
        return new PythonModelRun(place, hold, source, worker, data, undeclared)
            .run(log, () -> stopped, server::lastLines);
      } finally {
        running.remove(worker);
      }
    }
  }
}
