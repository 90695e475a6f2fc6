package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.arrow.BatchReader;
import dev.falflow.warehouse.postgres.TypeCatalog.Column;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * One table published whole (DESIGN D7): loaded beside the old one, then put in its place, all in
 * the connection's transaction, which the caller commits. Nothing blocks readers of the old table
 * until the new one is loaded.
 */
final class Publication {
  private static final int LONGEST_NAME = 63;
  private static final int SHOWN = 200;

  private final Connection connection;
  private final TypeCatalog types;
  private final Relation relation;
  private final JsonNode details;
  private final BufferAllocator allocator;
  private final boolean isAppend;
  private final Relation made;
  private Relation into;
  private @Nullable List<Loaded> columns;
  private long rows;

  /** {@code mode}: {@code overwrite} or {@code append}. */
  Publication(
      Connection connection,
      TypeCatalog types,
      Relation relation,
      JsonNode details,
      BufferAllocator allocator,
      String mode) {
    this.connection = connection;
    this.types = types;
    this.relation = relation;
    this.details = details;
    this.allocator = allocator;
    this.isAppend = mode.equals("append");
    this.made =
        new Relation(relation.schema(), "fal_" + UUID.randomUUID().toString().replace("-", ""));
    this.into = made;
  }

  /** Loads a part's rows; all parts have the columns of the first. */
  void add(List<Path> files) throws SQLException {
    try (BatchReader batches = new BatchReader(files, allocator)) {
      List<Loaded> known = columns;
      if (known == null) {
        known = begin(batches.schema().getFields());
        columns = known;
      }
      rows += new CopyWriter(connection, into, known, into.equals(made)).write(batches, rows);
    }
  }

  /** A value of files that were to be added, for an error; null when it can't be told. */
  @Nullable String value(List<Path> files, String column, long row) {
    try (BatchReader batches = new BatchReader(files, allocator)) {
      return batches.text(column, row, SHOWN);
    }
  }

  private List<Loaded> begin(List<Field> fields) throws SQLException {
    checkNames(fields);
    OldTable old = OldTable.find(connection, relation);
    if (isAppend && old != null && old.isTable()) {
      into = relation;
      return existing(fields, old);
    }
    if (old == null) {
      relation.makeSchema(connection);
    }
    List<Loaded> wanted = wanted(fields);
    execute(
        wanted.stream()
            .map(column -> Identifiers.quote(column.name()) + " " + column.loadedAs().sql())
            .collect(Collectors.joining(", ", "create table " + made + " (", ")")));
    return wanted;
  }

  /** Rows loaded by the parts so far. */
  long rows() {
    return rows;
  }

  /** Puts what was loaded in its place; how many rows. */
  long finish() throws SQLException {
    List<Loaded> known = columns;
    if (known != null && into.equals(made)) {
      new Casts(connection, made, known).run();
      new Replacement(connection, relation, made, details, known).run();
    }
    return rows;
  }

  /**
   * A column on its way in.
   *
   * @param type of the column in the end
   * @param loadedAs what it is loaded as: the same, or what PostgreSQL casts to it
   */
  record Loaded(String name, PostgresType type, PostgresType loadedAs) {}

  private void checkNames(List<Field> fields) {
    List<Problem> problems = new ArrayList<>();
    for (Field field : fields) {
      int bytes = field.getName().getBytes(StandardCharsets.UTF_8).length;
      if (bytes > LONGEST_NAME) {
        problems.add(
            Problem.of(
                "bad-column-name",
                "column %s: its name has %d bytes, and PostgreSQL keeps %d; rename it."
                    .formatted(Identifiers.quote(field.getName()), bytes, LONGEST_NAME)));
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  /** The columns of a new table: as their source, {@code dtype=} or the YAML say, else by value. */
  private List<Loaded> wanted(List<Field> fields) throws SQLException {
    List<Loaded> wanted = new ArrayList<>();
    for (Field field : fields) {
      PostgresType natural = named(PostgresArrow.sql(field));
      String asked = field.getMetadata().get(ArrowText.DATABASE_TYPE);
      PostgresType type = natural;
      if (asked != null) {
        PostgresType found = types.named(connection, asked);
        if (found == null) {
          throw new FalException(
              Problem.of(
                  "unknown-type",
                  "column %s: PostgreSQL has no type %s."
                      .formatted(Identifiers.quote(field.getName()), asked)));
        }
        type = found;
      }
      wanted.add(loaded(field, type, natural));
    }
    return wanted;
  }

  /** The columns of the table that is added to, by name. */
  private List<Loaded> existing(List<Field> fields, OldTable old) throws SQLException {
    Map<String, Column> known = new HashMap<>();
    old.columns(connection, types).forEach(column -> known.put(column.name(), column));
    List<Loaded> existing = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (Field field : fields) {
      Column column = known.get(field.getName());
      if (column == null) {
        problems.add(
            Problem.of(
                "unknown-column",
                "column %s is not in %s, which it would be added to; it has %s."
                    .formatted(
                        Identifiers.quote(field.getName()),
                        relation,
                        String.join(", ", known.keySet()))));
        continue;
      }
      Loaded loaded = loaded(field, column.type(), named(PostgresArrow.sql(field)));
      if (!loaded.loadedAs().equals(loaded.type())) {
        problems.add(
            Problem.of(
                "wrong-type",
                "column %s is %s in %s and %s in the frame."
                    .formatted(
                        Identifiers.quote(field.getName()),
                        column.type().sql(),
                        relation,
                        loaded.loadedAs().sql())));
      }
      existing.add(loaded);
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
    return existing;
  }

  private PostgresType named(String sql) throws SQLException {
    PostgresType found = types.named(connection, sql);
    if (found == null) {
      throw new IllegalStateException("no type " + sql);
    }
    return found;
  }

  private static Loaded loaded(Field field, PostgresType type, PostgresType natural) {
    return new Loaded(field.getName(), type, CopyWriter.canLoad(field, type) ? type : natural);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
