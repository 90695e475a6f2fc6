package dev.falflow.warehouse.arrow;

import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** What the worker is told of columns in words: Arrow types as pyarrow prints them. */
public final class ArrowText {
  /** Field metadata: the type that the column has in the database, as its SQL writes it. */
  public static final String DATABASE_TYPE = "fal:database_type";

  private ArrowText() {}

  public static String of(Field field) {
    if (field.getDictionary() != null) {
      return "string";
    }
    ArrowType type = field.getType();
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
      String unit = timestamp.getUnit() == TimeUnit.MICROSECOND ? "us" : "ns";
      String zone = timestamp.getTimezone();
      return zone == null ? "timestamp[" + unit + "]" : "timestamp[" + unit + ", tz=" + zone + "]";
    } else if (type instanceof ArrowType.Interval) {
      return "month_day_nano_interval";
    } else if (type instanceof ArrowType.List) {
      return "list<item: " + of(field.getChildren().get(0)) + ">";
    }
    return "string";
  }
}
