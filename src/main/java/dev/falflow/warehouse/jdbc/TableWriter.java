package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.arrow.BatchReader;
import dev.falflow.warehouse.arrow.ColumnValues;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Arrow batches into a table, many rows at once. */
final class TableWriter {
  private static final int ROWS_AT_ONCE = 1000;
  private static final int SHOWN = 200;

  private final JdbcConnections.Session session;
  private final Dialect dialect;

  TableWriter(JdbcConnections.Session session, Dialect dialect) {
    this.session = session;
    this.dialect = dialect;
  }

  /** Whether a column can be written: nested ones as JSON, intervals not at all. */
  static boolean canWrite(Field field, Dialect dialect) {
    ColumnValues values = plain(field);
    return values == null || Setter.of(field.getType(), values, dialect) != null;
  }

  /** Null for lists, structs and maps. */
  private static @Nullable ColumnValues plain(Field field) {
    ArrowType type = field.getType();
    boolean isNested =
        !field.getChildren().isEmpty()
            || type instanceof ArrowType.Map
            || type instanceof ArrowType.Struct;
    return isNested ? null : ColumnValues.of(field);
  }

  /**
   * Inserts all rows.
   *
   * @param into the table with its columns, as an insert names them
   * @param before rows that were loaded earlier, for the numbers in errors
   * @return rows
   * @throws FalException naming column and row of a value that can't be written
   */
  long write(BatchReader batches, String into, long before) throws SQLException {
    List<Field> fields = batches.schema().getFields();
    List<Source> sources = fields.stream().map(field -> new Source(field, dialect)).toList();
    int atOnce = dialect.parametersAtOnce() / fields.size();
    int perStatement = Math.max(1, Math.min(atOnce, ROWS_AT_ONCE));
    String row = "(" + String.join(", ", Collections.nCopies(fields.size(), "?")) + ")";
    String one = "insert into " + into + " values " + row;
    String many = one + (", " + row).repeat(perStatement - 1);
    long rows = 0;
    try (PreparedStatement statement = session.prepare(many)) {
      for (VectorSchemaRoot batch = batches.next(); batch != null; batch = batches.next()) {
        for (int i = 0; i < sources.size(); i++) {
          sources.get(i).take(batch.getVector(i));
        }
        int count = batch.getRowCount();
        int whole = perStatement == 1 ? 0 : count - count % perStatement;
        for (int start = 0; start < whole; start += perStatement) {
          for (int i = 0; i < perStatement; i++) {
            set(statement, sources, i * sources.size(), start + i, before + rows);
          }
          try {
            check(session.run(statement, statement::executeUpdate), perStatement);
          } catch (SQLException e) {
            throw refused(e, one, sources, start, start + perStatement, before + rows);
          }
        }
        if (perStatement == 1) {
          batch(statement, one, sources, 0, count, before + rows);
        } else if (whole < count) {
          try (PreparedStatement rest = session.prepare(one)) {
            batch(rest, one, sources, whole, count, before + rows);
          }
        }
        rows += count;
      }
    }
    return rows;
  }

  private void batch(
      PreparedStatement statement,
      String one,
      List<Source> sources,
      int start,
      int end,
      long before)
      throws SQLException {
    int waiting = 0;
    for (int row = start; row < end; row++) {
      set(statement, sources, 0, row, before);
      statement.addBatch();
      if (++waiting == ROWS_AT_ONCE || row == end - 1) {
        Savepoint begin = dialect.hasSavepoints() ? session.connection().setSavepoint() : null;
        try {
          for (int inserted : session.run(statement, statement::executeBatch)) {
            check(inserted == Statement.SUCCESS_NO_INFO ? 1 : inserted, 1);
          }
        } catch (SQLException e) {
          if (begin != null) {
            session.connection().rollback(begin);
          }
          throw refused(e, one, sources, row + 1 - waiting, row + 1, before);
        }
        waiting = 0;
      }
    }
  }

