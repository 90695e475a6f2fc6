package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database to move data on, reached as the product does and by JDBC beside it. */
final class TestDatabase implements AutoCloseable {
  private final Dialect dialect;
  private final String schema;
  private final String quote;
  private final Connection connection;
  private final Optional<MariaDbServer> server;
  private final DataFolder folder = new DataFolder(Map.of());
  private final JdbcWarehouse warehouse;

  private TestDatabase(
      Dialect dialect,
      String schema,
      String quote,
      String url,
      ObjectNode credentials,
      Path root,
      Optional<MariaDbServer> server)
      throws SQLException {
    this.dialect = dialect;
    this.schema = schema;
    this.quote = quote;
    this.server = server;
    this.connection = DriverManager.getConnection(url);
    this.warehouse =
        new JdbcWarehouse(dialect.adapter(), credentials, root, Map.of(), root, folder);
  }

  /** One of these; the test is skipped where MariaDB is not installed. */
  static TestDatabase open(Dialect dialect, Path scratch) throws IOException, SQLException {
    ObjectNode credentials = Json.MAPPER.createObjectNode();
    if (dialect == Dialect.SQLITE) {
      credentials.put("schema_directory", ".").putObject("schemas_and_paths").put("main", "m.db");
      String url = "jdbc:sqlite:" + scratch.resolve("m.db");
      return new TestDatabase(dialect, "main", "\"", url, credentials, scratch, Optional.empty());
    }
    MariaDbServer server = MariaDbServer.startOrSkip(scratch);
    String url = "jdbc:mariadb://127.0.0.1:" + server.port() + "/";
    try (Connection first = DriverManager.getConnection(url + "?user=root");
        Statement statement = first.createStatement()) {
      statement.execute("create database shop character set latin1");
    }
    credentials.put("server", "127.0.0.1").put("port", server.port());
    credentials.put("username", "root").put("password", "").put("schema", "shop");
    return new TestDatabase(
        dialect, "shop", "`", url + "shop?user=root", credentials, scratch, Optional.of(server));
  }

  boolean isSqlite() {
    return dialect == Dialect.SQLITE;
  }

  String relation(String name) {
    return isSqlite()
        ? schema + "." + quote + name + quote
        : quote + schema + quote + "." + quote + name + quote;
  }

  ModelData model(String name) {
    ObjectNode details = Json.MAPPER.createObjectNode();
    details.put("relation", relation(name)).put("alias", name).put("schema", schema);
    return warehouse.open(Hold.ofModel(1, "model.shop." + name, "Thread-1", List.of(), details));
  }

  List<Path> read(String query) {
    try (ModelData data = model("any")) {
      ModelInput input = new ModelInput("ref", List.of("any"), null);
      return data.read(new ResolvedInput(input, "model.shop.any", "any", query, true));
    }
  }

  long publish(String name, List<Path> files, String mode) {
    try (ModelData data = model(name);
        ModelData.Load load = data.load(mode)) {
      load.add(files);
      return load.publish().rows();
    }
  }

  void execute(String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The rows of a query, values joined by a bar. */
  List<String> rows(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      int columns = found.getMetaData().getColumnCount();
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(found.getString(i)));
        }
        rows.add(String.join("|", row));
      }
      return rows;
    }
  }

  /** Tables that a failed publication left. */
  List<String> leftovers() throws SQLException {
    return rows(
        isSqlite()
            ? "select name from sqlite_master where name like 'fal%'"
            : "select table_name from information_schema.tables where table_name like 'fal%'");
  }

  DataFolder folder() {
    return folder;
  }

  @Override
  public void close() throws SQLException {
    warehouse.close();
    connection.close();
    folder.close();
    server.ifPresent(MariaDbServer::close);
  }
}
