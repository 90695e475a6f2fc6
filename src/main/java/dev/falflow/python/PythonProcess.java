package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A Python process of ours that speaks JSON lines over its stdin and stdout and leaves by itself at
 * the end of its stdin. The last lines of its stderr are kept for the error of an early end.
 */
public final class PythonProcess implements AutoCloseable {
  private static final int TAIL_LINES = 40;
  private static final long LEAVE_SECONDS = 10;

  private final Process process;
  private final BufferedWriter input;
  private final Deque<String> tail = new ArrayDeque<>();
  private final Thread errors;
  private final Runnable onEnd;

  /**
   * Starts {@code python -m module arguments…} in the current folder, as dbt itself would.
   *
   * @param packageFolder goes first on PYTHONPATH
   * @param environment all variables the process gets
   * @param onMessage called on the reading thread for each line of stdout
   * @param onEnd called once stdout has ended, possibly again when a message cannot be sent
   */
  public PythonProcess(
      Path python,
      List<String> moduleAndArguments,
      Path packageFolder,
      Map<String, String> environment,
      Consumer<JsonNode> onMessage,
      Runnable onEnd) {
    this.onEnd = onEnd;
    ProcessBuilder builder = new ProcessBuilder(python.toString(), "-m");
    builder.command().addAll(moduleAndArguments);
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    variables.merge("PYTHONPATH", packageFolder.toString(), (own, ours) -> ours + ":" + own);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new FalException(
          Problem.of("python-not-started", "Could not start " + python + ": " + e.getMessage()), e);
    }
    input = process.outputWriter(StandardCharsets.UTF_8);
    String name = moduleAndArguments.get(0);
    errors = thread(name + " stderr", this::readErrors);
    thread(name, () -> readMessages(onMessage));
  }

  private static Thread thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Sends one line; when the process is gone, {@code onEnd} is called instead. */
  public void tell(ObjectNode message) {
    synchronized (input) {
      try {
        input.write(message.toString());
        input.write('\n');
        input.flush();
        return;
      } catch (IOException e) {
        // The pipe is broken: the process is gone.
      }
    }
    onEnd.run();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The last lines of stderr, complete once the process has ended. */
  public String lastLines() {
    try {
      errors.join(process.isAlive() ? 1 : TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (tail) {
      return String.join("\n", tail);
    }
  }

  private void readMessages(Consumer<JsonNode> onMessage) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        onMessage.accept(Json.MAPPER.readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      onEnd.run();
    }
  }

  private void readErrors() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (tail) {
          tail.addLast(line);
          if (tail.size() > TAIL_LINES) {
            tail.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends stdin, waits for the process to leave, then insists. */
  @Override
  public void close() {
    try {
      input.close();
    } catch (IOException e) {
      // The pipe is broken because the process is gone, which is what close is for.
    }
    try {
      if (!process.waitFor(LEAVE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
