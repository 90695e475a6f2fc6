package dev.falflow.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** SQLite by dbt-sqlite, in dbt's own environment, and the driver as the user drops it in. */
final class SqliteTypes extends DbtTypes {
  private final Path python = DbtEnvironments.sqlite();

  SqliteTypes(SampleProject project) throws IOException, URISyntaxException {
    super(Kind.SQLITE, project);
    URI jar = org.sqlite.JDBC.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path drivers = Files.createDirectories(project.root().resolve("drivers"));
    Files.copy(Path.of(jar), drivers.resolve("sqlite-jdbc.jar"));
  }

  @Override
  int longestName() {
    return 200;
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + project.root().resolve("shop.db"));
  }

  @Override
  void execute(List<String> statements) throws SQLException {
    try (Connection connection = connect()) {
      JdbcTables.execute(connection, statements);
    }
  }

  @Override
  CommandResult dbt() throws IOException {
    return project.fal().run("flow", "run", "--target", "sqlite", "--python", python.toString());
  }

  @Override
  StoredTable stored(String table) throws SQLException {
    try (Connection connection = connect()) {
      return JdbcTables.read(
          connection,
          table,
          "select name, upper(type) from pragma_table_info('" + table + "')",
          column ->
              "typeof(%1$s) || ' ' || case typeof(%1$s) when 'real' then printf('%%!.17g', %1$s)"
                  .concat(" when 'blob' then hex(%1$s) else %1$s end")
                  .formatted(quote(column)));
    }
  }
}
