package dev.falflow.warehouse.postgres;

import dev.falflow.warehouse.arrow.BytesValues;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.IntValues;
import dev.falflow.warehouse.arrow.ListValues;
import dev.falflow.warehouse.arrow.LongValues;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Adds one value in PostgreSQL's binary form to a column. The forms are those of the server's
 * {@code …_send} functions: big-endian, days and microseconds since 2000.
 */
@FunctionalInterface
interface Decoder {
  int DAYS_TO_2000 = 10_957;
  long MICROSECONDS_TO_2000 = 946_684_800_000_000L;

  /**
   * Adds the value.
   *
   * @throws Unreadable when Arrow has no such value
   */
  void decode(byte[] row, int at, int length);

  /** A value that no frame can hold, and what to do about it. */
  final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreadable(String value, String remedy) {
      super(value + ", which a frame can't hold; " + remedy);
    }

    @Override
    public String getMessage() {
      return Objects.requireNonNull(super.getMessage());
    }
  }

  /** The decoder for a type into its column, as {@link PostgresArrow#arrow} chose it. */
  static Decoder of(PostgresType type, ColumnValues values) {
    if (PostgresArrow.arrow(type) == null) {
      return text((BytesValues) values); // by a cast
    }
    if (type.isEnum()) {
      return enumLabel(type, (IntValues) values);
    }
    PostgresType element = type.element();
    if (element != null) {
      ListValues lists = (ListValues) values;
      return array(lists, of(element, lists.items()));
    }
    return scalar(type, values);
  }

  private static Decoder scalar(PostgresType type, ColumnValues values) {
    return switch (type.name()) {
      case "bool" -> {
        IntValues ints = (IntValues) values;
        yield (row, at, length) -> ints.add(row[at]);
      }
      case "int2" -> {
        IntValues ints = (IntValues) values;
        yield (row, at, length) -> ints.add((short) Binary.shortAt(row, at));
      }
      case "int4", "oid", "float4" -> {
        IntValues ints = (IntValues) values;
        yield (row, at, length) -> ints.add(Binary.intAt(row, at));
      }
      case "int8", "float8", "time" -> {
        LongValues longs = (LongValues) values;
        yield (row, at, length) -> longs.add(Binary.longAt(row, at));
      }
      case "numeric" -> numeric(type, values);
      case "jsonb" -> {
        BytesValues texts = (BytesValues) values;
        yield (row, at, length) -> texts.add(row, at + 1, length - 1); // a version goes first
      }
      case "uuid" -> {
        BytesValues texts = (BytesValues) values;
        yield (row, at, length) -> texts.add(uuid(row, at));
      }
      case "date" -> date((IntValues) values);
      case "timestamp", "timestamptz" -> timestamp((LongValues) values);
      case "interval" -> interval((LongValues) values);
      default -> text((BytesValues) values);
    };
  }

  private static Decoder text(BytesValues texts) {
    return texts::add;
  }

  private static Decoder numeric(PostgresType type, ColumnValues values) {
    if (values instanceof BytesValues texts) {
      return (row, at, length) -> texts.add(Numeric.text(row, at));
    }
    LongValues longs = (LongValues) values;
    int scale = type.scale();
    if (type.precision() <= Numeric.LONG_DIGITS) {
      return (row, at, length) -> longs.add(Numeric.unscaledLong(row, at, scale));
    }
    return (row, at, length) -> longs.add(Numeric.unscaled(row, at, scale));
  }

  private static Decoder date(IntValues days) {
    return (row, at, length) -> {
      int value = Binary.intAt(row, at);
      if (value == Integer.MAX_VALUE || value == Integer.MIN_VALUE) {
        throw infinite(value > 0);
      }
      days.add(value + DAYS_TO_2000);
    };
  }

  private static Decoder timestamp(LongValues microseconds) {
    return (row, at, length) -> {
      long value = Binary.longAt(row, at);
      if (value == Long.MAX_VALUE || value == Long.MIN_VALUE) {
        throw infinite(value > 0);
      }
      microseconds.add(value + MICROSECONDS_TO_2000);
    };
  }

  private static Unreadable infinite(boolean positive) {
    String word = positive ? "infinity" : "-infinity";
    return new Unreadable("'" + word + "'", "nullif(…, '" + word + "') in SQL makes it a NULL");
  }

  private static Decoder interval(LongValues values) {
    return (row, at, length) -> {
      long nanoseconds;
      try {
        nanoseconds = Math.multiplyExact(Binary.longAt(row, at), 1000L);
      } catch (ArithmeticException e) {
        throw new Unreadable("an interval of more than 292 years of hours", "cast it to text");
      }
      long days = Binary.intAt(row, at + 8);
      long months = Binary.intAt(row, at + 12) & 0xffffffffL;
      values.add(days << Integer.SIZE | months, nanoseconds);
    };
  }

  private static String uuid(byte[] row, int at) {
    String hex = HexFormat.of().formatHex(row, at, at + 16);
    return String.join(
        "-",
        hex.substring(0, 8),
        hex.substring(8, 12),
        hex.substring(12, 16),
        hex.substring(16, 20),
        hex.substring(20));
  }

  private static Decoder enumLabel(PostgresType type, IntValues codes) {
    Map<String, Integer> known = new HashMap<>();
    for (String label : type.labels()) {
      known.put(label, known.size());
    }
    return (row, at, length) -> {
      String label = new String(row, at, length, StandardCharsets.UTF_8);
      @Nullable Integer code = known.get(label);
      if (code == null) {
        throw new Unreadable("the enum's new label '" + label + "'", "run again");
      }
      codes.add(code);
    };
  }

  private static Decoder array(ListValues lists, Decoder item) {
    return (row, at, length) -> {
      int dimensions = Binary.intAt(row, at);
      if (dimensions > 1) {
        throw new Unreadable(
            "an array of " + dimensions + " dimensions", "to_jsonb(…) in SQL keeps it as text");
      }
      if (dimensions == 1) {
        int count = Binary.intAt(row, at + 12);
        int place = at + 20;
        for (int i = 0; i < count; i++) {
          int size = Binary.intAt(row, place);
          place += 4;
          if (size < 0) {
            lists.items().addNull();
          } else {
            item.decode(row, place, size);
            place += size;
          }
        }
      }
      lists.endList();
    };
  }
}
