package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.dbt.HeldModel;
import dev.falflow.warehouse.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A table or view by its schema and name. */
record Relation(String schema, String name) {
  static Relation of(HeldModel model) {
    JsonNode details = model.details();
    return new Relation(details.path("schema").asText(), details.path("alias").asText());
  }

  /** As SQL names it, quoted. */
  @Override
  public String toString() {
    return Identifiers.quote(schema) + "." + Identifiers.quote(name);
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
