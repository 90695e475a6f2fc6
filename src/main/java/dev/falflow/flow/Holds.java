package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.ScriptResult;
import dev.falflow.dbt.Hold;
import dev.falflow.python.ForkServer;
import dev.falflow.python.Worker;
import dev.falflow.script.Role;
import dev.falflow.script.Script;
import dev.falflow.source.PythonSource;
import dev.falflow.warehouse.ModelData;
import java.util.List;
import java.util.Map;

/**
 * What happens when dbt's order has come to a Python model, a script or a model's hooks: workers
 * run them, results are kept, and dbt is let go on, whatever came of it.
 */
final class Holds {
  private final Workplace place;
  private final PythonModels models;
  private final ScriptNodes scripts;
  private final Map<String, Problem> flaws;
  private final UndeclaredInputs undeclared;
  private final RunEnvironments environments;
  private final RunningWorkers workers;
  private final ScriptTurns turns;

  Holds(
      Workplace place,
      PreparedProject prepared,
      UndeclaredInputs undeclared,
      RunEnvironments environments) {
    this.place = place;
    this.models = prepared.models();
    this.scripts = prepared.scripts();
    this.flaws = prepared.sources().flaws();
    this.undeclared = undeclared;
    this.environments = environments;
    this.workers = new RunningWorkers(place.reporter());
    ReadsAhead ahead = new ReadsAhead(prepared.parsed().models(), place.reporter()::warning);
    this.turns = new ScriptTurns(place, environments, workers, ahead::check);
  }

  /** Returns at once; whose turn it is runs on threads of its own and is released at its end. */
  void hold(Hold hold) {
    place.threads().execute(() -> runAndRelease(hold));
  }

  /** Ends every running worker; what dbt still comes to fails at once. */
  void stop() {
    workers.stop();
    place.warehouse().cancel();
  }

  private void runAndRelease(Hold hold) {
    String message = "fal failed inside; see the stack trace";
    boolean success = false;
    long rows = 0;
    try {
      switch (hold.stage()) {
        case MODEL -> {
          ModelResult result = runModel(hold, models.source(hold.uniqueId()));
          place.artifacts().add(result);
          tell(result);
          Failure failure = result.failure();
          success = failure == null;
          rows = result.rows();
          message = failure == null ? "PYTHON " + rows + " rows" : failure.message();
        }
        case SCRIPT, PRE_HOOKS, POST_HOOKS -> {
          place.statuses().see(hold);
          List<ScriptResult> results = turns.run(hold, scriptsOf(hold));
          List<ScriptResult> failed = ScriptTurns.failed(results);
          results.forEach(this::tell);
          success = failed.isEmpty();
          message = ScriptTurns.messageOf(failed);
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

  private void tell(ModelResult result) {
    if (result.roundTrip() != null) {
      for (String line : result.roundTrip().lines()) {
        place.reporter().debug(result.name() + " | " + line);
      }
    }
  }

  /** dbt has lines of its own for the other scripts. */
  private void tell(ScriptResult result) {
    if (result.isHook() && result.failure() == null) {
      double seconds = result.executionTime().toMillis() / 1e3;
      place.reporter().info("OK %s %s [%.2fs]".formatted(result.role(), result.name(), seconds));
    }
  }

  private ModelResult notBegun(Hold hold, PythonSource source, Failure failure) {
    return ModelResult.failed(
        hold.uniqueId(),
        source.name(),
        source.file(),
        hold.thread(),
        place.clock().instant(),
        failure);
  }

  private ModelResult runModel(Hold hold, PythonSource source) {
    try (ModelLog log = place.artifacts().log(hold.uniqueId())) {
      Problem flaw = flaws.get(source.file());
      if (flaw != null) {
        String message = flaw.where() + ": " + flaw.words();
        return notBegun(hold, source, new Failure(flaw.code(), message, null));
      }
      ForkServer server;
      try {
        server = environments.serverOf(hold.uniqueId(), source, scripts.scripts());
      } catch (FalException e) {
        Problem first = e.problems().get(0);
        Location where = first.where() == null ? Location.of(source.file()) : first.where();
        return notBegun(hold, source, new Failure(first.code(), where + ": " + e.words(), null));
      }
      Worker worker = workers.spawn(server, hold.uniqueId(), source.name(), log);
      try (ModelData data = place.warehouse().open(hold)) {
        return new PythonModelRun(place, hold, source, worker, data, undeclared)
            .run(log, workers::isStopped, server::lastLines);
      } finally {
        workers.forget(worker);
      }
    }
  }
}
