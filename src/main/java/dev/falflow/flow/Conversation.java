package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.dbt.DbtEngine.CompiledSql;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.python.Peer;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one worker, or an application outside any run, asks, and the answers. A Python model's own
 * table waits for its script's end; whatever else is written is published when it has been written.
 */
final class Conversation implements AutoCloseable {
  /** Whether a file may read what it asks for. */
  interface Admission {
    /** Returns when it may; throws otherwise. */
    void check(Location call, ResolvedInput input);
  }

  private final Workplace place;
  private final Hold hold;
  private final String file;
  private final Peer worker;
  private final ModelData data;
  private final @Nullable Loading own;
  private final Admission admission;
  private final Consumer<String> onNotice;
  private final InputStreams streams;
  private final Queue<Path> inputFiles = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Target> targets = new HashMap<>();
  private Location writeCall;

  /**
   * @param own where a Python model's table is loaded, null for a script
   * @param onNotice told of what a write has to say
   */
  Conversation(
      Workplace place,
      Hold hold,
      String file,
      Peer worker,
      ModelData data,
      @Nullable Loading own,
      Admission admission,
      Consumer<String> onNotice) {
    this.place = place;
    this.hold = hold;
    this.file = file;
    this.worker = worker;
    this.data = data;
    this.own = own;
    this.admission = admission;
    this.onNotice = onNotice;
    this.streams = new InputStreams(data, place.threads());
    this.writeCall = Location.of(file);
  }

  /** A relation beside the model's own that is being written. */
  private record Target(Hold hold, ModelData data, Loading loading) {
    void close() {
      loading.close();
      data.close();
    }
  }

  /** Where the file last wrote, for an error that comes later. */
  Location writeCall() {
    return writeCall;
  }

  /** Sending to a worker that died is no failure of its own: its exit says what happened. */
  void send(ObjectNode message) {
    try {
      worker.send(message);
    } catch (IOException e) {
      worker.kill();
    }
  }

  /** Answers the worker until it is done; empty when it left without a word. */
  Optional<JsonNode> untilDone() {
    while (true) {
      Optional<JsonNode> received = worker.receive();
      if (received.isEmpty() || received.get().path("id").isMissingNode()) {
        return received;
      }
      JsonNode question = received.get();
      send(answer(question).put("id", question.path("id").asInt()));
    }
  }

  static ObjectNode inputMessage(ResolvedInput input) {
    ObjectNode message = input.input().toJson().put("type", "input");
    message.put("unique_id", input.uniqueId());
    return message.put("relation", input.relation());
  }

  /** The message that gives the worker an input, or tells it why there is none. */
  ObjectNode answer(ResolvedInput input) {
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

  private ObjectNode answer(JsonNode question) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    try {
      switch (question.path("type").asText()) {
        case "read" -> answer = answer(resolved(question));
        case "execute" -> answer = execute(question);
        case "stream" -> {
          ResolvedInput input = resolved(question);
          int stream = streams.open(input, question.path("rows").asInt());
          answer.put("type", "opened").put("stream", stream).put("relation", input.relation());
        }
        case "next" -> {
          List<Path> files = streams.next(question.path("stream").asInt());
          Json.putPaths(answer.put("type", "part"), "files", files);
        }
        case "target" -> answer = open(question);
        case "part" -> {
          writeCall = place(file, question);
          List<Path> files = Json.paths(question.path("files"));
          loading(question)
              .part(question.path("number").asInt(), files, question.path("mode").asText());
          answer.put("type", "taken");
        }
        case "write" -> {
          writeCall = place(file, question);
          question.path("notices").forEach(notice -> onNotice.accept(notice.asText()));
          loading(question).end(Json.paths(question.path("files")), question.path("mode").asText());
          publishUnlessOwn(question);
          answer.put("type", "written");
        }
        case "end" -> {
          giveUp(question);
          answer.put("type", "ended");
        }
        case "project" -> {
          answer.put("type", "project");
          answer.set("project", place.statuses().described());
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
    ResolvedInput input = place.engine().resolve(hold, ModelInput.from(question));
    admission.check(place(file, question), input);
    return input;
  }

  private ObjectNode execute(JsonNode question) {
    CompiledSql sql = place.engine().compile(hold, question.path("sql").asText());
    sql.inputs().forEach(input -> admission.check(place(file, question), input));
    List<Path> files = data.execute(withoutSemicolon(sql.query()));
    inputFiles.addAll(files);
    ObjectNode answer = Json.MAPPER.createObjectNode().put("type", "input");
    Json.putPaths(answer, "files", files);
    return answer;
  }

  /** On a line of its own is what follows a query, which may end in a comment. */
  private static String withoutSemicolon(String sql) {
    String stripped = sql.strip();
    while (stripped.endsWith(";")) {
      stripped = stripped.substring(0, stripped.length() - 1).stripTrailing();
    }
    return stripped + "\n";
  }

  private ObjectNode open(JsonNode question) {
    Hold target = place.engine().target(hold, ModelInput.from(question));
    ModelData written = place.warehouse().open(target);
    targets.put(target.hold(), new Target(target, written, new Loading(written, place.threads())));
    ObjectNode answer = Json.MAPPER.createObjectNode().put("type", "target");
    answer.put("target", target.hold());
    answer.set("previous_columns", written.columns());
    answer.set("declared_types", declaredTypes(target.details()));
    return answer;
  }

  private Loading loading(JsonNode question) {
    Target target = targets.get(question.path("target").asInt());
    if (target != null) {
      return target.loading();
    }
    if (own == null) {
      throw new IllegalStateException("a script wrote to no target: " + question);
    }
    return own;
  }

  private void publishUnlessOwn(JsonNode question) {
    Target target = targets.remove(question.path("target").asInt());
    if (target != null) {
      try {
        target.loading().publish();
      } finally {
        target.close();
        place.engine().release(target.hold(), true, "", 0);
      }
    }
  }

  /** A stream that is read no further, or a relation that is not written after all. */
  private void giveUp(JsonNode question) {
    if (question.has("stream")) {
      streams.close(question.path("stream").asInt());
    }
    Target target = targets.remove(question.path("target").asInt());
    if (target != null) {
      target.close();
      place.engine().release(target.hold(), false, "", 0);
    }
  }

  /** The {@code data_type} of each column whose YAML gives one. */
  static ObjectNode declaredTypes(JsonNode details) {
    ObjectNode declared = Json.MAPPER.createObjectNode();
    details
        .path("columns")
        .properties()
        .forEach(
            column -> {
              JsonNode type = column.getValue().path("data_type");
              if (type.isTextual()) {
                declared.set(column.getKey(), type);
              }
            });
    return declared;
  }

  /** The line, where known the column, and a notebook's cell that a worker's message names. */
  static Location place(String file, JsonNode message) {
    Integer cell = message.hasNonNull("cell") ? message.path("cell").asInt() : null;
    return new Location(file, message.path("line").asInt(), message.path("column").asInt(), cell);
  }

  /** Ends what was begun and not published; files that were read are gone. */
  @Override
  public void close() {
    streams.close();
    for (Target target : new ArrayList<>(targets.values())) {
      target.close();
      place.engine().release(target.hold(), false, "", 0);
    }
    inputFiles.forEach(DataFolder::discard);
  }
}
