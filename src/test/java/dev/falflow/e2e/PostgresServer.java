package dev.falflow.e2e;

import dev.falflow.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server of the tests' own, made from the binaries found on this machine: its data in
 * a temporary folder, a free port of the loopback, passwords checked. Started as root it runs as
 * {@code nobody}, since PostgreSQL refuses root.
 */
final class PostgresServer implements AutoCloseable {
  static final String PASSWORD = "s3cret \"of' fal";
  static final String OWNER = "shopkeeper";
  private static final String NOBODY = "65534";
  private static final int SECONDS = 60;

  private final Path folder;
  private final Path binaries;
  private final int port;
  private Process process;
  private List<String> settings = List.of();

  private static final class Shared {
    static final PostgresServer SERVER = new PostgresServer();
  }

  /** The server that all test classes share; it ends with the tests. */
  static PostgresServer shared() {
    return Shared.SERVER;
  }

  PostgresServer() {
    try {
      binaries = binaries();
      folder = Files.createTempDirectory("fal-test-postgres-");
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      Path password = Files.writeString(folder.resolve("password"), PASSWORD);
      own(folder);
      finish(
          command(
              "initdb",
              "--pgdata=" + data(),
              "--username=" + OWNER,
              "--auth=scram-sha-256",
              "--pwfile=" + password,
              "--encoding=UTF8",
              "--locale=C.UTF-8",
              "--no-sync"));
      process = launch();
      awaitAnswer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  private static Path binaries() throws IOException {
    List<Path> places = new ArrayList<>();
    try (Stream<Path> versions =
        Files.isDirectory(Path.of("/usr/lib/postgresql"))
            ? Files.list(Path.of("/usr/lib/postgresql"))
            : Stream.empty()) {
      versions.sorted().forEach(version -> places.add(0, version.resolve("bin")));
    }
    Arrays.stream(System.getenv("PATH").split(":")).map(Path::of).forEach(places::add);
    return places.stream()
        .filter(place -> Files.isExecutable(place.resolve("initdb")))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("no initdb found: install the Debian package postgresql"));
  }

  private static boolean isRoot() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }

  private static void own(Path path) throws IOException {
    if (isRoot()) {
      finish(new ProcessBuilder("chown", "-R", NOBODY + ":" + NOBODY, path.toString()));
    }
  }

  /** Its socket is here, and what it was {@link #give given}. */
  Path folder() {
    return folder;
  }

  /** A copy of a file that is the server's own and no one else's to read. */
  Path give(Path file) throws IOException {
    Path copy = Files.copy(file, folder.resolve(file.getFileName()));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
    own(copy);
    return copy;
  }

  /** Who may connect how, before what {@code initdb} wrote; holds from the next start. */
  void permit(String... rules) throws IOException {
    Path file = Path.of(data(), "pg_hba.conf");
    Files.writeString(file, String.join("\n", rules) + "\n" + Files.readString(file));
  }

  /** Starts it anew with these settings, {@code name=value}. */
  void restart(String... changed) throws IOException {
    process.destroy();
    process.onExit().join();
    settings = List.of(changed);
    start();
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private ProcessBuilder command(String program, String... arguments) throws IOException {
    List<String> words = new ArrayList<>();
    if (isRoot()) {
      words.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }
    words.add(binaries.resolve(program).toString());
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    return builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
  }

  private static void finish(ProcessBuilder builder) throws IOException {
    Process ended = builder.start();
    try {
      if (!ended.waitFor(SECONDS, TimeUnit.SECONDS) || ended.exitValue() != 0) {
        throw new AssertionError(builder.command() + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts it again after {@link #kill}. */
  void start() throws IOException {
    process = launch();
    awaitAnswer();
  }

  private Process launch() throws IOException {
    List<String> words =
        new ArrayList<>(List.of("-D", data(), "-p", String.valueOf(port), "-k", folder.toString()));
    List<String> all =
        new ArrayList<>(List.of("listen_addresses=127.0.0.1", "fsync=off", "max_connections=50"));
    all.addAll(settings);
    all.forEach(setting -> words.addAll(List.of("-c", setting)));
    return command("postgres", words.toArray(String[]::new)).start();
  }

  private void awaitAnswer() throws IOException {
    SQLException last = null;
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        System.nanoTime() < end && process.isAlive(); ) {
      try {
        connect().close();
        return;
      } catch (SQLException e) {
        last = e;
        Thread.onSpinWait();
      }
    }
    throw new AssertionError(
        "the server does not start: " + Files.readString(folder.resolve("log")), last);
  }

  /** Ends it at once, connections broken, as a crash does; the data stays. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  int port() {
    return port;
  }

  /** A connection of the owner's. */
  Connection connect() throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {"127.0.0.1"});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("postgres");
    source.setUser(OWNER);
    source.setPassword(PASSWORD);
    return source.getConnection();
  }

  /** The variables that {@code profiles.yml} of the sample projects reads. */
  FalCli reachedFrom(FalCli fal, String schema) {
    return fal.with("SHOP_PORT", String.valueOf(port))
        .with("SHOP_USER", OWNER)
        .with("SHOP_PASSWORD", PASSWORD)
        .with("SHOP_SCHEMA", schema);
  }

  void execute(String... statements) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The rows of a query, values joined by comma and blank. */
  List<String> rows(String query) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      int width = found.getMetaData().getColumnCount();
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          row.add(found.getString(i));
        }
        rows.add(String.join(", ", row));
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Every column's type by name, as SQL writes it. */
  Map<String, String> types(String table) {
    Map<String, String> types = new TreeMap<>();
    rows("select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '"
            + table
            + "'::regclass and attnum > 0")
        .forEach(
            row ->
                types.put(
                    row.substring(0, row.indexOf(", ")), row.substring(row.indexOf(", ") + 2)));
    return types;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
