package dev.falflow.warehouse.postgres;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.postgres.Publication.Loaded;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Columns that were loaded as another type get their own, by PostgreSQL's casts. */
final class Casts {
  private static final String DATA_EXCEPTION = "22";

  /** Casts row by row until one fails. In the order of loading: the table is new and ours. */
  private static final String FIND =
      """
      declare
        number bigint := 0;
        here record;
        made %s;
      begin
        for here in select %s as value from %s loop
          begin
            made := here.value::%s;
          exception when others then
            raise exception using errcode = '22000',
              message = format('row %%s: %%L: %%s', number, left(here.value::text, 200), sqlerrm);
          end;
          number := number + 1;
        end loop;
      end""";

  private final Connection connection;
  private final Relation table;
  private final List<Loaded> columns;

  Casts(Connection connection, Relation table, List<Loaded> loaded) {
    this.connection = connection;
    this.table = table;
    this.columns =
        loaded.stream().filter(column -> !column.loadedAs().equals(column.type())).toList();
  }

  /**
   * Casts them.
   *
   * @throws FalException {@code unwritable-value}, naming column, row and value
   */
  void run() throws SQLException {
    if (columns.isEmpty()) {
      return;
    }
    Savepoint loaded = connection.setSavepoint();
    try {
      execute(
          columns.stream()
              .map(
                  column ->
                      "alter column %s type %s using %s::%s"
                          .formatted(
                              name(column), column.type().sql(), name(column), through(column)))
              .collect(Collectors.joining(", ", "alter table " + table + " ", "")));
      connection.releaseSavepoint(loaded);
    } catch (SQLException e) {
      if (String.valueOf(e.getSQLState()).startsWith(DATA_EXCEPTION)) {
        connection.rollback(loaded);
        find();
      }
      throw e;
    }
  }

  private void find() throws SQLException {
    for (Loaded column : columns) {
      try {
        execute(
            "do "
                + Identifiers.literal(
                    FIND.formatted(column.type().sql(), name(column), table, through(column))));
      } catch (PSQLException e) {
        ServerErrorMessage said = e.getServerErrorMessage();
        throw new FalException(
            Problem.of(
                "unwritable-value",
                "column %s (%s), %s."
                    .formatted(
                        name(column),
                        column.type().sql(),
                        said == null ? e.getMessage() : said.getMessage())),
            e);
      }
    }
  }

  private static String name(Loaded column) {
    return Identifiers.quote(column.name());
  }

  /** The type to cast to; a cast to a text's own type would cut it to its length. */
  private static String through(Loaded column) {
    PostgresType element = column.type().element();
    String base = element == null ? column.type().name() : element.name();
    boolean isText = base.equals("varchar") || base.equals("bpchar");
    return isText ? (element == null ? "text" : "text[]") : column.type().sql();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
