package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.artifact.ModelLog;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.ModelResult.Failure;
import dev.falflow.artifact.RoundTrip;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.project.Project;
import dev.falflow.python.Worker;
import dev.falflow.source.PythonSource;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.ModelData.Published;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One Python model from its hold to its published table: the conversation with its worker. Inputs
 * found by analysis are fetched while the worker starts; the table is published once the script has
 * ended well.
 */
final class PythonModelRun {
  private static final int SIGKILL = 9;

  private final HeldModel held;
  private final PythonSource source;
  private final Project project;
  private final JsonNode target;
  private final Worker worker;
  private final DbtEngine engine;
  private final TimedData data;
  private final DataFolder folder;
  private final UndeclaredInputs undeclared;
  private final Consumer<String> onNotice;
  private final Queue<Path> inputFiles = new ConcurrentLinkedQueue<>();
  private Location writeCall;
  private volatile Duration readTime = Duration.ZERO;

  PythonModelRun(
      HeldModel held,
      PythonSource source,
      Project project,
      JsonNode target,
      Worker worker,
      DbtEngine engine,
      ModelData data,
      DataFolder folder,
      UndeclaredInputs undeclared,
      Consumer<String> onNotice) {
    this.held = held;
    this.source = source;
    this.writeCall = Location.of(source.file());
    this.project = project;
    this.target = target;
    this.worker = worker;
    this.engine = engine;
    this.data = new TimedData(data);
    this.folder = folder;
    this.undeclared = undeclared;
    this.onNotice = onNotice;
  }

  /**
   * Runs it to its end.
   *
   * @param stopped whether the user has asked the whole run to end
   * @param serverLines what the fork server last said, should the worker never come up
   */
  ModelResult run(
      Executor threads,
      Clock clock,
      ModelLog log,
      BooleanSupplier stopped,
      Supplier<String> serverLines) {
    Instant started = clock.instant();
    Failure failure = null;
    long rows = 0;
    Duration publishTime = Duration.ZERO;
    RoundTrip roundTrip = null;
    Worker.Exit exit = new Worker.Exit(null, null, 0);
    CompletableFuture<Void> inputs = CompletableFuture.completedFuture(null);
    try (Loading loading = new Loading(data, threads);
        InputStreams streams = new InputStreams(data, threads)) {
      send(runMessage());
      inputs = prefetch(threads, clock, started);
      Optional<JsonNode> end = converse(streams, loading);
      if (end.isPresent() && loading.isWritten() && isDone(end.get()) && !stopped.getAsBoolean()) {
        // Not after the worker's exit: giving back a large frame's memory takes it a while.
        Instant loaded = clock.instant();
        Published published = loading.publish();
        rows = published.rows();
        publishTime = Duration.between(loaded, clock.instant());
        JsonNode passages = end.get().path("round_trip");
        roundTrip = RoundTrip.of(passages, data.reads(), data.load(), published.columns());
        exit = worker.awaitExit();
      } else {
        exit = worker.awaitExit();
        failure = failureOf(end, exit, stopped.getAsBoolean(), serverLines);
      }
    } catch (FalException e) {
      failure =
          stopped.getAsBoolean()
              ? interrupted()
              : new Failure(e.problems().get(0).code(), writeCall + ": " + e.words(), null);
      worker.kill(); // it may wait for what will not come
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = interrupted();
    } finally {
      inputs.exceptionally(whoAskedWasTold -> null).join();
      inputFiles.forEach(DataFolder::discard);
    }
    return new ModelResult(
        held.uniqueId(),
        source.name(),
        source.file(),
        held.thread(),
        started,
        clock.instant(),
        rows,
        readTime,
        publishTime,
        roundTrip,
        exit.peakRssKb(),
        failure,
        log.path());
  }

  private static boolean isDone(JsonNode message) {
    return message.path("type").asText().equals("done");
  }

  // -- to the worker ----------------------------------------------------------------------------

  private ObjectNode runMessage() {
    ObjectNode message = Json.MAPPER.createObjectNode().put("type", "run");
    message.put("unique_id", held.uniqueId());
    message.setAll((ObjectNode) held.details().deepCopy());
    message.set("previous_columns", data.columns());
    message.put("path", source.path().toString());
    message.put("file", source.file());
    message.put("project_dir", project.root().toString());
    ArrayNode path = message.putArray("sys_path");
    project.importFolders(source.path()).forEach(each -> path.add(each.toString()));
    message.put("data_dir", folder.data().toString());
    message.put("spill_dir", folder.spill().toString());
    message.put("data_size", folder.size());
    message.set("target", target);
    message.set("vars", Json.MAPPER.valueToTree(project.vars()));
    ObjectNode declared = message.putObject("declared_types");
    held.details()
        .path("columns")
        .properties()
        .forEach(
            column -> {
              JsonNode type = column.getValue().path("data_type");
              if (type.isTextual()) {
                declared.set(column.getKey(), type);
              }
            });
    ArrayNode inputs = message.putArray("inputs");
    held.inputs().forEach(input -> inputs.add(inputMessage(input)));
    return message;
  }

  private static ObjectNode inputMessage(ResolvedInput input) {
    ObjectNode message = input.input().toJson().put("type", "input");
    message.put("unique_id", input.uniqueId());
    return message.put("relation", input.relation());
  }

