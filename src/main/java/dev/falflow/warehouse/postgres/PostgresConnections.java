package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Identifiers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLState;

/** Connections as dbt-postgres's profile describes them; those not in use are kept for the next. */
final class PostgresConnections implements AutoCloseable {
  private static final int DEFAULT_PORT = 5432;
  private static final int DEFAULT_TIMEOUT = 10; // dbt-postgres's own

  private final JsonNode profile;
  private final Certificates certificates;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final Set<Connection> used = ConcurrentHashMap.newKeySet();

  /**
   * Nothing is connected yet.
   *
   * @param profile the credentials of dbt's target, rendered
   * @param root the project's folder, which the paths of certificates start from
   * @param folder for a key in the driver's form, while there are connections
   */
  PostgresConnections(JsonNode profile, Path root, DataFolder folder) {
    this.profile = profile;
    this.certificates = new Certificates(profile, root, folder);
  }

  /** A connection in a transaction of its own, not begun; give it back with {@link #giveBack}. */
  Connection take() throws SQLException {
    Connection kept = idle.poll();
    Connection connection = kept != null ? kept : connect();
    used.add(connection);
    return connection;
  }

  /** Rolls back what was not committed. */
  void giveBack(Connection connection) {
    used.remove(connection);
    try {
      connection.rollback();
      idle.add(connection);
    } catch (SQLException broken) {
      close(connection);
    }
  }

  private Connection connect() throws SQLException {
    int attempts = 1 + Math.max(0, profile.path("retries").asInt(1));
    for (int attempt = 1; ; attempt++) {
      try {
        return connectOnce();
      } catch (SQLException e) {
        boolean mayPass =
            PSQLState.isConnectionError(e.getSQLState())
                || PSQLState.CONNECTION_UNABLE_TO_CONNECT.getState().equals(e.getSQLState());
        if (!mayPass || attempt >= attempts) {
          throw e;
        }
      }
    }
  }

  private Connection connectOnce() throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    if (isSocket()) {
      source.setSocketFactory(UnixSocketFactory.class.getName());
      source.setSocketFactoryArg(place());
      source.setSslmode("disable"); // as libpq does: nothing leaves the machine
    } else {
      source.setServerNames(new String[] {profile.path("host").asText()});
      certificates.tell(source);
    }
    source.setPortNumbers(new int[] {profile.path("port").asInt(DEFAULT_PORT)});
    source.setDatabaseName(profile.path("database").asText());
    source.setConnectTimeout(profile.path("connect_timeout").asInt(DEFAULT_TIMEOUT));
    source.setApplicationName(profile.path("application_name").asText("fal"));
    source.setTcpKeepAlive(true);
    // A statement's columns are asked for anew each time: its table may be another by then.
    source.setPreparedStatementCacheQueries(0);
    source.setUser(profile.path("user").asText(null));
    source.setPassword(profile.path("password").asText(null));
    String searchPath = profile.path("search_path").asText("");
    if (!searchPath.isEmpty()) {
      source.setOptions("-c search_path=" + searchPath.replace(" ", "\\ "));
    }
    Connection connection = source.getConnection();
    try {
      String role = profile.path("role").asText("");
      if (!role.isEmpty()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("set role " + Identifiers.quote(role));
        }
      }
      connection.setAutoCommit(false);
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
    return connection;
  }

  /** A host that is a folder means the server's socket in it. */
  private boolean isSocket() {
    return profile.path("host").asText().startsWith("/");
  }

  /** {@code host:port}, or the server's socket. */
  String place() {
    String between = isSocket() ? "/.s.PGSQL." : ":";
    return profile.path("host").asText() + between + profile.path("port").asInt(DEFAULT_PORT);
  }

  /** Interrupts what runs on every connection in use. */
  void cancel() {
    used.forEach(PostgresConnections::cancel);
  }

  /** Interrupts what runs on a connection. */
  static void cancel(Connection connection) {
    try {
      connection.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException e) {
      // It ended, or it will notice that the run is over when it is closed.
    }
  }

  @Override
  public void close() {
    idle.forEach(PostgresConnections::close);
    idle.clear();
    certificates.close();
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken.
    }
  }
}
