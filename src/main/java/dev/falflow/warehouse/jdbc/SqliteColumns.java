package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.arrow.BytesValues;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.IntValues;
import dev.falflow.warehouse.arrow.LongValues;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * The columns of a result on SQLite, where any value may stand in any column. A column begins as it
 * is declared, one that is not as its first value; a value that does not fit widens it ({@link
 * Misfit}) and the result is read anew.
 */
final class SqliteColumns {
  /** What a column holds. */
  private enum Kind {
    UNKNOWN("TEXT"),
    BOOLEAN("BOOLEAN"),
    INTEGER("INTEGER"),
    REAL("REAL"),
    DECIMAL("REAL"),
    DATE("DATE"),
    TIME("TIME"),
    TIMESTAMP("TIMESTAMP"),
    INSTANT("TIMESTAMP WITH TIME ZONE"),
    TEXT("TEXT"),
    BLOB("BLOB");

    private final String databaseType;

    Kind(String databaseType) {
      this.databaseType = databaseType;
    }

    ArrowType type(int precision, int scale) {
      return switch (this) {
        case UNKNOWN, TEXT -> Values.TEXT;
        case BOOLEAN -> Values.BOOL;
        case INTEGER -> Values.INT64;
        case REAL -> Values.DOUBLE;
        case DECIMAL -> Values.decimal(precision, scale);
        case DATE -> Values.DATE;
        case TIME -> Values.TIME;
        case TIMESTAMP -> Values.TIMESTAMP;
        case INSTANT -> Values.INSTANT;
        case BLOB -> Values.BINARY;
      };
    }
  }

