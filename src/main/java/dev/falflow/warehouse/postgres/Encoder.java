package dev.falflow.warehouse.postgres;

import dev.falflow.warehouse.arrow.BytesValues;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.IntValues;
import dev.falflow.warehouse.arrow.ListValues;
import dev.falflow.warehouse.arrow.LongValues;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import java.util.UUID;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Writes a column's values in PostgreSQL's binary form, each with its length first. */
@FunctionalInterface
interface Encoder {
  long DAY_MILLISECONDS = 86_400_000L;
  int SECONDS_TO_MICROSECONDS = 1_000_000;
  int THOUSAND = 1000;

  /**
   * Writes a value that is not null.
   *
   * @throws Unwritable when the type has no such value
   */
  void encode(int row, CopyBuffer to);

  /** A value that its column can't hold. */
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

  /**
   * The encoder of a field's values for a type; null where PostgreSQL has to cast them, from the
   * type that {@link PostgresArrow#sql} gives the field.
   */
  static @Nullable Encoder of(Field field, ColumnValues values, PostgresType type) {
    if (field.getType() instanceof ArrowType.Int integer) {
      return integers(integer, values, type);
    } else if (field.getType() instanceof ArrowType.FloatingPoint floating) {
      return floats(floating.getPrecision(), values, type.name());
    } else if (field.getType() instanceof ArrowType.Decimal decimal) {
      return type.name().equals("numeric") ? decimals(decimal, (LongValues) values) : null;
    } else if (field.getType() instanceof ArrowType.List) {
      return lists(field, (ListValues) values, type);
    } else if (values instanceof BytesValues texts) {
      boolean isText =
          field.getType() instanceof ArrowType.Utf8
              || field.getType() instanceof ArrowType.LargeUtf8;
      return isText ? texts(texts, type) : type.name().equals("bytea") ? bytes(texts) : null;
    }
    return moments(field.getType(), values, type.name());
  }

  private static @Nullable Encoder integers(
      ArrowType.Int integer, ColumnValues values, PostgresType type) {
    boolean isUnsignedLong = integer.getBitWidth() == Long.SIZE && !integer.getIsSigned();
    if (isUnsignedLong) {
      LongValues longs = (LongValues) values;
      return type.name().equals("numeric")
          ? (row, to) -> Numeric.put(to, new BigInteger(Long.toUnsignedString(longs.at(row))), 0)
          : null;
    }
    Longs get = values instanceof LongValues longs ? longs::at : ((IntValues) values)::at;
    return switch (type.name()) {
      case "int2" ->
          (row, to) -> {
            to.putInt(Short.BYTES);
            to.putShort((int) checked(get.at(row), Short.MIN_VALUE, Short.MAX_VALUE, type));
          };
      case "int4" ->
          (row, to) -> {
            to.putInt(Integer.BYTES);
            to.putInt((int) checked(get.at(row), Integer.MIN_VALUE, Integer.MAX_VALUE, type));
          };
      case "oid" ->
          (row, to) -> {
            to.putInt(Integer.BYTES);
            to.putInt((int) checked(get.at(row), 0, 0xffffffffL, type));
          };
      case "int8" ->
          (row, to) -> {
            to.putInt(Long.BYTES);
            to.putLong(get.at(row));
          };
      case "numeric" -> (row, to) -> Numeric.put(to, get.at(row), 0);
      default -> null;
    };
  }

  /** Reads a whole number. */
  interface Longs {
    long at(int row);
  }

  private static long checked(long value, long least, long most, PostgresType type) {
    if (value < least || value > most) {
      throw new Unwritable(value + " is out of range for " + type.sql());
    }
    return value;
  }

  private static @Nullable Encoder floats(
      FloatingPointPrecision precision, ColumnValues values, String type) {
    Doubles get =
        switch (precision) {
          case DOUBLE -> row -> Double.longBitsToDouble(((LongValues) values).at(row));
          case SINGLE -> row -> Float.intBitsToFloat(((IntValues) values).bits(row));
          case HALF -> row -> halfToFloat(((IntValues) values).bits(row));
        };
    return switch (type) {
      case "float8" ->
          (row, to) -> {
            to.putInt(Long.BYTES);
            to.putLong(Double.doubleToRawLongBits(get.at(row)));
          };
      case "float4" ->
          precision == FloatingPointPrecision.DOUBLE
              ? null
              : (row, to) -> {
                to.putInt(Integer.BYTES);
                to.putInt(Float.floatToRawIntBits((float) get.at(row)));
              };
      case "numeric" ->
          precision == FloatingPointPrecision.DOUBLE
              ? (row, to) -> {
                double value = get.at(row);
                if (Double.isNaN(value)) {
                  Numeric.putNan(to);
                } else if (Double.isInfinite(value)) {
                  throw new Unwritable(value + " is out of range for numeric");
                } else {
                  BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
                  Numeric.put(to, exact.unscaledValue(), exact.scale());
                }
              }
              : null;
      default -> null;
    };
  }

  /** Reads a floating point number. */
  interface Doubles {
    double at(int row);
  }

  private static float halfToFloat(int half) {
    return Float16.toFloat((short) half);
  }

  private static Encoder decimals(ArrowType.Decimal decimal, LongValues values) {
    int scale = decimal.getScale();
    return (row, to) -> {
      if (values.isLong(row)) {
        Numeric.put(to, values.at(row), scale);
      } else {
        Numeric.put(to, values.integerAt(row), scale);
      }
    };
  }

  private static Encoder bytes(BytesValues values) {
    return (row, to) -> {
      int start = values.start(row);
      int length = values.end(row) - start;
      to.putInt(length);
      to.put(values.all(), start, length);
    };
  }

