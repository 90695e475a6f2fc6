package dev.falflow.warehouse.jdbc;

import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * What a database calls the types of new columns.
 *
 * @param decimal with two {@code %d}, for precision and scale
 */
record TypeNames(
    String bool,
    String int16,
    String int32,
    String int64,
    String float32,
    String float64,
    String decimal,
    String text,
    String binary,
    String date,
    String time,
    String timestamp,
    String timestampWithZone) {

  static final String ANSI =
      "boolean|smallint|integer|bigint|real|double precision|decimal(%d,%d)|varchar|varbinary"
          + "|date|time|timestamp|timestamp with time zone";

  /** MySQL's and MariaDB's. */
  static final String MYSQL =
      "boolean|smallint|int|bigint|float|double|decimal(%d,%d)|longtext|longblob"
          + "|date|time(6)|datetime(6)|timestamp(6)";

  /** All of them, in order, with {@code |} between. */
  static TypeNames of(String names) {
    String[] each = names.split("\\|", -1);
    return new TypeNames(
        each[0], each[1], each[2], each[3], each[4], each[5], each[6], each[7], each[8], each[9],
        each[10], each[11], each[12]);
  }

  /** The type that a new column of this Arrow type has; nested ones are kept as JSON text. */
  String of(ArrowType type) {
    if (type instanceof ArrowType.Bool) {
      return bool;
    } else if (type instanceof ArrowType.Int integer) {
      return of(integer);
    } else if (type instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.DOUBLE ? float64 : float32;
    } else if (type instanceof ArrowType.Decimal number) {
      return decimal.formatted(number.getPrecision(), Math.max(0, number.getScale()));
    } else if (type instanceof ArrowType.Binary || type instanceof ArrowType.LargeBinary) {
      return binary;
    } else if (type instanceof ArrowType.Date) {
      return date;
    } else if (type instanceof ArrowType.Time) {
      return time;
    } else if (type instanceof ArrowType.Timestamp moment) {
      return moment.getTimezone() == null ? timestamp : timestampWithZone;
    }
    return text;
  }

  private String of(ArrowType.Int type) {
    // An unsigned integer has the next wider type.
    return switch (type.getBitWidth() * (type.getIsSigned() ? 1 : 2)) {
      case Byte.SIZE, Short.SIZE -> int16;
      case Integer.SIZE -> int32;
      case Long.SIZE -> int64;
      default -> decimal.formatted(20, 0);
    };
  }
}
