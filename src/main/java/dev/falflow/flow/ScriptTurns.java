package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ScriptResult;
import dev.falflow.dbt.Hold;
import dev.falflow.python.ForkServer;
import dev.falflow.python.Worker;
import dev.falflow.script.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Runs scripts and hooks side by side, as many at a time as dbt has threads, and keeps results. */
final class ScriptTurns {
  private final Workplace place;
  private final RunEnvironments environments;
  private final RunningWorkers workers;
  private final ScriptRun.Reads reads;
  private final Semaphore atATime;

  ScriptTurns(
      Workplace place,
      RunEnvironments environments,
      RunningWorkers workers,
      ScriptRun.Reads reads) {
    this.place = place;
    this.environments = environments;
    this.workers = workers;
    this.reads = reads;
    this.atATime = new Semaphore(Math.max(1, place.target().path("threads").asInt(1)), true);
  }

  /** Runs a model's hooks, or one script, whose turn it is; their results in order. */
  List<ScriptResult> run(Hold hold, List<Script> together) {
    List<Supplier<ScriptResult>> runs = new ArrayList<>();
    together.forEach(script -> runs.add(() -> run(hold, script)));
    return sideBySide(runs);
  }

  /** The results, in order, of what is done as many at a time as there are threads. */
  List<ScriptResult> sideBySide(List<Supplier<ScriptResult>> runs) {
    List<CompletableFuture<ScriptResult>> results = new ArrayList<>();
    for (Supplier<ScriptResult> run : runs) {
      atATime.acquireUninterruptibly(); // here, so that they begin in this order
      results.add(CompletableFuture.supplyAsync(() -> inTurn(run), place.threads()));
    }
    return results.stream().map(Loading::join).toList();
  }

  private ScriptResult inTurn(Supplier<ScriptResult> run) {
    try {
      ScriptResult result = run.get();
      place.artifacts().add(result);
      return result;
    } finally {
      atATime.release();
    }
  }

  /** Runs one, now. */
  ScriptResult run(Hold hold, Script script) {
    ScriptRun run = new ScriptRun(place, hold, script, reads);
    try (ModelLog log = place.artifacts().log(script.uniqueId())) {
      if (workers.isStopped()) {
        return run.failed(WorkerFailure.interrupted(script.file()), log);
      }
      ForkServer server;
      try {
        server = environments.serverOf(script);
      } catch (FalException e) {
        String message = script.declared() + ": " + e.words();
        return run.failed(new Failure(e.problems().get(0).code(), message, null), log);
      }
      Worker worker = workers.spawn(server, script.uniqueId(), script.id(), log);
      try {
        return run.run(worker, log, workers::isStopped, server::lastLines);
      } finally {
        workers.forget(worker);
      }
    }
  }

  static List<ScriptResult> failed(List<ScriptResult> results) {
    return results.stream().filter(result -> result.failure() != null).toList();
  }

  /** Each failure, in the old tool's words (FAL.md 1.4). */
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
}
