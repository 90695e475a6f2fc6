package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One Python environment's fork server: it has imported pandas and pyarrow and forks a fresh worker
 * for each model (DESIGN D4). It takes its workers with it when it leaves; the contract is the
 * docstring of {@code fal/_fork_server.py}.
 */
public final class ForkServer implements AutoCloseable {
  private final PythonProcess process;
  private final WorkerListener listener;
  private final Map<String, Worker> workers = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final SecureRandom random = new SecureRandom();
  private volatile boolean gone;

  /**
   * Starts the server; it imports while the caller goes on.
   *
   * @param environment variables the models may see, complete
   * @param socketFolder private to the user, with a short path
   */
  public ForkServer(
      Path python, Path packageFolder, Map<String, String> environment, Path socketFolder) {
    listener = new WorkerListener(socketFolder);
    process =
        new PythonProcess(
            python,
            List.of("fal._fork_server"),
            packageFolder,
            environment,
            this::receive,
            this::loseWorkers);
  }

  /** Forks a worker; its lines go to {@code onOutput} on threads of the worker's own. */
  public Worker spawn(Consumer<Worker.Output> onOutput) {
    String name = "w" + numbers.incrementAndGet();
    byte[] secret = new byte[16];
    random.nextBytes(secret);
    String token = HexFormat.of().formatHex(secret);
    Worker worker =
        new Worker(token, onOutput, () -> process.tell(command("kill", name)), listener::forget);
    workers.put(name, worker);
    listener.expect(worker);
    process.tell(
        command("spawn", name).put("socket", listener.path().toString()).put("token", token));
    if (gone) {
      loseWorkers();
    }
    return worker;
  }

  private static ObjectNode command(String type, String worker) {
    return Json.MAPPER.createObjectNode().put("type", type).put("worker", worker);
  }

  private void receive(JsonNode message) {
    if (!message.path("type").asText().equals("exited")) {
      return; // "ready" and "spawned" are news for people who read the wire
    }
    Worker worker = workers.remove(message.path("worker").asText());
    if (worker != null) {
      worker.exited(
          new Worker.Exit(
              integer(message, "code"),
              integer(message, "signal"),
              message.path("max_rss_kb").asLong()));
    }
  }

  private static @Nullable Integer integer(JsonNode message, String field) {
    JsonNode value = message.get(field);
    return value == null || value.isNull() ? null : value.asInt();
  }

  /** The server is gone, and its workers with it. */
  private void loseWorkers() {
    gone = true;
    for (String name : List.copyOf(workers.keySet())) {
      Worker worker = workers.remove(name);
      if (worker != null) {
        worker.exited(new Worker.Exit(null, null, 0));
      }
    }
  }

  /** The server's last lines on stderr, for the error of a worker that never started. */
  public String lastLines() {
    return process.lastLines();
  }

  @Override
  public void close() {
    try {
      process.close();
    } finally {
      listener.close();
    }
  }
}
