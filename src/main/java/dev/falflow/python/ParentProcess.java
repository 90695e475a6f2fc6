package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The program that started this one and speaks JSON lines to its stdin and stdout. Lines are read
 * as they come, so that its end is noticed while an answer is being made.
 */
public final class ParentProcess implements Peer {
  private final OutputStream output;
  private final BlockingQueue<Optional<JsonNode>> questions = new LinkedBlockingQueue<>();
  private @Nullable Runnable onEnd; // its monitor is this object's, as that of the next
  private boolean ended;

  public ParentProcess(InputStream input, OutputStream output) {
    this.output = output;
    Thread reader = new Thread(() -> read(input), "fal-questions");
    reader.setDaemon(true);
    reader.start();
  }

  private void read(InputStream input) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        questions.add(Optional.of(Json.MAPPER.readTree(line)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      kill();
    }
  }

  /** What is to be done when it has left, on whatever thread; at once if it has. */
  public void onEnd(Runnable action) {
    synchronized (this) {
      onEnd = action;
      if (!ended) {
        return;
      }
    }
    action.run();
  }

  @Override
  public synchronized void send(ObjectNode message) throws IOException {
    output.write((message + "\n").getBytes(StandardCharsets.UTF_8));
    output.flush();
  }

  @Override
  public Optional<JsonNode> receive() {
    try {
      return questions.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void kill() {
    Runnable action;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      action = onEnd;
    }
    questions.add(Optional.empty());
    if (action != null) {
      action.run();
    }
  }
}
