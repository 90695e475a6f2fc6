package dev.falflow.warehouse.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Deque;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/** Connections to an address; those not in use are kept for the next. */
final class JdbcConnections implements AutoCloseable {
  private final Supplier<Driver> driver;
  private final Address address;
  private final Deque<Session> idle = new ConcurrentLinkedDeque<>();
  private final Set<Statement> running = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** {@code driver} is asked for when the first connection is. */
  JdbcConnections(Supplier<Driver> driver, Address address) {
    this.driver = driver;
    this.address = address;
  }

  Address address() {
    return address;
  }

  /** A connection that commits by itself; give it back with {@link #giveBack}. */
  Session take() throws SQLException {
    Session kept = idle.poll();
    return kept != null ? kept : connect();
  }

  /** Rolls back what was not committed. */
  void giveBack(Session session) {
    Connection connection = session.connection;
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
      idle.add(session);
    } catch (SQLException broken) {
      close(connection);
    }
  }

  private Session connect() throws SQLException {
    Properties properties = new Properties();
    properties.putAll(address.properties());
    Connection connection = driver.get().connect(address.url(), properties);
    if (connection == null) {
      throw new SQLException("the driver takes no such URL", "08001");
    }
    try (Statement statement = connection.createStatement()) {
      for (String sql : address.setup()) {
        statement.execute(sql);
      }
      return new Session(connection);
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
  }

  /** Interrupts every statement that is running; none is started any more. */
  void cancel() {
    cancelled = true;
    for (Statement statement : running) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // It ended, or its driver can't: it is waited for.
      }
    }
  }

  @Override
  public void close() {
    idle.forEach(session -> close(session.connection));
    idle.clear();
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken.
    }
  }

  /** Work on a statement. */
  interface Work<T> {
    T run() throws SQLException;
  }

  /** A connection, its statements known to {@link JdbcConnections#cancel}. */
  final class Session {
    private final Connection connection;
    private final String quote;
    private final boolean isUpperCase;

    private Session(Connection connection) throws SQLException {
      this.connection = connection;
      DatabaseMetaData data = connection.getMetaData();
      String given = String.valueOf(data.getIdentifierQuoteString()).strip();
      this.quote = given.isEmpty() || given.equals("null") ? "\"" : given;
      this.isUpperCase = data.storesUpperCaseIdentifiers();
    }

    Connection connection() {
      return connection;
    }

    PreparedStatement prepare(String sql) throws SQLException {
      return connection.prepareStatement(sql);
    }

    void execute(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        run(statement, () -> statement.execute(sql));
      }
    }

    <T> T run(Statement statement, Work<T> work) throws SQLException {
      running.add(statement);
      try {
        if (cancelled) {
          throw new SQLException("the run was interrupted", "57014");
        }
        return work.run();
      } finally {
        running.remove(statement);
      }
    }

    /**
     * A column's name, quoted. Where unquoted names are kept in upper case, a plain one in lower
     * case is meant as an unquoted one.
     */
    String quoted(String name) {
      boolean isPlain = isUpperCase && name.matches("[a-z_][a-z0-9_$]*");
      String stored = isPlain ? name.toUpperCase(Locale.ROOT) : name;
      return quote + stored.replace(quote, quote + quote) + quote;
    }
  }
}
