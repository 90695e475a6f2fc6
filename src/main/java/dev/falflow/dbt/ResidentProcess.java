package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.python.PythonProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The wire to {@code fal/_resident.py} or {@code fal/_process.py}: numbered commands and their
 * replies, events and holds. Their module docstrings are the contract.
 */
public final class ResidentProcess implements AutoCloseable {
  private final PythonProcess process;
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private volatile Consumer<DbtEvent> onEvent = event -> {};
  private volatile Consumer<JsonNode> onHold = held -> {};

  public ResidentProcess(
      Path python, String module, Path packageFolder, List<Path> foldersToRemove) {
    List<String> command = new ArrayList<>(List.of(module));
    foldersToRemove.forEach(folder -> command.add(folder.toString()));
    process =
        new PythonProcess(
            python, command, packageFolder, System.getenv(), this::receive, this::died);
  }

  public static ObjectNode command(String operation) {
    return Json.MAPPER.createObjectNode().put("op", operation);
  }

  public void listen(Consumer<DbtEvent> newOnEvent, Consumer<JsonNode> newOnHold) {
    onEvent = newOnEvent;
    onHold = newOnHold;
  }

  /** Sends a command and waits for its result; an error reply is a FalException with its code. */
  public JsonNode call(ObjectNode command) {
    int id = numbers.incrementAndGet();
    CompletableFuture<JsonNode> reply = new CompletableFuture<>();
    calls.put(id, reply);
    process.tell(command.put("id", id));
    if (!process.isAlive()) {
      died();
    }
    return join(reply);
  }

  /** Sends a command that has no reply; a process that is gone is noticed by whoever waits. */
  public void tell(ObjectNode command) {
    process.tell(command);
  }

  private static JsonNode join(CompletableFuture<JsonNode> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FalException known) {
        throw new FalException(known.problems().get(0), known);
      }
      throw e;
    }
  }

  private void receive(JsonNode message) {
    switch (message.path("type").asText()) {
      case "hello" -> {} // its versions, for people who read the wire
      case "event" -> onEvent.accept(DbtEvent.from(message));
      case "hold" -> onHold.accept(message);
      case "reply" -> {
        CompletableFuture<JsonNode> call = calls.remove(message.path("id").asInt());
        if (call != null) {
          answer(call, message);
        }
      }
      default -> throw new IllegalStateException("unknown message from dbt's process: " + message);
    }
  }

  private static void answer(CompletableFuture<JsonNode> call, JsonNode reply) {
    if (reply.path("ok").asBoolean()) {
      call.complete(reply.path("result"));
    } else {
      JsonNode error = reply.path("error");
      call.completeExceptionally(
          new FalException(
              Problem.of(error.path("code").asText(), error.path("message").asText())));
    }
  }

  /** Whoever still waits for the process learns that it is gone, with its last lines. */
  private void died() {
    if (calls.isEmpty()) {
      return;
    }
    FalException gone =
        new FalException(
            Problem.of(
                "dbt-process-ended",
                "dbt's process ended before it was done.\n" + process.lastLines()));
    for (Integer id : List.copyOf(calls.keySet())) {
      CompletableFuture<JsonNode> call = calls.remove(id);
      if (call != null) {
        call.completeExceptionally(gone);
      }
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
