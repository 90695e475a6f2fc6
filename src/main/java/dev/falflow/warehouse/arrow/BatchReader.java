package dev.falflow.warehouse.arrow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Reads the batches that a worker wrote to one or more Arrow files in turn, in their order. */
public final class BatchReader implements AutoCloseable {
  private final List<ArrowFileReader> files = new ArrayList<>();
  private int batch;

  public BatchReader(List<Path> paths, BufferAllocator allocator) {
    try {
      for (Path path : paths) {
        files.add(new ArrowFileReader(FileChannel.open(path), allocator));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Schema schema() {
    try {
      return files.get(0).getVectorSchemaRoot().getSchema();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next batch's vectors, valid until the next call; null after the last one.
   *
   * @throws UncheckedIOException when a file can't be read
   */
  public @Nullable VectorSchemaRoot next() {
    try {
      ArrowFileReader file = files.get(batch++ % files.size());
      return file.loadNextBatch() ? file.getVectorSchemaRoot() : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes a vector's values into plain arrays. */
  public static void take(FieldVector vector, ColumnValues values) {
    values.take(vector);
  }

  /**
   * A value as text, at most so many characters of it; null when there is none to tell.
   *
   * @param row of all batches, from 0; nothing may have been read before
   */
  public @Nullable String text(String column, long row, int most) {
    for (VectorSchemaRoot part = next(); part != null; part = next()) {
      if (row < part.getRowCount()) {
        FieldVector vector = part.getVector(column);
        Object value =
            vector == null || vector.getField().getDictionary() != null
                ? null
                : vector.getObject((int) row);
        String text = value == null ? null : value.toString();
        return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
      }
      row -= part.getRowCount();
    }
    return null;
  }

  @Override
  public void close() {
    try {
      for (ArrowFileReader file : files) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