  private static @Nullable Encoder texts(BytesValues texts, PostgresType type) {
    if (type.isEnum()) {
      return bytes(texts);
    }
    return switch (type.name()) {
      case "text", "varchar", "bpchar", "name", "json", "xml", "citext" -> bytes(texts);
      case "jsonb" ->
          (row, to) -> {
            int start = texts.start(row);
            int length = texts.end(row) - start;
            to.putInt(length + 1);
            to.putByte(1);
            to.put(texts.all(), start, length);
          };
      case "uuid" ->
          (row, to) -> {
            UUID uuid;
            try {
              uuid = UUID.fromString(texts.text(row));
            } catch (IllegalArgumentException e) {
              throw new Unwritable("'" + texts.text(row) + "' is no uuid");
            }
            to.putInt(Long.BYTES * 2);
            to.putLong(uuid.getMostSignificantBits());
            to.putLong(uuid.getLeastSignificantBits());
          };
      case "numeric" ->
          (row, to) -> {
            String text = texts.text(row);
            if (text.equals("NaN")) {
              Numeric.putNan(to);
              return;
            }
            try {
              BigDecimal value = new BigDecimal(text);
              Numeric.put(to, value.unscaledValue(), value.scale());
            } catch (NumberFormatException e) {
              throw new Unwritable("'" + text + "' is no number");
            }
          };
      default -> null;
    };
  }

  private static @Nullable Encoder lists(Field field, ListValues lists, PostgresType type) {
    PostgresType element = type.element();
    if (element == null) {
      return null;
    }
    ColumnValues items = lists.items();
    Encoder item = of(field.getChildren().get(0), items, element);
    if (item == null) {
      return null;
    }
    return (row, to) -> {
      int first = lists.start(row);
      int last = lists.end(row);
      int start = to.beginValue();
      boolean hasNull = false;
      for (int i = first; i < last; i++) {
        hasNull |= items.isNull(i);
      }
      to.putInt(first == last ? 0 : 1);
      to.putInt(hasNull ? 1 : 0);
      to.putInt(element.oid());
      if (first < last) {
        to.putInt(last - first);
        to.putInt(1);
      }
      for (int i = first; i < last; i++) {
        if (items.isNull(i)) {
          to.putInt(-1);
        } else {
          item.encode(i, to);
        }
      }
      to.endValue(start);
    };
  }

  private static @Nullable Encoder moments(ArrowType type, ColumnValues values, String name) {
    if (type instanceof ArrowType.Bool && name.equals("bool")) {
      IntValues bits = (IntValues) values;
      return (row, to) -> {
        to.putInt(1);
        to.putByte(bits.bits(row));
      };
    } else if (type instanceof ArrowType.Date date && name.equals("date")) {
      Longs days =
          date.getUnit() == DateUnit.DAY
              ? ((IntValues) values)::at
              : row -> Math.floorDiv(((LongValues) values).at(row), DAY_MILLISECONDS);
      return (row, to) -> {
        to.putInt(Integer.BYTES);
        to.putInt((int) days.at(row) - Decoder.DAYS_TO_2000);
      };
    } else if (type instanceof ArrowType.Time time && name.equals("time")) {
      Longs get = values instanceof LongValues longs ? longs::at : ((IntValues) values)::at;
      Longs microseconds = microseconds(get, time.getUnit());
      return (row, to) -> {
        to.putInt(Long.BYTES);
        to.putLong(microseconds.at(row));
      };
    } else if (type instanceof ArrowType.Timestamp timestamp
        && name.equals(timestamp.getTimezone() == null ? "timestamp" : "timestamptz")) {
      Longs microseconds = microseconds(((LongValues) values)::at, timestamp.getUnit());
      return (row, to) -> {
        to.putInt(Long.BYTES);
        to.putLong(microseconds.at(row) - Decoder.MICROSECONDS_TO_2000);
      };
    } else if (type instanceof ArrowType.Duration duration && name.equals("interval")) {
      Longs microseconds = microseconds(((LongValues) values)::at, duration.getUnit());
      return (row, to) -> putInterval(to, microseconds.at(row), 0, 0);
    } else if (type instanceof ArrowType.Interval && name.equals("interval")) {
      return interval(values);
    }
    return null;
  }

  private static @Nullable Encoder interval(ColumnValues values) {
    if (!(values instanceof LongValues longs)) {
      return null;
    }
    Longs microseconds = microseconds(row -> longs.word(row, 1), TimeUnit.NANOSECOND);
    return (row, to) -> {
      long monthsAndDays = longs.word(row, 0);
      putInterval(
          to, microseconds.at(row), (int) (monthsAndDays >> Integer.SIZE), (int) monthsAndDays);
    };
  }

  private static void putInterval(CopyBuffer to, long microseconds, int days, int months) {
    to.putInt(Long.BYTES + 2 * Integer.BYTES);
    to.putLong(microseconds);
    to.putInt(days);
    to.putInt(months);
  }

  private static Longs microseconds(Longs get, TimeUnit unit) {
    return switch (unit) {
      case SECOND -> row -> Math.multiplyExact(get.at(row), (long) SECONDS_TO_MICROSECONDS);
      case MILLISECOND -> row -> Math.multiplyExact(get.at(row), (long) THOUSAND);
      case MICROSECOND -> get;
      case NANOSECOND ->
          row -> {
            long value = get.at(row);
            if (value % THOUSAND != 0) {
              throw new Unwritable(
                  "it has nanoseconds and PostgreSQL keeps microseconds; .dt.floor('us') cuts them");
            }
            return value / THOUSAND;
          };
    };
  }
}
