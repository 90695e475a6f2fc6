package dev.falflow.e2e;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL, on the server that all tests share. */
final class PostgresTypes extends DbtTypes {
  private static final PostgresServer SERVER = PostgresServer.shared();
  private static final String SCHEMA = "conform";

  PostgresTypes(SampleProject project) {
    super(Kind.POSTGRES, project);
  }

  @Override
  int longestName() {
    return 63;
  }

  @Override
  void execute(List<String> statements) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "create schema " + SCHEMA,
                "create type conform.mood as enum ('sad; \"so\"', 'happy')",
                "create type conform.pair as (x integer, y text)",
                "set search_path to " + SCHEMA));
    all.addAll(statements);
    SERVER.execute(all.toArray(String[]::new));
  }

  @Override
  CommandResult dbt() throws IOException {
    return SERVER.reachedFrom(project.fal(), SCHEMA).run("flow", "run", "--target", "postgres");
  }

  @Override
  StoredTable stored(String table) throws SQLException {
    String types =
        "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid ="
            + " '%s.%s'::regclass and attnum > 0 order by attnum".formatted(SCHEMA, table);
    try (Connection connection = SERVER.connect()) {
      JdbcTables.execute(connection, List.of("set timezone to 'UTC'"));
      return JdbcTables.read(
          connection, SCHEMA + "." + table, types, column -> quote(column) + "::text");
    }
  }

  @Override
  public void close() {
    SERVER.execute("drop schema " + SCHEMA + " cascade");
  }
}
