package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a model writes, on its way to its table: a frame that is loaded when the script has ended
 * well, or parts that are loaded one after the other while it makes them. Nothing is published
 * before {@link #publish}.
 */
final class Loading implements AutoCloseable {
  private final ModelData data;
  private final Executor threads;
  private final Set<Path> parts = new HashSet<>();
  private List<Path> frame = List.of();
  private String mode = "overwrite";
  private ModelData.@Nullable Load load;
  private CompletableFuture<Void> adding = CompletableFuture.completedFuture(null);
  private boolean written;

  Loading(ModelData data, Executor threads) {
    this.data = data;
    this.threads = threads;
  }

  /**
   * Takes a part; returns when the part before it is loaded, whose files may then be those of the
   * part after this.
   *
   * @param number the first has 1, and makes forgotten what was loaded before
   * @throws FalException why the part before it could not be loaded
   */
  void part(int number, List<Path> files, String how) {
    if (number == 1) {
      close();
    }
    parts.addAll(files);
    if (number == 1) {
      load = data.load(how);
    }
    join(adding);
    ModelData.Load into = load;
    if (into == null) {
      throw new IllegalStateException("part " + number + " without a first one");
    }
    adding = CompletableFuture.runAsync(() -> into.add(files), threads);
  }

  /**
   * The model has written all; returns when all parts are loaded.
   *
   * @param files of a whole frame, none after parts
   * @throws FalException why the last part could not be loaded
   */
  void end(List<Path> files, String how) {
    if (!files.isEmpty()) {
      close(); // of parts that a script gave up
    }
    frame = files;
    mode = how;
    join(adding);
    written = true;
  }

  boolean isWritten() {
    return written;
  }

  /** Makes what was written the model's table. */
  ModelData.Published publish() {
    ModelData.Load whole = load;
    if (whole == null) {
      whole = data.load(mode);
      load = whole;
      whole.add(frame);
    }
    return whole.publish();
  }

  /** What was not published is gone, files and rows. */
  @Override
  public void close() {
    adding.exceptionally(whoAskedWasTold -> null).join();
    adding = CompletableFuture.completedFuture(null);
    frame.forEach(DataFolder::discard);
    parts.forEach(DataFolder::discard);
    parts.clear();
    ModelData.Load ended = load;
    load = null;
    if (ended != null) {
      ended.close();
    }
  }

  /** The value, or what kept it from coming. */
  static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FalException known) {
        throw new FalException(known.problems(), known);
      }
      throw e;
    }
  }
}
