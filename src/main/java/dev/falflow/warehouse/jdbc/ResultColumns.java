package dev.falflow.warehouse.jdbc;

import dev.falflow.warehouse.arrow.BytesValues;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.IntValues;
import dev.falflow.warehouse.arrow.LongValues;
import dev.falflow.warehouse.jdbc.Column.Getter;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** The columns of a result by its metadata; docs/jdbc.md has the table of types. */
final class ResultColumns {
  private static final int MOST_CHARACTERS = 65_535; // beyond, it means no limit
  private static final Set<String> WITH_LENGTH =
      Set.of("CHAR", "VARCHAR", "NCHAR", "NVARCHAR", "BINARY", "VARBINARY", "VARCHAR2", "RAW");

  private ResultColumns() {}

  static List<Column> of(ResultSetMetaData data, Dialect dialect) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= data.getColumnCount(); i++) {
      columns.add(column(data, i, dialect));
    }
    return columns;
  }

  private static Column column(ResultSetMetaData data, int i, Dialect dialect) throws SQLException {
    int type = data.getColumnType(i);
    String name = data.getColumnLabel(i);
    String databaseType = databaseType(data, i, dialect);
    if (type == Types.DATE && databaseType.startsWith("YEAR")) {
      return integer(name, databaseType, Types.SMALLINT, true); // of MySQL and MariaDB
    } else if (type == Types.BIT && data.getPrecision(i) > 1) {
      return integer(name, databaseType, Types.BIGINT, false); // several bits
    }
    return switch (type) {
      case Types.BIT, Types.BOOLEAN ->
          new Column(
              name,
              Values.BOOL,
              databaseType,
              ints(dialect.hasWideBooleans() ? ResultColumns::getBit : ResultColumns::getBoolean));
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT ->
          integer(name, databaseType, type, data.isSigned(i));
      case Types.REAL ->
          new Column(
              name,
              Values.FLOAT,
              databaseType,
              ints((row, at) -> Float.floatToRawIntBits(row.getFloat(at))));
      case Types.FLOAT, Types.DOUBLE ->
          new Column(
              name,
              Values.DOUBLE,
              databaseType,
              longs((row, at) -> Double.doubleToRawLongBits(row.getDouble(at))));
      case Types.NUMERIC, Types.DECIMAL ->
          number(name, databaseType, data.getPrecision(i), data.getScale(i));
      case Types.DATE -> objects(name, Values.DATE, databaseType, LocalDate.class, Values::addDate);
      case Types.TIME -> objects(name, Values.TIME, databaseType, LocalTime.class, Values::addTime);
      case Types.TIMESTAMP ->
          objects(name, Values.TIMESTAMP, databaseType, LocalDateTime.class, Values::addTimestamp);
      case Types.TIMESTAMP_WITH_TIMEZONE ->
          objects(
              name,
              Values.INSTANT,
              databaseType,
              OffsetDateTime.class,
              (value, to) ->
                  Values.addTimestamp(
                      value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime(), to));
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
          new Column(name, Values.BINARY, databaseType, ResultColumns::getBytes);
      default -> new Column(name, Values.TEXT, databaseType, ResultColumns::getText);
    };
  }

  private static Column integer(String name, String databaseType, int type, boolean isSigned) {
    int width =
        switch (type) {
          case Types.TINYINT -> Byte.SIZE;
          case Types.SMALLINT -> Short.SIZE;
          case Types.INTEGER -> Integer.SIZE;
          default -> Long.SIZE;
        };
    Getter getter;
    if (width < Integer.SIZE || (width == Integer.SIZE && isSigned)) {
      getter = ints(ResultSet::getInt);
    } else if (width == Integer.SIZE) {
      getter = ints((row, at) -> (int) row.getLong(at));
    } else if (isSigned) {
      getter = longs(ResultSet::getLong);
    } else {
      getter =
          (row, at, to) -> {
            BigDecimal value = row.getBigDecimal(at);
            if (value == null) {
              to.addNull();
            } else {
              ((LongValues) to).add(value.longValue());
            }
          };
    }
    return new Column(name, new ArrowType.Int(width, isSigned), databaseType, getter);
  }

  /** Numbers without limits are text, which the worker knows by the type's name. */
  private static Column number(String name, String databaseType, int precision, int scale) {
    if (!Values.isDecimal(precision, scale)) {
      return new Column(
          name,
          Values.TEXT,
          "numeric",
          (row, at, to) -> {
            BigDecimal value = row.getBigDecimal(at);
            if (value == null) {
              to.addNull();
            } else {
              ((BytesValues) to).add(value.toPlainString());
            }
          });
    }
    return new Column(
        name,
        Values.decimal(precision, scale),
        databaseType,
        (row, at, to) -> {
          BigDecimal value = row.getBigDecimal(at);
          if (value == null) {
            to.addNull();
          } else {
            Values.addDecimal(value, precision, scale, to);
          }
        });
  }

  private static int getBoolean(ResultSet row, int column) throws SQLException {
    return row.getBoolean(column) ? 1 : 0;
  }

  private static int getBit(ResultSet row, int column) throws SQLException {
    int value = row.getInt(column);
    if (value != 0 && value != 1) {
      throw new Column.Unreadable(value + ", which is no boolean: cast it in SQL");
    }
    return value;
  }

  private interface Ints {
    int get(ResultSet row, int column) throws SQLException;
  }

  private static Getter ints(Ints ints) {
    return (row, at, to) -> {
      int value = ints.get(row, at);
      if (row.wasNull()) {
        to.addNull();
      } else {
        ((IntValues) to).add(value);
      }
    };
  }

  private interface Longs {
    long get(ResultSet row, int column) throws SQLException;
  }

  private static Getter longs(Longs longs) {
    return (row, at, to) -> {
      long value = longs.get(row, at);
      if (row.wasNull()) {
        to.addNull();
      } else {
        ((LongValues) to).add(value);
      }
    };
  }

  private interface Adder<T> {
    void add(T value, ColumnValues to);
  }

  private static <T> Column objects(
      String name, ArrowType type, String databaseType, Class<T> as, Adder<T> adder) {
    return new Column(
        name,
        type,
        databaseType,
        (row, at, to) -> {
          T value = row.getObject(at, as);
          if (value == null) {
            to.addNull();
          } else {
            adder.add(value, to);
          }
        });
  }

  private static void getText(ResultSet row, int column, ColumnValues to) throws SQLException {
    String value = row.getString(column);
    if (value == null) {
      to.addNull();
    } else {
      ((BytesValues) to).add(value);
    }
  }

  private static void getBytes(ResultSet row, int column, ColumnValues to) throws SQLException {
    byte[] value = row.getBytes(column);
    if (value == null) {
      to.addNull();
    } else {
      ((BytesValues) to).add(value, 0, value.length);
    }
  }

  /** The type's name with the length, or the digits, that metadata keeps apart from it. */
  private static String databaseType(ResultSetMetaData data, int i, Dialect dialect)
      throws SQLException {
    String name = data.getColumnTypeName(i);
    String upper = name.toUpperCase(Locale.ROOT);
    if (upper.contains("(")) {
      return name;
    }
    int type = data.getColumnType(i);
    String parameters = "";
    if (type == Types.DECIMAL || type == Types.NUMERIC) {
      if (Values.isDecimal(data.getPrecision(i), data.getScale(i)) && !upper.endsWith("MONEY")) {
        parameters = "(%d,%d)".formatted(data.getPrecision(i), data.getScale(i));
      }
    } else if (WITH_LENGTH.contains(upper)) {
      int length = data.getPrecision(i);
      if (dialect == Dialect.SQLSERVER && length > 8000) {
        parameters = "(max)";
      } else if (length > 0 && length <= MOST_CHARACTERS && dialect.declaresLength()) {
        parameters = "(" + length + ")";
      }
    } else if (type == Types.BIT && data.getPrecision(i) > 1) {
      parameters = "(" + data.getPrecision(i) + ")";
    } else if (type == Types.TIME || type == Types.TIMESTAMP) {
      parameters = dialect.fraction(data.getScale(i));
    }
    return name.replaceFirst("^\\w+", "$0" + parameters);
  }
}
