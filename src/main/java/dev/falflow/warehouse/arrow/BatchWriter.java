package dev.falflow.warehouse.arrow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.DataFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes rows to a new Arrow file: add a value to each of {@link #columns}, then {@link #endRow}.
 * Closed before it is finished it leaves no file.
 */
public final class BatchWriter implements AutoCloseable {
  /** Rows of a batch: as many as DuckDB has in a row group. */
  public static final int ROWS = 122_880;

  /** Eight are written at a time, and their arrays may be twice as large. */
  private static final long BYTES = 16L << 20;

  private static final int LOOK = 1024; // rows between two looks at the bytes

  private final SpillingChannel channel;
  private final VectorSchemaRoot root;
  private final ArrowFileWriter writer;
  private final List<ColumnValues> columns;
  private int rows;
  private boolean finished;

  /** {@code dictionaries} has those that the schema's fields name. */
  public BatchWriter(
      DataFolder folder,
      Schema schema,
      List<ColumnValues> columns,
      DictionaryProvider dictionaries,
      BufferAllocator allocator) {
    this.columns = List.copyOf(columns);
    try {
      channel = new SpillingChannel(folder);
      root = VectorSchemaRoot.create(schema, allocator);
      writer = new ArrowFileWriter(root, dictionaries, channel);
      writer.start();
    } catch (IOException e) {
      throw noRoom(folder, e);
    }
    this.folder = folder;
  }

  private final DataFolder folder;

  public List<ColumnValues> columns() {
    return columns;
  }

  /** Each column has got one more value. */
  public void endRow() {
    rows++;
    if (rows == ROWS || (rows % LOOK == 0 && bytes() > BYTES)) {
      writeBatch();
    }
  }

  private long bytes() {
    long sum = 0;
    for (ColumnValues column : columns) {
      sum += column.bytes();
    }
    return sum;
  }

  private void writeBatch() {
    List<FieldVector> vectors = root.getFieldVectors();
    for (int i = 0; i < vectors.size(); i++) {
      columns.get(i).fill(vectors.get(i));
      columns.get(i).clear();
    }
    root.setRowCount(rows);
    rows = 0;
    try {
      writer.writeBatch();
    } catch (IOException e) {
      throw noRoom(folder, e);
    } finally {
      root.clear();
    }
  }

  /** The rest of the rows, and the file's end. */
  public Path finish() {
    if (rows > 0) {
      writeBatch();
    }
    try {
      writer.end();
    } catch (IOException e) {
      throw noRoom(folder, e);
    }
    finished = true;
    return channel.path();
  }

  private static FalException noRoom(DataFolder folder, IOException cause) {
    return new FalException(
        Problem.of(
                "disk-full",
                "no room for the rows, neither in %s nor in %s: %s"
                    .formatted(folder.data(), folder.spill(), cause.getMessage()))
            .withHint("TMPDIR chooses another place on disk."),
        cause);
  }

  @Override
  public void close() {
    try {
      root.close();
      channel.close();
    } catch (IOException e) {
      throw noRoom(folder, e);
    } finally {
      if (!finished) {
        DataFolder.discard(channel.path());
      }
    }
  }
}
