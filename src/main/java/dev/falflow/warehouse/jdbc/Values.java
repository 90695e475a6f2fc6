package dev.falflow.warehouse.jdbc;

import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.IntValues;
import dev.falflow.warehouse.arrow.LongValues;
import dev.falflow.warehouse.jdbc.Column.Unreadable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** The Arrow types that databases' values have, and Java's values in Arrow's numbers and back. */
final class Values {
  static final ArrowType BOOL = new ArrowType.Bool();
  static final ArrowType INT64 = new ArrowType.Int(Long.SIZE, true);
  static final ArrowType UINT64 = new ArrowType.Int(Long.SIZE, false);
  static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
  static final ArrowType DOUBLE = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
  static final ArrowType TEXT = new ArrowType.Utf8();
  static final ArrowType BINARY = new ArrowType.Binary();
  static final ArrowType DATE = new ArrowType.Date(DateUnit.DAY);
  static final ArrowType TIME = new ArrowType.Time(TimeUnit.MICROSECOND, Long.SIZE);
  static final ArrowType TIMESTAMP = new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
  static final ArrowType INSTANT = new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");

  private static final int MOST_DIGITS = 76; // of Arrow's widest decimal
  private static final int NARROW_DIGITS = 38;
  private static final long MICROSECONDS = 1_000_000;
  private static final int THOUSAND = 1000;

  private Values() {}

  static boolean isDecimal(int precision, int scale) {
    return precision > 0 && precision <= MOST_DIGITS && scale >= 0 && scale <= precision;
  }

  static ArrowType decimal(int precision, int scale) {
    return new ArrowType.Decimal(precision, scale, precision > NARROW_DIGITS ? 256 : 128);
  }

  static void addDecimal(BigDecimal value, int precision, int scale, ColumnValues to) {
    BigInteger unscaled;
    try {
      unscaled = value.setScale(scale).unscaledValue();
    } catch (ArithmeticException e) {
      throw new Unreadable(value + ", which has more than " + scale + " decimals");
    }
    if (value.precision() - value.scale() > precision - scale) {
      throw new Unreadable(value + ", which is beyond " + precision + " digits");
    }
    ((LongValues) to).add(unscaled);
  }

  static void addDate(LocalDate value, ColumnValues to) {
    ((IntValues) to).add(Math.toIntExact(value.toEpochDay()));
  }

  static void addTime(LocalTime value, ColumnValues to) {
    ((LongValues) to).add(microseconds(value.toNanoOfDay(), value));
  }

  static void addTimestamp(LocalDateTime value, ColumnValues to) {
    long seconds = value.toEpochSecond(ZoneOffset.UTC);
    ((LongValues) to)
        .add(seconds * MICROSECONDS + microseconds(value.get(ChronoField.NANO_OF_SECOND), value));
  }

  private static long microseconds(long nanoseconds, Object value) {
    if (nanoseconds % THOUSAND != 0) {
      throw new Unreadable(value + ", which is finer than microseconds: round or cast it in SQL");
    }
    return nanoseconds / THOUSAND;
  }

  /** A timestamp of Arrow's as date and time of day, in UTC. */
  static LocalDateTime timestamp(long value, TimeUnit unit) {
    long perSecond =
        switch (unit) {
          case SECOND -> 1;
          case MILLISECOND -> THOUSAND;
          case MICROSECOND -> MICROSECONDS;
          case NANOSECOND -> MICROSECONDS * THOUSAND;
        };
    long nanoseconds = Math.floorMod(value, perSecond) * (MICROSECONDS * THOUSAND / perSecond);
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(value, perSecond), (int) nanoseconds, ZoneOffset.UTC);
  }
}
