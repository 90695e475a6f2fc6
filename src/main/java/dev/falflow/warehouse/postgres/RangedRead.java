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
 */
final class RangedRead {
  /** Copies a query's rows to a file. */
  interface Copy {
    Path toFile(Connection connection, String query) throws SQLException;
  }

  private final PostgresConnections connections;
  private final Copy copy;

  RangedRead(PostgresConnections connections, Copy copy) {
    this.connections = connections;
    this.copy = copy;
  }

  /**
   * The file of each range, in their order; of a failure no file is left.
   *
   * @param first takes the first range
   * @param snapshot its name, which the other connections join
   */
  List<Path> read(Connection first, String snapshot, List<String> ranges) throws SQLException {
    List<Connection> others = new ArrayList<>();
    List<Future<Path>> copying = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(ranges.size() - 1);
    try {
      for (String range : ranges.subList(1, ranges.size())) {
        Connection another = connections.take();
        others.add(another);
        Snapshot.join(another, snapshot);
        copying.add(threads.submit(() -> copy.toFile(another, range)));
      }
      files.add(copy.toFile(first, ranges.get(0)));
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
      others.forEach(connections::giveBack);
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
}
