package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.arrow.BatchReader;
import dev.falflow.warehouse.jdbc.Dialect.Publishing;
import dev.falflow.warehouse.jdbc.Relation.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * One table published whole (DESIGN D7): loaded beside the old one, then put in its place, in one
 * transaction where the database has that for tables, else by the swap of names it has.
 */
final class Publication implements AutoCloseable {
  private final JdbcConnections.Session session;
  private final Connection connection;
  private final Dialect dialect;
  private final Relation relation;
  private final BufferAllocator allocator;

  private final boolean appends;
  private List<Field> fields = List.of();
  private Kind old = Kind.NOTHING;
  private @Nullable Relation into;
  private long rows;
  private boolean finished;

  /** {@code mode}: {@code overwrite} or {@code append}. */
  Publication(
      JdbcConnections.Session session,
      Dialect dialect,
      Relation relation,
      BufferAllocator allocator,
      String mode) {
    this.session = session;
    this.connection = session.connection();
    this.dialect = dialect;
    this.relation = relation;
    this.allocator = allocator;
    this.appends = mode.equals("append");
  }

  /** Loads the files' rows, all of the same columns. */
  void add(List<Path> files) throws SQLException {
    try (BatchReader batches = new BatchReader(files, allocator)) {
      Relation target = into;
      if (target == null) {
        target = begin(batches.schema().getFields());
        into = target;
      }
      String columns = target + " (" + columns(fields) + ")";
      rows += new TableWriter(session, dialect).write(batches, columns, rows);
    }
  }

  /** Where the rows are loaded: into a new table, or the old one where that can be undone. */
  private Relation begin(List<Field> given) throws SQLException {
    fields = given;
    check(fields);
    if (dialect.hasTransactions()) {
      connection.setAutoCommit(false);
    }
    old = relation.kind(connection, dialect);
    if (isAddition()) {
      checkKnown(fields);
      if (dialect.hasTransactions()) {
        return relation;
      }
    }
    if (old == Kind.NOTHING && !relation.hasSchema(connection, dialect)) {
      session.execute(dialect.createSchema() + relation.schemaInSql());
    }
    Relation made = relation.named("fal_" + UUID.randomUUID().toString().replace("-", ""));
    into = made; // it may be there though an error says otherwise
    session.execute(
        fields.stream()
                .map(field -> column(field) + " " + type(field))
                .collect(Collectors.joining(", ", "create table " + made + " (", ")"))
            + dialect.tableOptions());
    return made;
  }

  private boolean isAddition() {
    return appends && old == Kind.TABLE;
  }

  /** Publishes what was added; how many rows. */
  long publish() throws SQLException {
    Relation made = into;
    if (made != null && !made.equals(relation)) {
      if (dialect.hasTransactions() && dialect.publishing() != Publishing.TRANSACTION) {
        connection.commit();
      }
      finish(isAddition() ? List.of(addition(made, fields)) : replacement(made, old), made);
    }
    if (dialect.hasTransactions()) {
      connection.commit();
    }
    finished = !isAddition() || dialect.hasTransactions();
    return rows;
  }

  /** Removes what was loaded and not published, where no transaction does. */
  @Override
  public void close() throws SQLException {
    Relation made = into;
    if (!finished
        && made != null
        && !made.equals(relation)
        && dialect.publishing() != Publishing.TRANSACTION) {
      session.execute("drop table if exists " + made);
    }
  }

  private Relation aside(Relation made) {
    return relation.named(made.name() + "_old");
  }

  private void finish(List<String> statements, Relation made) throws SQLException {
    session.execute(statements.get(0));
    try {
      for (String statement : statements.subList(1, statements.size())) {
        session.execute(statement);
      }
    } catch (SQLException e) {
      if (dialect.publishing() == Publishing.RENAME_TABLE) {
        // The old one can't be dropped, for a foreign key points at it: it gets its place back.
        session.execute(
            "rename table %s to %s, %s to %s".formatted(relation, made, aside(made), relation));
      }
      throw e;
    }
  }