  /** Finds the row that was refused, by inserting one after the other what came together. */
  private SQLException refused(
      SQLException error, String one, List<Source> sources, int start, int end, long before) {
    if (dialect.hasSavepoints()) {
      try (PreparedStatement statement = session.prepare(one)) {
        for (int row = start; row < end; row++) {
          set(statement, sources, 0, row, before);
          try {
            session.run(statement, statement::executeUpdate);
          } catch (SQLException e) {
            if (e.getErrorCode() == error.getErrorCode()) {
              throw new FalException(
                  Problem.of("unwritable-value", place(sources, row, before, e) + e.getMessage()),
                  e);
            }
            break;
          }
        }
      } catch (SQLException another) {
        error.addSuppressed(another);
      }
    }
    String rows = "rows %d to %d: ".formatted(before + start, before + end - 1);
    return new SQLException(
        rows + error.getMessage(), error.getSQLState(), error.getErrorCode(), error);
  }

  /** The row, and the column and value where the database's words name a column. */
  private static String place(List<Source> sources, int row, long before, SQLException error) {
    String words = String.valueOf(error.getMessage());
    for (Source source : sources) {
      if (words.contains("'" + source.name + "'") || words.contains("." + source.name + ")")) {
        return "column %s, row %d: '%s': "
            .formatted(Identifiers.quote(source.name), before + row, source.text(row));
      }
    }
    return "row %d: ".formatted(before + row);
  }

  private static void check(int inserted, int given) throws SQLException {
    if (inserted != given) {
      throw new SQLException(inserted + " rows were taken of " + given);
    }
  }

  private static void set(
      PreparedStatement statement, List<Source> sources, int parameter, int row, long before)
      throws SQLException {
    for (int i = 0; i < sources.size(); i++) {
      sources.get(i).set(statement, parameter + i + 1, row, before + row);
    }
  }

  /** A column's values of the batch at hand. */
  private static final class Source {
    private final String name;
    private final @Nullable ColumnValues values;
    private final @Nullable Setter setter;
    private final int nullType;
    private @Nullable FieldVector taken;

    Source(Field field, Dialect dialect) {
      this.name = field.getName();
      this.values = plain(field);
      this.setter = values == null ? null : Setter.of(field.getType(), values, dialect);
      this.nullType = nullType(field.getType());
    }

    private static int nullType(ArrowType type) {
      if (type instanceof ArrowType.Bool) {
        return Types.BOOLEAN;
      } else if (type instanceof ArrowType.Int) {
        return Types.BIGINT;
      } else if (type instanceof ArrowType.FloatingPoint) {
        return Types.DOUBLE;
      } else if (type instanceof ArrowType.Decimal) {
        return Types.DECIMAL;
      } else if (type instanceof ArrowType.Binary || type instanceof ArrowType.LargeBinary) {
        return Types.VARBINARY;
      } else if (type instanceof ArrowType.Date) {
        return Types.DATE;
      } else if (type instanceof ArrowType.Time) {
        return Types.TIME;
      } else if (type instanceof ArrowType.Timestamp timestamp) {
        return timestamp.getTimezone() == null ? Types.TIMESTAMP : Types.TIMESTAMP_WITH_TIMEZONE;
      }
      return Types.VARCHAR;
    }

    /** A value as text, at most {@link #SHOWN} characters of it. */
    String text(int row) {
      Object value = taken == null ? null : taken.getObject(row);
      String text = String.valueOf(value);
      return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    void take(FieldVector vector) {
      taken = vector;
      if (values != null) {
        BatchReader.take(vector, values);
      }
    }

    void set(PreparedStatement statement, int parameter, int row, long number) throws SQLException {
      try {
        if (values == null || setter == null) {
          setJson(statement, parameter, row);
        } else if (values.isNull(row)) {
          statement.setNull(parameter, nullType);
        } else {
          setter.set(statement, parameter, row);
        }
      } catch (Setter.Unwritable e) {
        throw new FalException(
            Problem.of(
                "unwritable-value",
                "column %s, row %d: %s."
                    .formatted(Identifiers.quote(name), number, e.getMessage())),
            e);
      }
    }

    /** Arrow's nested objects print themselves as JSON. */
    private void setJson(PreparedStatement statement, int parameter, int row) throws SQLException {
      Object value = taken == null || taken.isNull(row) ? null : taken.getObject(row);
      if (value == null) {
        statement.setNull(parameter, nullType);
      } else {
        statement.setString(parameter, value.toString());
      }
    }
  }
}
