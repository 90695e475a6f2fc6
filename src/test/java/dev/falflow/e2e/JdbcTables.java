package dev.falflow.e2e;

import dev.falflow.e2e.TypesDatabase.StoredTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A test's own look at a database. */
final class JdbcTables {
  private JdbcTables() {}

  static void execute(Connection connection, List<String> statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /**
   * Reads a table.
   *
   * @param types a query that gives each column's name and type, in order
   * @param asText a column in SQL as text
   */
  static StoredTable read(
      Connection connection, String table, String types, UnaryOperator<String> asText)
      throws SQLException {
    StoredTable found = new StoredTable(new LinkedHashMap<>(), new LinkedHashMap<>());
    try (Statement statement = connection.createStatement()) {
      try (ResultSet columns = statement.executeQuery(types)) {
        while (columns.next()) {
          found.types().put(columns.getString(1), columns.getString(2));
          found.values().put(columns.getString(1), new ArrayList<>());
        }
      }
      if (found.types().isEmpty()) {
        throw new AssertionError("no table " + table);
      }
      Map<String, List<String>> values = found.values();
      String query =
          values.keySet().stream()
              .map(asText)
              .collect(Collectors.joining(", ", "select ", " from " + table));
      if (values.containsKey("id")) {
        query += " order by id";
      }
      try (ResultSet rows = statement.executeQuery(query)) {
        while (rows.next()) {
          int at = 0;
          for (List<String> column : values.values()) {
            column.add(TypesDatabase.shortened(String.valueOf(rows.getString(++at))));
          }
        }
      }
    }
    return found;
  }
}
