package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ScriptResult;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.python.Worker;
import dev.falflow.script.Script;
import dev.falflow.warehouse.ModelData;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One script or hook, from its hold to its end. */
final class ScriptRun {
  private final Workplace place;
  private final Hold hold;
  private final Script script;
  private final Reads reads;

  ScriptRun(Workplace place, Hold hold, Script script, Reads reads) {
    this.place = place;
    this.hold = hold;
    this.script = script;
    this.reads = reads;
  }

  /** Told of what scripts read. */
  interface Reads {
    void check(Script script, Location call, ResolvedInput input);
  }

  /**
   * Runs it to its end.
   *
   * @param stopped whether the user has asked the whole run to end
   * @param serverLines what the fork server last said, should the worker never come up
   */
  ScriptResult run(
      Worker worker, ModelLog log, BooleanSupplier stopped, Supplier<String> serverLines) {
    Instant started = place.clock().instant();
    Failure failure;
    Worker.Exit exit = new Worker.Exit(null, null, 0);
    try (ModelData data = place.warehouse().open(hold);
        Conversation conversation = conversation(worker, data)) {
      conversation.send(runMessage());
      Optional<JsonNode> end = conversation.untilDone();
      exit = worker.awaitExit();
      failure =
          stopped.getAsBoolean()
              ? WorkerFailure.interrupted(script.file())
              : WorkerFailure.of(script.file(), end, exit, serverLines);
    } catch (FalException e) {
      worker.kill();
      failure = new Failure(e.problems().get(0).code(), script.file() + ": " + e.words(), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = WorkerFailure.interrupted(script.file());
    }
    return result(started, exit, failure, log);
  }

  /** One that could not be begun. */
  ScriptResult failed(Failure failure, ModelLog log) {
    return result(place.clock().instant(), new Worker.Exit(null, null, 0), failure, log);
  }

  private Conversation conversation(Worker worker, ModelData data) {
    return new Conversation(
        place,
        hold,
        script.file(),
        worker,
        data,
        null,
        (call, input) -> reads.check(script, call, input),
        notice -> place.reporter().info(script.file() + ": " + notice));
  }

  private ObjectNode runMessage() {
    ObjectNode message = RunMessages.of(place, hold, script.path(), script.file());
    message.put("role", role());
    message.set(
        "arguments", script.role().isHook() ? Json.MAPPER.valueToTree(script.arguments()) : null);
    String model = script.model();
    if (model != null) {
      message.put("unique_id", model); // in a flow the hold is of the script's own node
      message.put("status", place.statuses().of(model));
      message.set("adapter_response", place.statuses().adapterResponse(model));
      message.set("tests", place.statuses().testsOf(model));
    }
    return message;
  }

  /** {@code before}, {@code pre-hook}, {@code global}, …, as the worker knows it. */
  private String role() {
    return switch (script.role()) {
      case BEFORE -> "before";
      case AFTER -> "after";
      case PRE_HOOK -> "pre-hook";
      case POST_HOOK -> "post-hook";
      case GLOBAL_BEFORE, GLOBAL_AFTER -> "global";
    };
  }

  private ScriptResult result(
      Instant started, Worker.Exit exit, @Nullable Failure failure, ModelLog log) {
    return new ScriptResult(
        script.uniqueId(),
        script.id(),
        script.path(),
        script.file(),
        script.name(),
        script.model(),
        role(),
        script.role().isHook(),
        script.environment(),
        hold.thread(),
        started,
        place.clock().instant(),
        exit.peakRssKb(),
        failure,
        log.path());
  }
}