  /** Sending to a worker that died is no failure of its own: its exit says what happened. */
  private void send(ObjectNode message) {
    try {
      worker.send(message);
    } catch (IOException e) {
      worker.kill();
    }
  }

  private CompletableFuture<Void> prefetch(Executor threads, Clock clock, Instant started) {
    List<CompletableFuture<Void>> reads = new ArrayList<>();
    for (ResolvedInput input : held.inputs()) {
      reads.add(
          CompletableFuture.runAsync(
              () -> {
                send(answer(input));
                readTime = Duration.between(started, clock.instant());
              },
              threads));
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new));
  }

  /** The message that gives the worker an input, or tells it why there is none. */
  private ObjectNode answer(ResolvedInput input) {
    try {
      List<Path> files = data.read(input);
      inputFiles.addAll(files);
      ObjectNode message = inputMessage(input);
      Json.putPaths(message, "files", files);
      return message;
    } catch (FalException e) {
      return input
          .input()
          .toJson()
          .put("type", "error")
          .put("code", e.problems().get(0).code())
          .put("message", "Could not read " + input.relation() + ": " + e.words());
    }
  }

  // -- from the worker --------------------------------------------------------------------------

  /** Answers the worker until it is done; empty when it left without a word. */
  private Optional<JsonNode> converse(InputStreams streams, Loading loading) {
    while (true) {
      Optional<JsonNode> received = worker.receive();
      if (received.isEmpty()) {
        return received;
      }
      JsonNode message = received.get();
      if (message.path("id").isMissingNode()) {
        return received;
      }
      send(answer(message, streams, loading).put("id", message.path("id").asInt()));
    }
  }

  private ObjectNode answer(JsonNode question, InputStreams streams, Loading loading) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    try {
      switch (question.path("type").asText()) {
        case "read" -> answer = answer(resolved(question));
        case "stream" -> {
          ResolvedInput input = resolved(question);
          int stream = streams.open(input, question.path("rows").asInt());
          answer.put("type", "opened").put("stream", stream).put("relation", input.relation());
        }
        case "next" -> {
          List<Path> files = streams.next(question.path("stream").asInt());
          Json.putPaths(answer.put("type", "part"), "files", files);
        }
        case "part" -> {
          writeCall = place(source.file(), question);
          List<Path> files = Json.paths(question.path("files"));
          loading.part(question.path("number").asInt(), files, question.path("mode").asText());
          answer.put("type", "taken");
        }
        case "write" -> {
          writeCall = place(source.file(), question);
          question.path("notices").forEach(notice -> onNotice.accept(notice.asText()));
          loading.end(Json.paths(question.path("files")), question.path("mode").asText());
          answer.put("type", "written");
        }
        default -> throw new IllegalStateException("the worker asked " + question);
      }
      return answer;
    } catch (FalException e) {
      return Json.MAPPER
          .createObjectNode()
          .put("type", "error")
          .put("code", e.problems().get(0).code())
          .put("message", e.words());
    }
  }

  private ResolvedInput resolved(JsonNode question) {
    ResolvedInput input = engine.resolve(held, ModelInput.from(question));
    undeclared.check(source, place(source.file(), question), input);
    return input;
  }

  private Failure failureOf(
      Optional<JsonNode> end, Worker.Exit exit, boolean stopped, Supplier<String> serverLines) {
    if (stopped) {
      return interrupted();
    }
    if (end.isEmpty()) {
      return new Failure("worker-crashed", source.file() + ": " + crash(exit, serverLines), null);
    }
    if (!isDone(end.get())) {
      return raised(end.get().path("error"));
    }
    return new Failure(
        "nothing-written",
        source.file()
            + ": the script ended without reaching its write_to_model call."
            + " Call it on every way through the script.",
        null);
  }

  private Failure interrupted() {
    return new Failure("interrupted", source.file() + ": interrupted", null);
  }

  private static String crash(Worker.Exit exit, Supplier<String> serverLines) {
    Integer signal = exit.signal();
    if (signal != null) {
      String guess =
          signal == SIGKILL ? " (killed from outside, or by the system for want of memory)" : "";
      return "its Python process was ended by signal " + signal + guess;
    }
    Integer code = exit.code();
    if (code != null) {
      return "its Python process ended with exit code " + code + " before the script's end";
    }
    return "its Python process could not be started or was lost.\n" + serverLines.get();
  }

  private Failure raised(JsonNode error) {
    JsonNode frames = error.path("frames");
    JsonNode last = frames.isEmpty() ? error : frames.get(frames.size() - 1);
    Location place = place(last.path("file").asText(source.file()), last);
    String message =
        "%s: %s: %s".formatted(place, error.path("class").asText(), error.path("message").asText());
    String code = error.path("code").asText("python-error");
    return new Failure(code, message, error.path("traceback").asText());
  }

  /** The line, where known the column, and a notebook's cell that a worker's message names. */
  private static Location place(String file, JsonNode message) {
    Integer cell = message.hasNonNull("cell") ? message.path("cell").asInt() : null;
    return new Location(file, message.path("line").asInt(), message.path("column").asInt(), cell);
  }
}