  private String addition(Relation made, List<Field> fields) {
    String columns = columns(fields);
    return "insert into " + relation + " (" + columns + ") select " + columns + " from " + made;
  }

  private List<String> replacement(Relation made, Kind old) {
    Relation aside = aside(made);
    String dropOld = "drop " + (old == Kind.VIEW ? "view " : "table ");
    Publishing how = dialect.publishing();
    List<String> statements = new ArrayList<>();
    if (how == Publishing.REPLACE) {
      if (old == Kind.VIEW) {
        statements.add(dropOld + relation);
      }
      statements.add("create or replace table " + relation + " as select * from " + made);
      statements.add("drop table " + made);
    } else if (old == Kind.NOTHING) {
      statements.add(rename(made, relation));
    } else if (how == Publishing.RENAME_TABLE) {
      statements.add("rename table %s to %s, %s to %s".formatted(relation, aside, made, relation));
      statements.add(dropOld + aside);
    } else if (how == Publishing.SWAP && old == Kind.TABLE) {
      statements.add("alter table " + relation + " swap with " + made);
      statements.add(dropOld + made);
    } else if (how == Publishing.EXCHANGE && old == Kind.TABLE) {
      statements.add("exchange tables " + relation + " and " + made);
      statements.add(dropOld + made);
    } else if (how == Publishing.RENAMES && old == Kind.TABLE) {
      statements.add(rename(relation, aside));
      statements.add(rename(made, relation));
      statements.add(dropOld + aside);
    } else {
      statements.add(dropOld + relation);
      statements.add(rename(made, relation));
    }
    return statements;
  }

  private String rename(Relation from, Relation to) {
    return switch (dialect) {
      case MYSQL, MARIADB, CLICKHOUSE -> "rename table " + from + " to " + to;
      case SQLSERVER ->
          "exec sp_rename %s, %s"
              .formatted(Identifiers.literal(from.toString()), Identifiers.literal(to.name()));
      case SNOWFLAKE, TRINO -> "alter table " + from + " rename to " + to;
      default -> "alter table " + from + " rename to " + to.bareName();
    };
  }

  private String columns(List<Field> fields) {
    List<String> names = new ArrayList<>();
    for (Field field : fields) {
      names.add(column(field));
    }
    return String.join(", ", names);
  }

  private String column(Field field) {
    return session.quoted(field.getName());
  }

  /** As its source, {@code dtype=} or the YAML says, else by value. */
  private String type(Field field) {
    String asked = field.getMetadata().get(ArrowText.DATABASE_TYPE);
    boolean isUnlimited = "numeric".equals(asked) && dialect == Dialect.ORACLE;
    return isUnlimited ? "number" : asked == null ? dialect.type(field.getType()) : asked;
  }

  private void check(List<Field> fields) {
    List<Problem> problems = new ArrayList<>();
    for (Field field : fields) {
      String asked = field.getMetadata().get(ArrowText.DATABASE_TYPE);
      if (asked != null && !TypeText.isType(asked)) {
        problems.add(
            Problem.of(
                "unknown-type",
                "column %s: %s is no type.".formatted(Identifiers.quote(field.getName()), asked)));
      }
      if (!TableWriter.canWrite(field, dialect)) {
        problems.add(
            Problem.of(
                "unsupported-type",
                "column %s: %s has no column for values of Arrow's type %s; write a number or text."
                    .formatted(
                        Identifiers.quote(field.getName()), dialect.adapter(), field.getType())));
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  /** Refuses columns that the table which is added to doesn't have. */
  private void checkKnown(List<Field> fields) throws SQLException {
    List<String> known = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement("select * from " + relation)) {
      ResultReader.describe(query, dialect).forEach(column -> known.add(column.name()));
    }
    List<Problem> problems = new ArrayList<>();
    for (Field field : fields) {
      if (known.stream().noneMatch(name -> name.equalsIgnoreCase(field.getName()))) {
        problems.add(
            Problem.of(
                "unknown-column",
                "column %s is not in %s, which it would be added to; it has %s."
                    .formatted(
                        Identifiers.quote(field.getName()), relation, String.join(", ", known))));
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }
}
