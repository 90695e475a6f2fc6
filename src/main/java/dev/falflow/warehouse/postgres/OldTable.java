package dev.falflow.warehouse.postgres;

import dev.falflow.warehouse.postgres.TypeCatalog.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands under the relation's name now.
 *
 * @param kind {@code pg_class.relkind}: {@code r} a table, {@code v} a view, {@code m} a
 *     materialized view
 * @param grants whether somebody besides the owner was granted something
 */
record OldTable(Relation relation, long oid, String kind, boolean grants) {
  private static final String BY_NAME =
      """
      select c.oid::int8, c.relkind, c.relacl is not null
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ? and c.relname = ?""";

  /** Views and materialized views that read the table, at any distance, the nearest first. */
  private static final String DEPENDENT_VIEWS =
      """
      with recursive dependent(oid, depth) as (
        select r.ev_class, 1
        from pg_catalog.pg_depend d join pg_catalog.pg_rewrite r on r.oid = d.objid
        where d.classid = 'pg_catalog.pg_rewrite'::regclass
          and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = ?
          and r.ev_class <> d.refobjid
        union
        select r.ev_class, p.depth + 1
        from dependent p
        join pg_catalog.pg_depend d
          on d.classid = 'pg_catalog.pg_rewrite'::regclass
          and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = p.oid
        join pg_catalog.pg_rewrite r on r.oid = d.objid and r.ev_class <> p.oid
      )
      select c.oid::int8, n.nspname, c.relname, c.relkind, pg_catalog.pg_get_viewdef(c.oid),
             coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')
      from dependent d join pg_catalog.pg_class c on c.oid = d.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      group by c.oid, n.nspname, c.relname, c.relkind, c.reloptions
      order by max(d.depth)""";

  private static final String FOREIGN_KEYS =
      """
      select conrelid::regclass || ' (' || conname || ')' from pg_catalog.pg_constraint
      where contype = 'f' and (confrelid = ? or conrelid = ?)""";

  /**
   * A view that reads the table.
   *
   * @param definition its query
   * @param options as {@code create view} writes them, with a blank before; empty without
   */
  record View(
      long oid, Relation relation, boolean materialized, String definition, String options) {
    /** How SQL calls it. */
    String word() {
      return materialized ? "materialized view" : "view";
    }
  }

  static @Nullable OldTable find(Connection connection, Relation relation) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_NAME)) {
      statement.setString(1, relation.schema());
      statement.setString(2, relation.name());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? new OldTable(relation, row.getLong(1), row.getString(2), row.getBoolean(3))
            : null;
      }
    }
  }

  boolean isTable() {
    return kind.equals("r") || kind.equals("p");
  }

  /** How {@code drop} calls it. */
  String word() {
    return switch (kind) {
      case "v" -> "view";
      case "m" -> "materialized view";
      case "f" -> "foreign table";
      default -> "table";
    };
  }

  List<Column> columns(Connection connection, TypeCatalog types) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select * from " + relation)) {
      return types.columns(connection, statement.getMetaData());
    }
  }

  List<View> views(Connection connection) throws SQLException {
    List<View> views = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(DEPENDENT_VIEWS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          views.add(
              new View(
                  row.getLong(1),
                  new Relation(row.getString(2), row.getString(3)),
                  row.getString(4).equals("m"),
                  row.getString(5),
                  row.getString(6)));
        }
      }
    }
    return views;
  }

  /** Foreign keys from and to it, as people name them. */
  List<String> foreignKeys(Connection connection) throws SQLException {
    List<String> keys = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(FOREIGN_KEYS)) {
      statement.setLong(1, oid);
      statement.setLong(2, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          keys.add(row.getString(1));
        }
      }
    }
    return keys;
  }
}
