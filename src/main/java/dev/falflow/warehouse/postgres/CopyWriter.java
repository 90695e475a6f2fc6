package dev.falflow.warehouse.postgres;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.arrow.BatchReader;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.postgres.Publication.Loaded;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Arrow batches into a table, by {@code COPY … FROM STDIN (FORMAT BINARY)}. */
final class CopyWriter {
  private final Connection connection;
  private final Relation into;
  private final List<Loaded> columns;
  private final boolean isNew;

  /**
   * {@code isNew}: the table was made in this transaction. Its rows are then written frozen, so
   * that a reader whose snapshot is older than the table finds them in it, rather than none.
   */
  CopyWriter(Connection connection, Relation into, List<Loaded> columns, boolean isNew) {
    this.connection = connection;
    this.into = into;
    this.columns = columns;
    this.isNew = isNew;
  }

  /** Whether a field's values can be written as this type without a cast. */
  static boolean canLoad(Field field, PostgresType type) {
    ColumnValues values = plain(field);
    return values == null ? type.name().equals("jsonb") : Encoder.of(field, values, type) != null;
  }

  /** Null for structs and maps, which are written as JSON. */
  private static @Nullable ColumnValues plain(Field field) {
    try {
      return ColumnValues.of(field);
    } catch (IllegalArgumentException nested) {
      return null;
    }
  }

  /**
   * Loads all rows.
   *
   * @param before rows that were loaded already, for errors
   * @throws FalException naming column and row of a value that its type can't hold
   */
  long write(BatchReader batches, long before) throws SQLException {
    List<Field> fields = batches.schema().getFields();
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement());
    try {
      CopyBuffer buffer = new CopyBuffer(copy);
      List<Source> sources = new ArrayList<>();
      for (int i = 0; i < fields.size(); i++) {
        sources.add(new Source(fields.get(i), columns.get(i)));
      }
      long rows = 0;
      for (VectorSchemaRoot batch = batches.next(); batch != null; batch = batches.next()) {
        for (int i = 0; i < sources.size(); i++) {
          sources.get(i).take(batch.getVector(i));
        }
        for (int row = 0; row < batch.getRowCount(); row++) {
          buffer.putShort(sources.size());
          for (Source source : sources) {
            source.put(row, before + rows + row, buffer);
          }
          buffer.endRow();
        }
        rows += batch.getRowCount();
      }
      buffer.end();
      long loaded = copy.endCopy();
      if (loaded != rows) {
        throw new SQLException(into + " took " + loaded + " rows, " + rows + " were written");
      }
      return rows;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private String statement() {
    return columns.stream()
        .map(column -> Identifiers.quote(column.name()))
        .collect(
            Collectors.joining(
                ", ",
                "copy " + into + " (",
                ") from stdin (format binary" + (isNew ? ", freeze)" : ")")));
  }

  /** A column's values of the batch at hand. */
  private static final class Source {
    private final Loaded column;
    private final @Nullable ColumnValues values;
    private final @Nullable Encoder encoder;
    private @Nullable FieldVector nested;

    Source(Field field, Loaded column) {
      this.column = column;
      this.values = plain(field);
      this.encoder = values == null ? null : Encoder.of(field, values, column.loadedAs());
    }

    void take(FieldVector vector) {
      if (values == null) {
        nested = vector;
      } else {
        BatchReader.take(vector, values);
      }
    }

    void put(int row, long number, CopyBuffer to) {
      if (values == null || encoder == null) {
        putJson(row, to);
      } else if (values.isNull(row)) {
        to.putInt(-1);
      } else {
        try {
          encoder.encode(row, to);
        } catch (Encoder.Unwritable | ArithmeticException e) {
          throw new FalException(
              Problem.of(
                  "unwritable-value",
                  "column %s, row %d: %s."
                      .formatted(Identifiers.quote(column.name()), number, e.getMessage())),
              e);
        }
      }
    }

    /** Arrow's nested objects print themselves as JSON. */
    private void putJson(int row, CopyBuffer to) {
      Object value = nested == null || nested.isNull(row) ? null : nested.getObject(row);
      if (value == null) {
        to.putInt(-1);
        return;
      }
      byte[] json = value.toString().getBytes(StandardCharsets.UTF_8);
      to.putInt(json.length + 1);
      to.putByte(1);
      to.put(json, 0, json.length);
    }
  }
}
