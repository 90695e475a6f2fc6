package dev.falflow.flow;

import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The inputs that a model reads part by part. While it works on one part, the next one is read; no
 * more than that, however long it takes.
 */
final class InputStreams implements AutoCloseable {
  private final ModelData data;
  private final Executor threads;
  private final Map<Integer, Stream> streams = new LinkedHashMap<>();
  private int last;

  InputStreams(ModelData data, Executor threads) {
    this.data = data;
    this.threads = threads;
  }

  /** Begins to read an input; the number of its stream. */
  int open(ResolvedInput input, int rows) {
    last++;
    streams.put(last, new Stream(data.parts(input, rows), threads));
    return last;
  }

  /** The stream's next part, none at its end; the files of the part before it are gone. */
  List<Path> next(int number) {
    Stream stream = streams.get(number);
    List<Path> files = stream == null ? List.of() : stream.next();
    if (files.isEmpty()) {
      close(number);
    }
    return files;
  }

  /** Ends a stream that is read no further, if it has not ended. */
  void close(int number) {
    Stream stream = streams.remove(number);
    if (stream != null) {
      stream.close();
    }
  }

  @Override
  public void close() {
    streams.values().forEach(Stream::close);
    streams.clear();
  }

  private static final class Stream {
    private final ModelData.Parts parts;
    private final Executor threads;
    private List<Path> taken = List.of();
    private CompletableFuture<List<Path>> coming;

    Stream(ModelData.Parts parts, Executor threads) {
      this.parts = parts;
      this.threads = threads;
      coming = CompletableFuture.supplyAsync(parts::next, threads);
    }

    List<Path> next() {
      taken.forEach(DataFolder::discard);
      taken = List.of();
      taken = Loading.join(coming);
      if (!taken.isEmpty()) {
        coming = CompletableFuture.supplyAsync(parts::next, threads);
      }
      return taken;
    }

    void close() {
      taken.forEach(DataFolder::discard);
      coming.exceptionally(whoAskedWasTold -> List.of()).join().forEach(DataFolder::discard);
      parts.close();
    }
  }
}
