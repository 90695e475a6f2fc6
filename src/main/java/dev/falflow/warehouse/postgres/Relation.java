package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.dbt.Hold;
import dev.falflow.warehouse.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A table or view by its schema and name. */
record Relation(String schema, String name) {
  static Relation of(Hold model) {
    JsonNode details = model.details();
    return new Relation(details.path("schema").asText(), details.path("alias").asText());
  }

  /** As SQL names it, quoted. */
  @Override
  public String toString() {
    return Identifiers.quote(schema) + "." + Identifiers.quote(name);
  }

  /**
   * Makes its schema where there is none, as dbt does for what it runs itself. Asked first: only
   * who may make schemas may say {@code if not exists}.
   */
  void makeSchema(Connection connection) throws SQLException {
    String quoted = Identifiers.quote(schema);
    try (PreparedStatement found =
        connection.prepareStatement("select pg_catalog.to_regnamespace(?) is not null")) {
      found.setString(1, quoted);
      try (ResultSet row = found.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          return;
        }
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("create schema if not exists " + quoted);
    }
  }

  boolean exists(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select pg_catalog.to_regclass(?) is not null")) {
      statement.setString(1, toString());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
