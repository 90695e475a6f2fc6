package dev.falflow.warehouse.jdbc;

import dev.falflow.warehouse.arrow.ColumnValues;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * A column of a result.
 *
 * @param databaseType as a {@code create table} would write it
 */
record Column(String name, ArrowType type, String databaseType, Getter getter) {
  /** Field metadata: the column's type in the database. */
  static final String DATABASE_TYPE = "fal:database_type";

  /** Takes one value of a row. */
  @FunctionalInterface
  interface Getter {
    /**
     * Adds it.
     *
     * @throws Unreadable when Arrow's type can't hold it
     */
    void get(ResultSet row, int column, ColumnValues to) throws SQLException;
  }

  /** A value that its column's Arrow type can't hold. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreadable(String what) {
      super(what);
    }
  }

  Field field() {
    return new Field(
        name, new FieldType(true, type, null, Map.of(DATABASE_TYPE, databaseType)), null);
  }

  /** The Arrow type as pyarrow prints it, which is how the worker is told of it. */
  String printedType() {
    if (type instanceof ArrowType.Bool) {
      return "bool";
    } else if (type instanceof ArrowType.Int integer) {
      return (integer.getIsSigned() ? "int" : "uint") + integer.getBitWidth();
    } else if (type instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.DOUBLE ? "double" : "float";
    } else if (type instanceof ArrowType.Decimal decimal) {
      return "decimal%d(%d, %d)"
          .formatted(decimal.getBitWidth(), decimal.getPrecision(), decimal.getScale());
    } else if (type instanceof ArrowType.Binary) {
      return "binary";
    } else if (type instanceof ArrowType.Date) {
      return "date32[day]";
    } else if (type instanceof ArrowType.Time) {
      return "time64[us]";
    } else if (type instanceof ArrowType.Timestamp timestamp) {
      return timestamp.getTimezone() == null ? "timestamp[us]" : "timestamp[us, tz=UTC]";
    }
    return "string";
  }
}
