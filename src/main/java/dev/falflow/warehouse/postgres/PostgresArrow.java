package dev.falflow.warehouse.postgres;

import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.postgres.TypeCatalog.Column;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's types as Arrow's, and back; docs/types.md has the table. */
final class PostgresArrow {
  private static final int MOST_DIGITS = 76; // of Arrow's widest decimal
  private static final int NARROW_DIGITS = 38;
  private static final int DECIMAL128 = 128;
  private static final int DECIMAL256 = 256;

  private PostgresArrow() {}

  /** The Arrow type of a column; null when it is read as text, by a cast. */
  static @Nullable ArrowType arrow(PostgresType type) {
    if (type.isEnum()) {
      return new ArrowType.Int(Integer.SIZE, true);
    }
    PostgresType element = type.element();
    if (element != null) {
      return element.isEnum() || element.element() != null || arrow(element) == null
          ? null
          : new ArrowType.List();
    }
    return switch (type.name()) {
      case "bool" -> new ArrowType.Bool();
      case "int2" -> new ArrowType.Int(Short.SIZE, true);
      case "int4" -> new ArrowType.Int(Integer.SIZE, true);
      case "int8" -> new ArrowType.Int(Long.SIZE, true);
      case "oid" -> new ArrowType.Int(Integer.SIZE, false);
      case "float4" -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case "float8" -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case "numeric" ->
          hasDecimal(type)
              ? new ArrowType.Decimal(
                  type.precision(),
                  type.scale(),
                  type.precision() > NARROW_DIGITS ? DECIMAL256 : DECIMAL128)
              : new ArrowType.Utf8();
      case "text", "varchar", "bpchar", "name", "json", "jsonb", "xml", "uuid" ->
          new ArrowType.Utf8();
      case "bytea" -> new ArrowType.Binary();
      case "date" -> new ArrowType.Date(DateUnit.DAY);
      case "time" -> new ArrowType.Time(TimeUnit.MICROSECOND, Long.SIZE);
      case "timestamp" -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
      case "timestamptz" -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
      case "interval" -> new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO);
      default -> null;
    };
  }

  /** Whether an Arrow decimal can hold it; one without limits comes as text. */
  static boolean hasDecimal(PostgresType type) {
    return type.precision() > 0
        && type.precision() <= MOST_DIGITS
        && type.scale() >= 0
        && type.scale() <= type.precision();
  }

  /** The field of a column; an enum's is a dictionary, which is added to {@code dictionaries}. */
  static Field field(Column column, MapDictionaryProvider dictionaries, BufferAllocator allocator) {
    PostgresType type = column.type();
    ArrowType arrow = arrow(type);
    Map<String, String> metadata = Map.of(ArrowText.DATABASE_TYPE, type.sql());
    DictionaryEncoding encoding = null;
    if (type.isEnum()) {
      encoding =
          new DictionaryEncoding(
              dictionaries.getDictionaryIds().size() + 1L,
              false,
              new ArrowType.Int(Integer.SIZE, true));
      dictionaries.put(new Dictionary(labels(type, allocator), encoding));
    }
    FieldType fieldType =
        new FieldType(true, arrow == null ? new ArrowType.Utf8() : arrow, encoding, metadata);
    PostgresType element = type.element();
    List<Field> children =
        element == null || arrow == null
            ? List.of()
            : List.of(field(new Column("item", element), dictionaries, allocator));
    return new Field(column.name(), fieldType, children);
  }

  private static VarCharVector labels(PostgresType type, BufferAllocator allocator) {
    VarCharVector vector = new VarCharVector("labels", allocator);
    for (int i = 0; i < type.labels().size(); i++) {
      vector.setSafe(i, type.labels().get(i).getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(type.labels().size());
    return vector;
  }

  /** The type that a new column of this field has, as SQL writes it. */
  static String sql(Field field) {
    ArrowType type = field.getType();
    if (type instanceof ArrowType.Bool) {
      return "boolean";
    } else if (type instanceof ArrowType.Int integer) {
      return sql(integer);
    } else if (type instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.DOUBLE ? "double precision" : "real";
    } else if (type instanceof ArrowType.Decimal decimal) {
      return "numeric(" + decimal.getPrecision() + "," + decimal.getScale() + ")";
    } else if (type instanceof ArrowType.Utf8 || type instanceof ArrowType.LargeUtf8) {
      return "text";
    } else if (type instanceof ArrowType.Binary || type instanceof ArrowType.LargeBinary) {
      return "bytea";
    } else if (type instanceof ArrowType.Date) {
      return "date";
    } else if (type instanceof ArrowType.Time) {
      return "time without time zone";
    } else if (type instanceof ArrowType.Timestamp timestamp) {
      return timestamp.getTimezone() == null
          ? "timestamp without time zone"
          : "timestamp with time zone";
    } else if (type instanceof ArrowType.Interval || type instanceof ArrowType.Duration) {
      return "interval";
    } else if (type instanceof ArrowType.List) {
      String item = sql(field.getChildren().get(0));
      return item.equals("jsonb") || item.endsWith("[]") ? "jsonb" : item + "[]";
    } else {
      return "jsonb";
    }
  }

  private static String sql(ArrowType.Int type) {
    return switch (type.getBitWidth()) {
      case Byte.SIZE -> "smallint";
      case Short.SIZE -> type.getIsSigned() ? "smallint" : "integer";
      case Integer.SIZE -> type.getIsSigned() ? "integer" : "bigint";
      default -> type.getIsSigned() ? "bigint" : "numeric(20,0)";
    };
  }
}
