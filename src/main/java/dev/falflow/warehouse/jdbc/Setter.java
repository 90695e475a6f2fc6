package dev.falflow.warehouse.jdbc;

import dev.falflow.warehouse.arrow.BytesValues;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.IntValues;
import dev.falflow.warehouse.arrow.LongValues;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.Objects;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** Gives a column's values to the parameters of an insert. */
@FunctionalInterface
interface Setter {
  long DAY_MILLISECONDS = 86_400_000L;

  /** Numbers on SQLite beyond this are kept as floating point. */
  int SQLITE_DIGITS = 15;

  DateTimeFormatter SQLITE_TIMESTAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  DateTimeFormatter SQLITE_MICROSECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

  /**
   * Sets a value that is not null.
   *
   * @throws Unwritable when the database has no such value
   */
  void set(PreparedStatement statement, int parameter, int row) throws SQLException;

  /** A value that the database can't hold. */
  final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unwritable(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return Objects.requireNonNull(super.getMessage());
    }
  }

  /** The setter of an Arrow type's values; null for types that no column is made for. */
  static @Nullable Setter of(ArrowType type, ColumnValues values, Dialect dialect) {
    boolean isSqlite = dialect == Dialect.SQLITE;
    if (type instanceof ArrowType.Bool) {
      IntValues bits = (IntValues) values;
      return (statement, at, row) -> statement.setBoolean(at, bits.bits(row) != 0);
    } else if (type instanceof ArrowType.Int integer) {
      return integers(integer, values, isSqlite);
    } else if (type instanceof ArrowType.FloatingPoint floating) {
      return floats(floating, values, dialect);
    } else if (type instanceof ArrowType.Decimal decimal) {
      LongValues words = (LongValues) values;
      int scale = decimal.getScale();
      return (statement, at, row) ->
          setDecimal(statement, at, new BigDecimal(words.integerAt(row), scale), isSqlite);
    } else if (type instanceof ArrowType.Utf8 || type instanceof ArrowType.LargeUtf8) {
      BytesValues texts = (BytesValues) values;
      return (statement, at, row) -> statement.setString(at, texts.text(row));
    } else if (type instanceof ArrowType.Binary || type instanceof ArrowType.LargeBinary) {
      BytesValues bytes = (BytesValues) values;
      return (statement, at, row) ->
          statement.setBytes(at, Arrays.copyOfRange(bytes.all(), bytes.start(row), bytes.end(row)));
    }
    return moments(type, values, isSqlite);
  }

  private static Setter integers(ArrowType.Int type, ColumnValues values, boolean isSqlite) {
    if (values instanceof IntValues ints) {
      return (statement, at, row) -> statement.setLong(at, ints.at(row));
    }
    LongValues longs = (LongValues) values;
    if (type.getIsSigned()) {
      return (statement, at, row) -> statement.setLong(at, longs.at(row));
    }
    return (statement, at, row) -> {
      BigInteger value = new BigInteger(Long.toUnsignedString(longs.at(row)));
      setDecimal(statement, at, new BigDecimal(value), isSqlite);
    };
  }

  private static void setDecimal(
      PreparedStatement statement, int at, BigDecimal value, boolean isSqlite) throws SQLException {
    if (isSqlite) {
      BigDecimal shortest = value.stripTrailingZeros();
      boolean isLong = shortest.scale() <= 0 && value.toBigInteger().bitLength() < Long.SIZE;
      if (!isLong && shortest.precision() > SQLITE_DIGITS) {
        throw new Unwritable(
            "%s has more than the %d digits that SQLite keeps of a number; .astype(str) keeps all"
                .formatted(value.toPlainString(), SQLITE_DIGITS));
      }
      statement.setString(at, value.toPlainString()); // its column makes a number of it
    } else {
      statement.setBigDecimal(at, value);
    }
  }

  private static Setter floats(ArrowType.FloatingPoint type, ColumnValues values, Dialect dialect) {
    return (statement, at, row) -> {
      double value =
          switch (type.getPrecision()) {
            case DOUBLE -> Double.longBitsToDouble(((LongValues) values).at(row));
            case SINGLE -> Float.intBitsToFloat(((IntValues) values).bits(row));
            case HALF -> Float16.toFloat((short) ((IntValues) values).bits(row));
          };
      if (!dialect.holds(value)) {
        throw new Unwritable(value + " is no number that " + dialect.adapter() + " can keep");
      }
      statement.setDouble(at, value);
    };
  }

  private static @Nullable Setter moments(ArrowType type, ColumnValues values, boolean isSqlite) {
    if (type instanceof ArrowType.Date date) {
      return (statement, at, row) -> {
        long day =
            date.getUnit() == DateUnit.DAY
                ? ((IntValues) values).at(row)
                : Math.floorDiv(((LongValues) values).at(row), DAY_MILLISECONDS);
        set(statement, at, LocalDate.ofEpochDay(day), isSqlite);
      };
    } else if (type instanceof ArrowType.Time time) {
      return (statement, at, row) -> {
        long value =
            values instanceof LongValues longs ? longs.at(row) : ((IntValues) values).at(row);
        set(
            statement,
            at,
            whole(Values.timestamp(value, time.getUnit()), time.getUnit()).toLocalTime(),
            isSqlite);
      };
    } else if (type instanceof ArrowType.Timestamp timestamp) {
      TimeUnit unit = timestamp.getUnit();
      boolean hasZone = timestamp.getTimezone() != null;
      return (statement, at, row) -> {
        LocalDateTime moment = whole(Values.timestamp(((LongValues) values).at(row), unit), unit);
        if (isSqlite) {
          boolean isShort = moment.get(ChronoField.NANO_OF_SECOND) == 0;
          String text = moment.format(isShort ? SQLITE_TIMESTAMP : SQLITE_MICROSECONDS);
          statement.setString(at, hasZone ? text + "+00:00" : text);
        } else {
          statement.setObject(at, hasZone ? moment.atOffset(ZoneOffset.UTC) : moment);
        }
      };
    }
    return null;
  }

  private static void set(PreparedStatement statement, int at, Object value, boolean isSqlite)
      throws SQLException {
    if (isSqlite) {
      statement.setString(
          at,
          value instanceof LocalTime time
              ? time.format(DateTimeFormatter.ISO_LOCAL_TIME)
              : value.toString());
    } else {
      statement.setObject(at, value);
    }
  }

  private static LocalDateTime whole(LocalDateTime value, TimeUnit unit) {
    if (unit == TimeUnit.NANOSECOND && value.get(ChronoField.NANO_OF_SECOND) % 1000 != 0) {
      throw new Unwritable(
          value + " has nanoseconds, microseconds are kept; .dt.floor('us') cuts them");
    }
    return value;
  }
}
