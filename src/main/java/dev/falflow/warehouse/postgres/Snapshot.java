package dev.falflow.warehouse.postgres;

import dev.falflow.warehouse.Identifiers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * One moment of the database for all inputs known beforehand: exported by a connection that waits
 * until all are read ({@code pg_export_snapshot}). Later inputs are read as they are then.
 */
final class Snapshot implements AutoCloseable {
  private final PostgresConnections connections;
  private int expected;
  private @Nullable Connection leader;
  private @Nullable String name;

  /** {@code inputs}: how many reads will share it; it takes two to need it. */
  Snapshot(PostgresConnections connections, int inputs) {
    this.connections = connections;
    this.expected = inputs < 2 ? 0 : inputs;
  }

  /** Begins the connection's transaction, in the snapshot while there is one. */
  synchronized void join(Connection connection) throws SQLException {
    if (expected > 0) {
      join(connection, exported());
    } else {
      begin(connection);
    }
  }

  /** The name of the snapshot that a connection has joined, for others to be in it. */
  synchronized String nameOf(Connection joined) throws SQLException {
    return expected > 0 ? exported() : export(joined);
  }

  /** Begins the connection's transaction in a snapshot that was exported. */
  static void join(Connection connection, String name) throws SQLException {
    begin(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction snapshot " + Identifiers.literal(name));
    }
  }

  private static void begin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level repeatable read, read only");
    }
  }

  private static String export(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_catalog.pg_export_snapshot()")) {
      row.next();
      return row.getString(1);
    }
  }

  private String exported() throws SQLException {
    String known = name;
    if (known != null) {
      return known;
    }
    Connection made = connections.take();
    leader = made;
    begin(made);
    known = export(made);
    name = known;
    return known;
  }

  /** One read has ended. */
  synchronized void left() {
    if (expected > 0 && --expected == 0) {
      close();
    }
  }

  @Override
  public synchronized void close() {
    Connection last = leader;
    leader = null;
    expected = 0;
    if (last != null) {
      connections.giveBack(last);
    }
  }
}