  /** A value that its column's kind can't hold; the kind is wider now. */
  static final class Misfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Misfit() {
      super(null, null, false, false);
    }
  }

  private static final long EXACT_IN_DOUBLE = 1L << 53;
  private static final int EXACT_DIGITS = 15;

  /** What the driver says of a column that is not declared. */
  private static final String NO_NAME = "|NUMERIC";

  private static final double[] TENS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private final Kind[] kinds;
  private final String[] labels;
  private final String[] declared;
  private final int[] precisions;
  private final int[] scales;

  SqliteColumns(ResultSetMetaData data) throws SQLException {
    this.kinds = new Kind[data.getColumnCount()];
    this.labels = new String[kinds.length];
    this.declared = new String[kinds.length];
    this.precisions = new int[kinds.length];
    this.scales = new int[kinds.length];
    for (int i = 0; i < kinds.length; i++) {
      labels[i] = data.getColumnLabel(i + 1);
      precisions[i] = data.getPrecision(i + 1);
      scales[i] = data.getScale(i + 1);
      declared[i] = data.getColumnTypeName(i + 1).toUpperCase(Locale.ROOT).strip();
      kinds[i] = kind(declared[i], isDecimal(i));
    }
  }

  private boolean isDecimal(int i) {
    return (declared[i].equals("DECIMAL") || declared[i].equals("NUMERIC"))
        && Values.isDecimal(precisions[i], scales[i]);
  }

  /** SQLite's own rules of affinity, after the names that say more. */
  private static Kind kind(String declared, boolean isDecimal) {
    return switch (declared) {
      case "BOOLEAN", "BOOL" -> Kind.BOOLEAN;
      case "DATE" -> Kind.DATE;
      case "TIME" -> Kind.TIME;
      case "TIMESTAMP", "DATETIME", "TIMESTAMP WITHOUT TIME ZONE" -> Kind.TIMESTAMP;
      case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ" -> Kind.INSTANT;
      default -> {
        if (declared.contains("INT")) {
          yield Kind.INTEGER;
        } else if (declared.matches(".*(CHAR|CLOB|TEXT).*")) {
          yield Kind.TEXT;
        } else if (declared.contains("BLOB")) {
          yield Kind.BLOB;
        } else if (declared.matches(".*(REAL|FLOA|DOUB).*")) {
          yield Kind.REAL;
        }
        yield isDecimal ? Kind.DECIMAL : Kind.UNKNOWN;
      }
    };
  }

  /** Columns whose declaration says nothing are what their value in this row is. */
  void look(ResultSet row) throws SQLException {
    for (int i = 0; i < kinds.length; i++) {
      Object value = kinds[i] == Kind.UNKNOWN ? row.getObject(i + 1) : null;
      if (value != null) {
        kinds[i] = widened(i, value);
      }
    }
  }

  List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < kinds.length; i++) {
      int column = i;
      Kind kind = kinds[i];
      int precision = precisions[i];
      int scale = scales[i];
      Kind given = kind(declared[i], isDecimal(i));
      boolean isNamed = given == Kind.UNKNOWN && !declared[i].matches(NO_NAME);
      boolean isAsDeclared = isNamed || (kind == given && kind != Kind.UNKNOWN);
      String type = isAsDeclared ? declared[i] : kind.databaseType;
      if (isAsDeclared && declared[i].matches("DECIMAL|NUMERIC|N?(VAR)?CHAR") && precision > 0) {
        type +=
            kind == Kind.DECIMAL ? "(%d,%d)".formatted(precision, scale) : "(" + precision + ")";
      }
      columns.add(
          new Column(
              labels[i],
              kind.type(precision, scale),
              type,
              (row, at, to) -> {
                Object value = row.getObject(at);
                if (value == null) {
                  to.addNull();
                } else if (!add(value, kind, precision, scale, to)) {
                  kinds[column] = widened(column, value);
                  throw new Misfit();
                }
              }));
    }
    return columns;
  }

  /** False when the kind has no such value. */
  private static boolean add(Object value, Kind kind, int precision, int scale, ColumnValues to) {
    boolean isWhole = value instanceof Integer || value instanceof Long;
    try {
      switch (kind) {
        case UNKNOWN -> {
          return false;
        }
        case BOOLEAN -> {
          long number = isWhole ? ((Number) value).longValue() : -1;
          if (number != 0 && number != 1) {
            return false;
          }
          ((IntValues) to).add((int) number);
        }
        case INTEGER -> {
          if (!isWhole) {
            return false;
          }
          ((LongValues) to).add(((Number) value).longValue());
        }
        case REAL -> {
          if (isWhole
              ? Math.abs(((Number) value).longValue()) > EXACT_IN_DOUBLE
              : !(value instanceof Double)) {
            return false;
          }
          ((LongValues) to).add(Double.doubleToRawLongBits(((Number) value).doubleValue()));
        }
        case DECIMAL -> {
          if (!(value instanceof Double number) || !addExact(number, precision, scale, to)) {
            Values.addDecimal(new BigDecimal(value.toString()), precision, scale, to);
          }
        }
        case DATE -> Values.addDate(LocalDate.parse(text(value)), to);
        case TIME -> Values.addTime(LocalTime.parse(text(value)), to);
        case TIMESTAMP ->
            Values.addTimestamp(LocalDateTime.parse(text(value).replace(' ', 'T')), to);
        case INSTANT ->
            Values.addTimestamp(
                OffsetDateTime.parse(text(value).replace(' ', 'T'))
                    .withOffsetSameInstant(ZoneOffset.UTC)
                    .toLocalDateTime(),
                to);
        case TEXT -> {
          if (value instanceof byte[]) {
            return false;
          }
          ((BytesValues) to).add(value.toString());
        }
        case BLOB -> {
          if (!(value instanceof byte[] bytes)) {
            return false;
          }
          ((BytesValues) to).add(bytes, 0, bytes.length);
        }
      }
      return true;
    } catch (DateTimeException | NumberFormatException | Column.Unreadable e) {
      return false;
    }
  }

  /** The fast way, for a number whose nearest decimal of that scale is read back as itself. */
  private static boolean addExact(double value, int precision, int scale, ColumnValues to) {
    if (precision > EXACT_DIGITS) {
      return false;
    }
    double shifted = value * TENS[scale];
    long unscaled = Math.round(shifted);
    boolean isExact = Math.abs(unscaled) < TENS[precision] && unscaled / TENS[scale] == value;
    if (isExact) {
      ((LongValues) to).add(unscaled);
    }
    return isExact;
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new NumberFormatException();
  }

  /** The narrowest kind that holds this value beside the column's others. */
  private Kind widened(int i, Object value) {
    Kind kind = kinds[i];
    boolean isBytes = value instanceof byte[];
    if (kind == Kind.BLOB || (isBytes && kind != Kind.UNKNOWN)) {
      throw new FalException(
          Problem.of(
              "unsupported-value",
              "column %s (%s) holds BLOBs beside other values: cast it in SQL."
                  .formatted(Identifiers.quote(labels[i]), declared[i])));
    }
    if (isBytes) {
      return Kind.BLOB;
    } else if (value instanceof String || kind == Kind.REAL) {
      return Kind.TEXT;
    }
    boolean isWhole = value instanceof Integer || value instanceof Long;
    return isWhole && kind != Kind.DECIMAL ? Kind.INTEGER : Kind.REAL;
  }
}
