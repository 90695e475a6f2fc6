package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.arrow.BatchWriter;
import dev.falflow.warehouse.arrow.ColumnValues;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;

/** A query's rows as an Arrow file. */
final class ResultReader {
  private final Dialect dialect;
  private final DataFolder folder;
  private final BufferAllocator allocator;

  ResultReader(Dialect dialect, DataFolder folder, BufferAllocator allocator) {
    this.dialect = dialect;
    this.folder = folder;
    this.allocator = allocator;
  }

  /** The columns of a query that is not run. */
  static List<Column> describe(PreparedStatement query, Dialect dialect) throws SQLException {
    ResultSetMetaData data = query.getMetaData();
    if (data == null) { // a driver may know it only of a result
      try (ResultSet rows = query.executeQuery()) {
        return columns(rows.getMetaData(), dialect);
      }
    }
    return columns(data, dialect);
  }

  private static List<Column> columns(ResultSetMetaData data, Dialect dialect) throws SQLException {
    return dialect == Dialect.SQLITE
        ? new SqliteColumns(data).columns()
        : ResultColumns.of(data, dialect);
  }

  /**
   * Reads all rows.
   *
   * @throws FalException naming the column of a value that Arrow can't hold
   */
  Path read(PreparedStatement query) throws SQLException {
    query.setFetchSize(dialect.fetchSize());
    if (dialect != Dialect.SQLITE) {
      try (ResultSet rows = query.executeQuery()) {
        return write(rows, rows.next(), ResultColumns.of(rows.getMetaData(), dialect));
      }
    }
    SqliteColumns columns = new SqliteColumns(query.getMetaData());
    while (true) {
      try (ResultSet rows = query.executeQuery()) {
        boolean hasRow = rows.next();
        if (hasRow) {
          columns.look(rows);
        }
        return write(rows, hasRow, columns.columns());
      } catch (SqliteColumns.Misfit e) {
        // Again, with the column made wider: as often as there are wider kinds at most.
      }
    }
  }

  private Path write(ResultSet rows, boolean hasFirst, List<Column> columns) throws SQLException {
    Schema schema = new Schema(columns.stream().map(Column::field).toList());
    List<ColumnValues> values = schema.getFields().stream().map(ColumnValues::of).toList();
    Column[] each = columns.toArray(Column[]::new);
    int column = 0;
    try (MapDictionaryProvider none = new MapDictionaryProvider();
        BatchWriter writer = new BatchWriter(folder, schema, values, none, allocator)) {
      for (boolean hasRow = hasFirst; hasRow; hasRow = rows.next()) {
        for (column = 0; column < each.length; column++) {
          each[column].getter().get(rows, column + 1, values.get(column));
        }
        writer.endRow();
      }
      return writer.finish();
    } catch (Column.Unreadable e) {
      throw new FalException(
          Problem.of(
              "unsupported-value",
              "column %s (%s) holds %s."
                  .formatted(
                      Identifiers.quote(each[column].name()),
                      each[column].databaseType(),
                      e.getMessage())),
          e);
    }
  }
}
