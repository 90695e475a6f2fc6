package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.RoundTrip;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.python.Worker;
import dev.falflow.source.PythonSource;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.ModelData.Published;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One Python model from its hold to its published table. Inputs found by analysis are fetched while
 * the worker starts; the table is published once the script has ended well.
 */
final class PythonModelRun {
  private final Workplace place;
  private final Hold hold;
  private final PythonSource source;
  private final Worker worker;
  private final TimedData data;
  private final UndeclaredInputs undeclared;
  private volatile Duration readTime = Duration.ZERO;

  PythonModelRun(
      Workplace place,
      Hold hold,
      PythonSource source,
      Worker worker,
      ModelData data,
      UndeclaredInputs undeclared) {
    this.place = place;
    this.hold = hold;
    this.source = source;
    this.worker = worker;
    this.data = new TimedData(data);
    this.undeclared = undeclared;
  }

  /**
   * Runs it to its end.
   *
   * @param stopped whether the user has asked the whole run to end
   * @param serverLines what the fork server last said, should the worker never come up
   */
  ModelResult run(ModelLog log, BooleanSupplier stopped, Supplier<String> serverLines) {
    Instant started = place.clock().instant();
    Failure failure = null;
    long rows = 0;
    Duration publishTime = Duration.ZERO;
    RoundTrip roundTrip = null;
    Worker.Exit exit = new Worker.Exit(null, null, 0);
    CompletableFuture<Void> inputs = CompletableFuture.completedFuture(null);
    try (Loading loading = new Loading(data, place.threads());
        Conversation conversation = conversation(loading)) {
      try {
        conversation.send(runMessage());
        inputs = prefetch(conversation, started);
        Optional<JsonNode> end = conversation.untilDone();
        boolean isDone = end.isPresent() && WorkerFailure.isDone(end.get());
        if (isDone && loading.isWritten() && !stopped.getAsBoolean()) {
          // Not after the worker's exit: giving back a large frame's memory takes it a while.
          Instant loaded = place.clock().instant();
          Published published = loading.publish();
          rows = published.rows();
          publishTime = Duration.between(loaded, place.clock().instant());
          JsonNode passages = end.get().path("round_trip");
          roundTrip = RoundTrip.of(passages, data.reads(), data.load(), published.columns());
          exit = worker.awaitExit();
        } else {
          exit = worker.awaitExit();
          failure = failureOf(end, exit, stopped.getAsBoolean(), serverLines);
        }
      } catch (FalException e) {
        String message = conversation.writeCall() + ": " + e.words();
        failure =
            stopped.getAsBoolean()
                ? WorkerFailure.interrupted(source.file())
                : new Failure(e.problems().get(0).code(), message, null);
        worker.kill(); // it may wait for what will not come
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure = WorkerFailure.interrupted(source.file());
      } finally {
        inputs.exceptionally(whoAskedWasTold -> null).join();
      }
    }
    return new ModelResult(
        hold.uniqueId(),
        source.name(),
        source.file(),
        hold.thread(),
        started,
        place.clock().instant(),
        rows,
        readTime,
        publishTime,
        roundTrip,
        exit.peakRssKb(),
        failure,
        log.path());
  }

  private Conversation conversation(Loading loading) {
    return new Conversation(
        place,
        hold,
        source.file(),
        worker,
        data,
        loading,
        this::admit,
        notice -> place.reporter().info(source.file() + ": " + notice));
  }

  private void admit(Location call, ResolvedInput input) {
    if (input.uniqueId().equals(hold.uniqueId()) && !input.declared()) {
      throw new FalException(
          Problem.of("own-ref", "a model cannot read the table that it is about to write")
              .withHint(
                  "Go on with the frame itself: the table is written when the file has ended. A"
                      + " script after the model can read it."));
    }
    undeclared.check(source, call, input);
  }

  private ObjectNode runMessage() {
    ObjectNode message =
        RunMessages.of(place, hold, source.path(), source.file()).put("role", "model");
    message.set("previous_columns", data.columns());
    message.set("declared_types", Conversation.declaredTypes(hold.details()));
    ArrayNode inputs = message.putArray("inputs");
    hold.inputs().forEach(input -> inputs.add(Conversation.inputMessage(input)));
    return message;
  }

  private CompletableFuture<Void> prefetch(Conversation conversation, Instant started) {
    List<CompletableFuture<Void>> reads = new ArrayList<>();
    for (ResolvedInput input : hold.inputs()) {
      reads.add(
          CompletableFuture.runAsync(
              () -> {
                conversation.send(conversation.answer(input));
                readTime = Duration.between(started, place.clock().instant());
              },
              place.threads()));
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new));
  }

  private Failure failureOf(
      Optional<JsonNode> end, Worker.Exit exit, boolean stopped, Supplier<String> serverLines) {
    if (stopped) {
      return WorkerFailure.interrupted(source.file());
    }
    Failure failure = WorkerFailure.of(source.file(), end, exit, serverLines);
    return failure != null
        ? failure
        : new Failure(
            "nothing-written",
            source.file()
                + ": the script ended without reaching its write_to_model call."
                + " Call it on every way through the script.",
            null);
  }
}
