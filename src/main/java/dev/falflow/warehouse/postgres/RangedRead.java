package dev.falflow.warehouse.postgres;

import dev.falflow.warehouse.DataFolder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Copies the ranges of a table at the same time, each on a connection of its own, in one snapshot.
 * How many there are is up to the connections that the server still has.
 */
final class RangedRead implements AutoCloseable {
  /** Connections at most. */
  static final int MOST = 4;

  /** Copies a query's rows to a file. */
  interface Copy {
    Path toFile(Connection connection, String query) throws SQLException;
  }

  private final PostgresConnections connections;
  private final Ranges ranges;
  private final Connection first;
  private final List<Connection> others = new ArrayList<>();

  /**
   * @param first has begun its transaction and asked for the table, whose lock it has
   */
  RangedRead(PostgresConnections connections, Ranges ranges, Connection first) {
    this.connections = connections;
    this.ranges = ranges;
    this.first = first;
  }

  /** Takes one more connection, for the snapshot of that name; false where that can't be now. */
  boolean join(String snapshot) {
    Connection another = null;
    try {
      another = connections.take();
      Snapshot.join(another, snapshot);
      ranges.hold(another);
      others.add(another);
      return true;
    } catch (SQLException e) {
      if (another != null) {
        connections.giveBack(another);
      }
      return false; // the others have larger ranges, then
    }
  }

  /** The files of the ranges, in their order; of a failure no file is left. */
  List<Path> read(Copy copy) throws SQLException {
    List<String> queries = ranges.queries(1 + others.size());
    List<Future<Path>> copying = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < others.size(); i++) {
        Connection another = others.get(i);
        String query = queries.get(1 + i);
        copying.add(threads.submit(() -> copy.toFile(another, query)));
      }
      files.add(copy.toFile(first, queries.get(0)));
      for (Future<Path> each : copying) {
        files.add(fileOf(each));
      }
      return files;
    } catch (SQLException | RuntimeException e) {
      others.forEach(PostgresConnections::cancel);
      files.forEach(DataFolder::discard);
      for (Future<Path> each : copying.subList(Math.max(0, files.size() - 1), copying.size())) {
        discard(each);
      }
      throw e;
    } finally {
      threads.shutdown();
    }
  }

  private static Path fileOf(Future<Path> copying) throws SQLException {
    boolean wasInterrupted = false;
    try {
      while (true) {
        try {
          return copying.get();
        } catch (InterruptedException e) {
          wasInterrupted = true; // its end is waited for: the connection is still used
        } catch (ExecutionException e) {
          Throwable cause = e.getCause();
          if (cause instanceof SQLException failure) {
            throw failure;
          }
          throw cause instanceof RuntimeException failure
              ? failure
              : new IllegalStateException(cause);
        }
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void discard(Future<Path> copying) {
    try {
      DataFolder.discard(fileOf(copying));
    } catch (SQLException | RuntimeException e) {
      // Another failure than the one that is told, or that of being cancelled.
    }
  }

  @Override
  public void close() {
    others.forEach(connections::giveBack);
  }
}
