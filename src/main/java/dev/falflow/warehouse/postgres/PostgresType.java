package dev.falflow.warehouse.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type of a column.
 *
 * @param name PostgreSQL's internal name: {@code int4}, {@code bpchar}, {@code timestamptz}; an
 *     array's is {@code _} and its element's
 * @param oid of the type
 * @param sql as it is written in a statement, length and precision included
 * @param precision of a numeric that has one, else 0
 * @param scale of a numeric
 * @param element of an array, else null
 * @param labels of an enum, in its order, else empty
 */
record PostgresType(
    String name,
    int oid,
    String sql,
    int precision,
    int scale,
    @Nullable PostgresType element,
    List<String> labels) {
  PostgresType {
    labels = List.copyOf(labels);
  }

  boolean isEnum() {
    return !labels.isEmpty();
  }
}
