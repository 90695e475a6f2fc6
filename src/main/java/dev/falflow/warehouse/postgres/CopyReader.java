package dev.falflow.warehouse.postgres;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Identifiers;
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
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** A query's rows, by {@code COPY … TO STDOUT (FORMAT BINARY)}, as an Arrow file. */
final class CopyReader {
  private static final int HEAD = 11 + Integer.BYTES; // signature and flags; an extension follows
  private static final int END = 0xffff;

  private final Connection connection;
  private final DataFolder folder;
  private final BufferAllocator allocator;

  CopyReader(Connection connection, DataFolder folder, BufferAllocator allocator) {
    this.connection = connection;
    this.folder = folder;
    this.allocator = allocator;
  }

  /**
   * Reads all rows.
   *
   * @param columns of the query
   * @throws FalException naming the column of a value that Arrow can't hold
   */
  Path read(String query, List<Column> columns) throws SQLException {
    try (MapDictionaryProvider dictionaries = new MapDictionaryProvider()) {
      List<Field> fields =
          columns.stream()
              .map(column -> PostgresArrow.field(column, dictionaries, allocator))
              .toList();
      // The plain values of a dictionary's field are its codes.
      List<ColumnValues> values = fields.stream().map(ColumnValues::of).toList();
      Decoder[] decoders = new Decoder[columns.size()];
      for (int i = 0; i < decoders.length; i++) {
        decoders[i] = Decoder.of(columns.get(i).type(), values.get(i));
      }
      try (BatchWriter writer =
          new BatchWriter(folder, new Schema(fields), values, dictionaries, allocator)) {
        copy(query, columns, decoders, writer);
        return writer.finish();
      }
    }
  }

  private void copy(String query, List<Column> columns, Decoder[] decoders, BatchWriter writer)
      throws SQLException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("copy (" + castWhereNeeded(query, columns) + ") to stdout (format binary)");
    int column = 0;
    int at = 0;
    List<ColumnValues> values = writer.columns();
    try {
      byte[] row = copy.readFromCopy();
      if (row == null) {
        return;
      }
      at = HEAD + Integer.BYTES + Binary.intAt(row, HEAD);
      while (row != null && Binary.shortAt(row, at) != END) {
        at += Short.BYTES;
        for (column = 0; column < decoders.length; column++) {
          int length = Binary.intAt(row, at);
          at += Integer.BYTES;
          if (length < 0) {
            values.get(column).addNull();
          } else {
            decoders[column].decode(row, at, length);
            at += length;
          }
        }
        writer.endRow();
        row = copy.readFromCopy();
        at = 0;
      }
      while (copy.isActive() && copy.readFromCopy() != null) {
        // To the end of what the server has to say.
      }
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
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
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
}
