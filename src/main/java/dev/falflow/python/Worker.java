package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One forked Python process that runs one model: its control channel, its output lines, its end.
 * {@code fal/_worker.py} is the other side and holds the contract.
 */
public final class Worker implements Peer {
  private static final long OUTPUT_SECONDS = 5;

  private final String token;
  private final Consumer<Output> onOutput;
  private final Runnable kill;
  private final Consumer<Worker> onForgotten;
  private final CompletableFuture<Control> control = new CompletableFuture<>();
  private final CompletableFuture<Exit> exit = new CompletableFuture<>();
  private final CountDownLatch outputEnds = new CountDownLatch(2);

  /**
   * Made by its server.
   *
   * @param onForgotten called once nothing more of it is waited for: its connections may be greeted
   *     after its exit
   */
  Worker(String token, Consumer<Output> onOutput, Runnable kill, Consumer<Worker> onForgotten) {
    this.token = token;
    this.onOutput = onOutput;
    this.kill = kill;
    this.onForgotten = onForgotten;
  }

  /** A line that the model printed; {@code stream} is {@code stdout} or {@code stderr}. */
  public record Output(String stream, String line) {}

  /**
   * How the process ended.
   *
   * @param code exit code, null when a signal ended it
   * @param signal number, null without
   * @param peakRssKb largest resident memory, kB
   */
  public record Exit(@Nullable Integer code, @Nullable Integer signal, long peakRssKb) {}

  private record Control(SocketChannel channel, BufferedReader lines) {}

  String token() {
    return token;
  }

  /** Called on the connection's own thread; returns when an output stream ends. */
  void connected(String stream, SocketChannel channel, BufferedReader lines) throws IOException {
    if (stream.equals("control")) {
      control.complete(new Control(channel, lines));
      return;
    }
    try (channel) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        onOutput.accept(new Output(stream, line));
      }
    } finally {
      outputEnds.countDown();
    }
  }

  void exited(Exit how) {
    exit.complete(how);
    control.completeExceptionally(new IOException("the worker is gone"));
  }

  /**
   * Sends a message; waits for the worker to connect first.
   *
   * @throws IOException when the worker is gone
   */
  @Override
  public void send(ObjectNode message) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((message + "\n").getBytes(StandardCharsets.UTF_8));
    Control open = control();
    synchronized (open) {
      while (bytes.hasRemaining()) {
        open.channel.write(bytes);
      }
    }
  }

  /** The worker's next message; empty when it closed its channel or died. */
  @Override
  public Optional<JsonNode> receive() {
    try {
      String line = control().lines.readLine();
      return line == null ? Optional.empty() : Optional.of(Json.MAPPER.readTree(line));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Control control() throws IOException {
    try {
      return control.join();
    } catch (CompletionException e) {
      throw new IOException("the worker is gone", e);
    }
  }

  /** Waits for the process's end and for the last of what it printed. */
  public Exit awaitExit() throws InterruptedException {
    Exit how = exit.join();
    if (control.isDone() && !control.isCompletedExceptionally()) {
      // Its group is killed with it, so both streams end; the limit is for a lost connection.
      if (!outputEnds.await(OUTPUT_SECONDS, TimeUnit.SECONDS)) {
        onOutput.accept(new Output("stderr", "(output may be incomplete)"));
      }
      try {
        control.join().channel.close();
      } catch (IOException e) {
        // It was closed from the other side.
      }
    }
    onForgotten.accept(this);
    return how;
  }

  /** Ends the worker's whole process group at once. */
  @Override
  public void kill() {
    kill.run();
  }
}
