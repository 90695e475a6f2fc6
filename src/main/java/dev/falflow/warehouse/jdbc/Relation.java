package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.dbt.Hold;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/**
 * A table or view beside the model's own, which is written as dbt writes it: quoted or not, with a
 * database or without.
 *
 * @param before database and schema in SQL, to the last point
 * @param open what the name is quoted with, empty where dbt doesn't quote it
 * @param close the quote's end
 */
record Relation(
    String before, String open, String name, String close, String database, String schema) {
  /** What stands there. */
  enum Kind {
    NOTHING,
    TABLE,
    VIEW
  }

  static Relation of(Hold model) {
    JsonNode details = model.details();
    String sql = details.path("relation").asText();
    String name = details.path("alias").asText();
    char last = sql.isEmpty() ? ' ' : sql.charAt(sql.length() - 1);
    String close = "\"`]".indexOf(last) < 0 ? "" : String.valueOf(last);
    String open = close.equals("]") ? "[" : close;
    int start = sql.length() - name.length() - open.length() - close.length();
    return new Relation(
        sql.substring(0, Math.max(0, start)),
        open,
        name,
        close,
        details.path("database").asText(""),
        details.path("schema").asText());
  }

  Relation named(String other) {
    return new Relation(before, open, other, close, database, schema);
  }

  /** As SQL names it. */
  @Override
  public String toString() {
    return before + bareName();
  }

  /** Without its schema. */
  String bareName() {
    return open + name + close;
  }

  Kind kind(Connection connection, Dialect dialect) throws SQLException {
    if (dialect == Dialect.SQLITE) {
      return kindOnSqlite(connection);
    }
    DatabaseMetaData data = connection.getMetaData();
    boolean isMySql = dialect.hasCatalogsOnly();
    String catalog =
        isMySql ? stored(schema, data) : database.isEmpty() ? null : stored(database, data);
    String escape = data.getSearchStringEscape();
    String wanted = stored(name, data);
    String pattern = wanted.replace("_", escape + "_").replace("%", escape + "%");
    try (ResultSet found =
        data.getTables(catalog, isMySql ? null : stored(schema, data), pattern, null)) {
      while (found.next()) {
        if (found.getString("TABLE_NAME").equals(wanted)) {
          String type = String.valueOf(found.getString("TABLE_TYPE"));
          return type.toUpperCase(Locale.ROOT).contains("VIEW") ? Kind.VIEW : Kind.TABLE;
        }
      }
      return Kind.NOTHING;
    }
  }

  /** Whether its schema is there; true where fal could not make it: a file, Oracle's user. */
  boolean hasSchema(Connection connection, Dialect dialect) throws SQLException {
    if (dialect == Dialect.SQLITE || dialect == Dialect.ORACLE) {
      return true;
    }
    DatabaseMetaData data = connection.getMetaData();
    String wanted = stored(schema, data);
    try (ResultSet found = dialect.hasCatalogsOnly() ? data.getCatalogs() : data.getSchemas()) {
      while (found.next()) {
        if (found.getString(1).equals(wanted)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Its schema, with the database before it where dbt writes one. */
  String schemaInSql() {
    return before.substring(0, before.length() - 1);
  }

  /** An unquoted name in the case that the database keeps it in. */
  private String stored(String text, DatabaseMetaData data) throws SQLException {
    if (!open.isEmpty()) {
      return text;
    }
    return data.storesUpperCaseIdentifiers()
        ? text.toUpperCase(Locale.ROOT)
        : data.storesLowerCaseIdentifiers() ? text.toLowerCase(Locale.ROOT) : text;
  }

  private Kind kindOnSqlite(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select type from " + before + "sqlite_master where lower(name) = lower(?)")) {
      statement.setString(1, name);
      try (ResultSet found = statement.executeQuery()) {
        return !found.next()
            ? Kind.NOTHING
            : found.getString(1).equals("view") ? Kind.VIEW : Kind.TABLE;
      }
    }
  }
}
