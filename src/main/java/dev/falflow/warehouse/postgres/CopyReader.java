package dev.falflow.warehouse.postgres;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.arrow.BatchWriter;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.postgres.TypeCatalog.Column;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A query's rows, by {@code COPY … TO STDOUT (FORMAT BINARY)}, as Arrow files of so many rows each.
 * The server sends no more than is read.
 */
final class CopyReader implements AutoCloseable {
  private static final int HEAD = 11 + Integer.BYTES; // signature and flags; an extension follows
  private static final int END = 0xffff;

  private final List<Column> columns;
  private final DataFolder folder;
  private final BufferAllocator allocator;
  private final MapDictionaryProvider dictionaries = new MapDictionaryProvider();
  private final Schema schema;
  private final List<ColumnValues> values;
  private final Decoder[] decoders;
  private final CopyOut copy;
  private int at;
  private boolean begun;

  /** {@code columns}: those of the query. */
  CopyReader(
      Connection connection,
      DataFolder folder,
      BufferAllocator allocator,
      String query,
      List<Column> columns)
      throws SQLException {
    this.columns = columns;
    this.folder = folder;
    this.allocator = allocator;
    List<Field> fields =
        columns.stream()
            .map(column -> PostgresArrow.field(column, dictionaries, allocator))
            .toList();
    schema = new Schema(fields, ModelData.ONE_AFTER_THE_OTHER);
    // The plain values of a dictionary's field are its codes.
    values = fields.stream().map(ColumnValues::of).toList();
    decoders = new Decoder[columns.size()];
    for (int i = 0; i < decoders.length; i++) {
      decoders[i] = Decoder.of(columns.get(i).type(), values.get(i));
    }
    try {
      copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("copy (" + castWhereNeeded(query, columns) + ") to stdout (format binary)");
    } catch (SQLException e) {
      dictionaries.close();
      throw e;
    }
  }

  /**
   * Reads on.
   *
   * @param most rows to read
   * @return null when there are none left; the first file comes also without rows
   * @throws FalException naming the column of a value that Arrow can't hold
   */
  @Nullable Path next(int most) throws SQLException {
    boolean isFirst = !begun;
    byte[] bytes = nextRow();
    if (bytes == null && !isFirst) {
      return null;
    }
    try (BatchWriter writer = new BatchWriter(folder, schema, values, dictionaries, allocator)) {
      for (int rows = 1; bytes != null; rows++) {
        decode(bytes);
        writer.endRow();
        bytes = rows < most ? nextRow() : null;
      }
      return writer.finish();
    }
  }

  /** The bytes of a row, its values from {@link #at} on; null at the end. */
  private byte @Nullable [] nextRow() throws SQLException {
    if (!copy.isActive()) {
      return null;
    }
    byte[] bytes = copy.readFromCopy();
    at = 0;
    if (bytes != null && !begun) {
      at = HEAD + Integer.BYTES + Binary.intAt(bytes, HEAD);
    }
    begun = true;
    if (bytes != null && Binary.shortAt(bytes, at) == END) {
      while (copy.isActive() && copy.readFromCopy() != null) {
        // To the end of what the server has to say.
      }
      return null;
    }
    return bytes;
  }

  private void decode(byte[] bytes) {
    at += Short.BYTES;
    for (int column = 0; column < decoders.length; column++) {
      int length = Binary.intAt(bytes, at);
      at += Integer.BYTES;
      if (length < 0) {
        values.get(column).addNull();
      } else {
        try {
          decoders[column].decode(bytes, at, length);
        } catch (Decoder.Unreadable e) {
          throw new FalException(
              Problem.of(
                  "unsupported-value",
                  "column %s (%s) holds %s"
                      .formatted(
                          Identifiers.quote(columns.get(column).name()),
                          columns.get(column).type().sql(),
                          e.getMessage())),
              e);
        }
        at += length;
      }
    }
  }

  /** The query; around it, casts to text of the types that have no form of their own in Arrow. */
  private static String castWhereNeeded(String query, List<Column> columns) {
    if (columns.stream().allMatch(column -> PostgresArrow.arrow(column.type()) != null)) {
      return query;
    }
    return columns.stream()
        .map(
            column ->
                Identifiers.quote(column.name())
                    + (PostgresArrow.arrow(column.type()) == null ? "::text" : ""))
        .collect(Collectors.joining(", ", "select ", " from (" + query + ") as fal"));
  }

  @Override
  public void close() throws SQLException {
    try {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    } finally {
      dictionaries.close();
    }
  }
}
