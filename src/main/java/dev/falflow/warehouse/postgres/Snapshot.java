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
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level repeatable read, read only");
      if (expected > 0) {
        statement.execute("set transaction snapshot " + Identifiers.literal(exported()));
      }
    }
  }

  private String exported() throws SQLException {
    String known = name;
    if (known != null) {
      return known;
    }
    Connection made = connections.take();
    leader = made;
    try (Statement statement = made.createStatement()) {
      statement.execute("set transaction isolation level repeatable read, read only");
      try (ResultSet row = statement.executeQuery("select pg_catalog.pg_export_snapshot()")) {
        row.next();
        known = row.getString(1);
      }
    }
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
