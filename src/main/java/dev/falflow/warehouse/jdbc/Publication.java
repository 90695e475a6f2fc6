package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
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

/**
 * One table published whole (DESIGN D7): loaded beside the old one, then put in its place, in one
 * transaction where the database has that for tables, else by the swap of names it has.
 */
final class Publication {
  private final JdbcConnections.Session session;
  private final Connection connection;
  private final Dialect dialect;
  private final Relation relation;
  private final BufferAllocator allocator;

  Publication(
      JdbcConnections.Session session,
      Dialect dialect,
      Relation relation,
      BufferAllocator allocator) {
    this.session = session;
    this.connection = session.connection();
    this.dialect = dialect;
    this.relation = relation;
    this.allocator = allocator;
  }

  /**
   * Loads and publishes.
   *
   * @param mode {@code overwrite} or {@code append}
   * @return rows written
   */
  long publish(List<Path> files, String mode) throws SQLException {
    try (BatchReader batches = new BatchReader(files, allocator)) {
      List<Field> fields = batches.schema().getFields();
      check(fields);
      if (dialect.hasTransactions()) {
        connection.setAutoCommit(false);
      }
      Kind old = relation.kind(connection, dialect);
      boolean isAdded = mode.equals("append") && old == Kind.TABLE;
      long rows;
      if (isAdded && dialect.hasTransactions()) {
        checkKnown(fields);
        rows = load(batches, relation, fields);
      } else if (isAdded) {
        checkKnown(fields);
        rows = beside(batches, fields, made -> List.of(addition(made, fields)));
      } else {
        rows = beside(batches, fields, made -> replacement(made, old));
      }
      if (dialect.hasTransactions()) {
        connection.commit();
      }
      return rows;
    }
  }

  private interface Ending {
    /** The statements that publish what was loaded. */
    List<String> after(Relation made);
  }

  /** Loads into a new table, which is gone when anything fails. */
  private long beside(BatchReader batches, List<Field> fields, Ending ending) throws SQLException {
    Relation made = relation.named("fal_" + UUID.randomUUID().toString().replace("-", ""));
    try {
      session.execute(
          fields.stream()
                  .map(field -> column(field) + " " + type(field))
                  .collect(Collectors.joining(", ", "create table " + made + " (", ")"))
              + dialect.tableOptions());
      long rows = load(batches, made, fields);
      if (dialect.hasTransactions() && dialect.publishing() != Publishing.TRANSACTION) {
        connection.commit();
      }
      finish(ending.after(made), made);
      return rows;
    } catch (SQLException | RuntimeException e) {
      if (dialect.publishing() != Publishing.TRANSACTION) {
        cleanUp(made, e);
      }
      throw e;
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

  private void cleanUp(Relation made, Exception failure) {
    try {
      session.execute("drop table if exists " + made);
    } catch (SQLException e) {
      failure.addSuppressed(e);
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

  private long load(BatchReader batches, Relation into, List<Field> fields) throws SQLException {
    String target = into + " (" + columns(fields) + ")";
    return new TableWriter(session, dialect).write(batches, target);
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
    String asked = field.getMetadata().get(Column.DATABASE_TYPE);
    boolean isUnlimited = "numeric".equals(asked) && dialect == Dialect.ORACLE;
    return isUnlimited ? "number" : asked == null ? dialect.type(field.getType()) : asked;
  }

  private void check(List<Field> fields) {
    List<Problem> problems = new ArrayList<>();
    for (Field field : fields) {
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
