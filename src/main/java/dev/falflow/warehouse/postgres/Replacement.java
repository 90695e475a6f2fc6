package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import dev.falflow.warehouse.postgres.OldTable.View;
import dev.falflow.warehouse.postgres.Publication.Loaded;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A loaded table put in the place of the old one. Where nothing but the name points at the old one,
 * it goes and the new one takes its name. Where views, foreign keys or grants do and the columns
 * are the same, its rows are replaced. Where the columns changed, the views that read it are made
 * anew, in the same transaction; a foreign key can't be.
 */
final class Replacement {
  private static final String COMMENTS =
      """
      select a.attname, pg_catalog.col_description(c.oid, a.attnum)
      from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
      where c.oid = ? and a.attnum > 0 and pg_catalog.col_description(c.oid, a.attnum) is not null
      union all
      select null, pg_catalog.obj_description(?, 'pg_class')
      where pg_catalog.obj_description(?, 'pg_class') is not null""";

  private static final String GRANTS =
      """
      select case when x.grantee = 0 then 'public' else pg_catalog.quote_ident(r.rolname) end,
             x.privilege_type, x.is_grantable
      from pg_catalog.pg_class c cross join lateral pg_catalog.aclexplode(c.relacl) x
      left join pg_catalog.pg_roles r on r.oid = x.grantee
      where c.oid = ? and x.grantee <> c.relowner""";

  private static final String COLUMNS =
      """
      select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
      from pg_catalog.pg_attribute a
      where a.attrelid = ?::regclass and a.attnum > 0 and not a.attisdropped""";

  private static final String INDEXES =
      "select pg_catalog.pg_get_indexdef(indexrelid) from pg_catalog.pg_index where indrelid = ?";

  private final Connection connection;
  private final Relation relation;
  private final Relation made;
  private final JsonNode details;
  private final List<Loaded> columns;

  Replacement(
      Connection connection,
      Relation relation,
      Relation made,
      JsonNode details,
      List<Loaded> columns) {
    this.connection = connection;
    this.relation = relation;
    this.made = made;
    this.details = details;
    this.columns = columns;
  }

  void run() throws SQLException {
    // Of two runs that publish the same table one waits here, whether there is a table yet or not.
    execute(
        "select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext("
            + Identifiers.literal("fal:" + relation)
            + "))");
    OldTable old = OldTable.find(connection, relation);
    if (old == null) {
      index(made);
      rename();
      return;
    }
    List<View> views = old.views(connection);
    List<String> keys = old.foreignKeys(connection);
    boolean isPointedAt = old.grants() || !views.isEmpty() || !keys.isEmpty();
    if (old.isTable() && isPointedAt && sameColumns()) {
      replaceRows();
      return;
    }
    if (!keys.isEmpty()) {
      throw new FalException(
          Problem.of(
              "table-has-dependents",
              "%s has other columns than before, and foreign keys hold the old ones: %s. Drop them"
                      .formatted(relation, String.join(", ", keys))
                  + " first; nothing was changed."));
    }
    List<String> again = new ArrayList<>();
    for (View view : views) {
      again.addAll(makingOf(view));
    }
    List<String> comments = comments(old.oid(), "table", relation);
    List<String> grants = old.isTable() ? grants(old.oid(), relation) : List.of();
    index(made);
    for (int i = views.size() - 1; i >= 0; i--) {
      View view = views.get(i);
      execute("drop " + view.word() + " " + view.relation());
    }
    execute("drop " + old.word() + " " + relation);
    rename();
    for (String statement : comments) {
      execute(statement);
    }
    for (String statement : grants) {
      execute(statement);
    }
    remake(again, views);
  }

  private void remake(List<String> statements, List<View> views) throws SQLException {
    for (String statement : statements) {
      try {
        execute(statement);
      } catch (SQLException e) {
        throw new FalException(
            Problem.of(
                "table-has-dependents",
                "%s has other columns than before, and a view that reads it can't be made again: %s"
                        .formatted(relation, e.getMessage())
                    + "\nViews that read it: "
                    + views.stream()
                        .map(view -> view.relation().toString())
                        .collect(Collectors.joining(", "))
                    + ". Change or drop them first; nothing was changed."),
            e);
      }
    }
  }

  private void rename() throws SQLException {
    execute("alter table " + made + " rename to " + Identifiers.quote(relation.name()));
  }

  /** Readers see the old rows until the commit; whatever points at the table stays as it is. */
  private void replaceRows() throws SQLException {
    String names =
        columns.stream()
            .map(column -> Identifiers.quote(column.name()))
            .collect(Collectors.joining(", "));
    execute("lock table " + relation + " in share row exclusive mode");
    execute("delete from " + relation);
    execute("insert into " + relation + " (" + names + ") select " + names + " from " + made);
    execute("drop table " + made);
  }

  private boolean sameColumns() throws SQLException {
    return columnsOf(relation).equals(columnsOf(made));
  }

  private Map<String, String> columnsOf(Relation of) throws SQLException {
    Map<String, String> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, of.toString());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(row.getString(1), row.getString(2));
        }
      }
    }
    return found;
  }

  /** dbt's {@code indexes} config: {@code columns}, {@code unique}, {@code type}. */
  private void index(Relation table) throws SQLException {
    int number = 0;
    for (JsonNode index : details.path("config").path("indexes")) {
      String names =
          index
              .path("columns")
              .valueStream()
              .map(column -> Identifiers.quote(column.asText()))
              .collect(Collectors.joining(", "));
      String type = index.path("type").asText("");
      execute(
          "create %sindex %s on %s%s (%s)"
              .formatted(
                  index.path("unique").asBoolean() ? "unique " : "",
                  Identifiers.quote(made.name() + "_" + ++number),
                  table,
                  type.isEmpty() ? "" : " using " + Identifiers.quote(type),
                  names));
    }
  }

  private List<String> comments(long oid, String word, Relation of) throws SQLException {
    List<String> statements = new ArrayList<>();
    List<String> names = columns.stream().map(Loaded::name).toList();
    try (PreparedStatement statement = connection.prepareStatement(COMMENTS)) {
      statement.setLong(1, oid);
      statement.setLong(2, oid);
      statement.setLong(3, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String column = row.getString(1);
          if (column == null) {
            statements.add(
                "comment on " + word + " " + of + " is " + Identifiers.literal(row.getString(2)));
          } else if (!word.equals("table") || names.contains(column)) {
            statements.add(
                "comment on column %s.%s is %s"
                    .formatted(
                        of, Identifiers.quote(column), Identifiers.literal(row.getString(2))));
          }
        }
      }
    }
    return statements;
  }

  private List<String> grants(long oid, Relation of) throws SQLException {
    List<String> statements = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(GRANTS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          statements.add(
              "grant %s on %s to %s%s"
                  .formatted(
                      row.getString(2),
                      of,
                      row.getString(1),
                      row.getBoolean(3) ? " with grant option" : ""));
        }
      }
    }
    return statements;
  }

  /** The statements that make a view again: itself, its indexes, its grants. */
  private List<String> makingOf(View view) throws SQLException {
    List<String> statements = new ArrayList<>();
    statements.add(
        "create %s %s%s as %s"
            .formatted(view.word(), view.relation(), view.options(), view.definition()));
    if (view.materialized()) {
      try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
        statement.setLong(1, view.oid());
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            statements.add(row.getString(1));
          }
        }
      }
    }
    statements.addAll(grants(view.oid(), view.relation()));
    statements.addAll(comments(view.oid(), view.word(), view.relation()));
    return statements;
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
