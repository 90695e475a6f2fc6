package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The Unix socket that workers connect to, three times each: control, stdout, stderr. The first
 * line of a connection names the worker and carries its token; a connection without a good one is
 * closed.
 */
final class WorkerListener implements AutoCloseable {
  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Worker> expected = new ConcurrentHashMap<>();

  WorkerListener(Path folder) {
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      path = bound(server, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread thread = new Thread(this::accept, "fal-worker-listener");
    thread.setDaemon(true);
    thread.start();
  }

  /** The first name that is free: a run has a listener for each of its Python environments. */
  private static Path bound(ServerSocketChannel server, Path folder) throws IOException {
    for (int number = 1; ; number++) {
      Path path = folder.resolve("s" + number);
      try {
        server.bind(UnixDomainSocketAddress.of(path));
        return path;
      } catch (BindException e) {
        if (!Files.exists(path)) {
          throw e;
        }
      }
    }
  }

  Path path() {
    return path;
  }

  void expect(Worker worker) {
    expected.put(worker.token(), worker);
  }

  void forget(Worker worker) {
    expected.remove(worker.token());
  }

  private void accept() {
    while (true) {
      SocketChannel channel;
      try {
        channel = server.accept();
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Thread thread = new Thread(() -> greet(channel), "fal-worker-connection");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Reads the first line, then stays with a stdout or stderr connection until it ends. */
  private void greet(SocketChannel channel) {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream(channel), StandardCharsets.UTF_8));
    try {
      JsonNode first = Json.MAPPER.readTree(String.valueOf(lines.readLine()));
      Worker worker = expected.get(first.path("token").asText());
      if (worker == null) {
        channel.close();
        return;
      }
      worker.connected(first.path("stream").asText(), channel, lines);
    } catch (IOException e) {
      // A worker that died while it connected: its exit is reported by the fork server.
    }
  }

  /**
   * Reads the channel without the lock that {@link java.nio.channels.Channels} shares between its
   * input and output streams, which would block a write while a read waits.
   */
  private static InputStream stream(SocketChannel channel) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return channel.read(ByteBuffer.wrap(bytes, offset, length));
      }
    };
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
