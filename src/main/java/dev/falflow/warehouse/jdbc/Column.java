package dev.falflow.warehouse.jdbc;

import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.arrow.ColumnValues;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * A column of a result.
 *
 * @param databaseType as a {@code create table} would write it
 */
record Column(String name, ArrowType type, String databaseType, Getter getter) {
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
        name, new FieldType(true, type, null, Map.of(ArrowText.DATABASE_TYPE, databaseType)), null);
  }
}
