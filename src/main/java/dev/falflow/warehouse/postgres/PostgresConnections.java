package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.warehouse.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Deque;
import java.util.List;
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
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final Set<Connection> used = ConcurrentHashMap.newKeySet();

  /** {@code profile}: the credentials of dbt's target, rendered. */
  PostgresConnections(JsonNode profile) {
    this.profile = profile;
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
    source.setServerNames(new String[] {profile.path("host").asText()});
    source.setPortNumbers(new int[] {profile.path("port").asInt(DEFAULT_PORT)});
    source.setDatabaseName(profile.path("database").asText());
    source.setConnectTimeout(profile.path("connect_timeout").asInt(DEFAULT_TIMEOUT));
    source.setApplicationName(profile.path("application_name").asText("fal"));
    source.setTcpKeepAlive(true);
    // A statement's columns are asked for anew each time: its table may be another by then.
    source.setPreparedStatementCacheQueries(0);
    for (String name : List.of("user", "password", "sslmode", "sslcert", "sslkey", "sslrootcert")) {
      JsonNode value = profile.path(name);
      if (!value.isMissingNode() && !value.isNull()) {
        source.setProperty(name, value.asText());
      }
    }
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

  /** {@code host:port}, for errors. */
  String place() {
    return profile.path("host").asText() + ":" + profile.path("port").asInt(DEFAULT_PORT);
  }

  /** Interrupts what runs on every connection in use. */
  void cancel() {
    for (Connection connection : used) {
      try {
        connection.unwrap(PGConnection.class).cancelQuery();
      } catch (SQLException e) {
        // It ended, or it will notice that the run is over when it is closed.
      }
    }
  }

  @Override
  public void close() {
    idle.forEach(PostgresConnections::close);
    idle.clear();
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken.
    }
  }
}
