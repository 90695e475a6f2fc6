package dev.falflow.warehouse.jdbc;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A MariaDB server of the test's own, on a free port, its data in a scratch folder. */
public final class MariaDbServer implements AutoCloseable {
  private static final long SECONDS_TO_START = 60;

  private final Process process;
  private final int port;

  private MariaDbServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** The server's program, from {@code FAL_TEST_MARIADBD}, {@code PATH} or {@code /usr/sbin}. */
  private static Optional<Path> program() {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    String named = System.getenv("FAL_TEST_MARIADBD");
    return named != null
        ? Optional.of(Path.of(named))
        : Stream.of(path.split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, "mariadbd"))
            .filter(Files::isExecutable)
            .findFirst();
  }

  /** One of these; the test is skipped where MariaDB is not installed. */
  public static MariaDbServer startOrSkip(Path scratch) throws IOException {
    Optional<Path> program = program();
    if (program.isEmpty()) {
      String reason = "no mariadbd on PATH; Debian's package mariadb-server-core has it";
      System.out.println("SKIPPED: " + reason);
      abort(reason);
    }
    return start(program.orElseThrow(), scratch);
  }

  private static MariaDbServer start(Path program, Path scratch) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path data = Files.createDirectories(scratch.resolve("mariadb"));
    Path messages = program.resolveSibling("../share/mysql").normalize();
    List<String> command = new ArrayList<>(List.of(program.toString(), "--no-defaults"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root");
    }
    command.addAll(
        List.of(
            "--skip-grant-tables",
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--datadir=" + data,
            "--socket=" + data.resolve("socket"),
            "--pid-file=" + data.resolve("pid"),
            "--lc-messages-dir=" + messages,
            "--character-sets-dir=" + messages.resolve("charsets")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("mariadb.log").toFile())
            .start();
    MariaDbServer server = new MariaDbServer(process, port);
    server.awaitReady(scratch.resolve("mariadb.log"));
    return server;
  }

  private void awaitReady(Path log) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
    while (true) {
      try {
        DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/?user=root").close();
        return;
      } catch (SQLException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          close();
          throw new IllegalStateException("MariaDB did not start:\n" + Files.readString(log), e);
        }
      }
    }
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(SECONDS_TO_START, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
