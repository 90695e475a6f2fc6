package dev.falflow.warehouse.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** Types as the server knows them; what was looked up is remembered for the run. */
final class TypeCatalog {
  /** A type's name with length, zone and array brackets; nothing that could end a statement. */
  private static final Pattern TYPE =
      Pattern.compile(
          "(?:\"[^\"]+\"|[A-Za-z_][\\w ]*)(?:\\.(?:\"[^\"]+\"|\\w+))?"
              + " *(?:\\( *-?\\d+ *(?:, *-?\\d+ *)?\\))?(?: with(?:out)? time zone)?(?: *\\[\\])*",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern MODIFIER = Pattern.compile("\\( *(\\d+) *(?:, *(-?\\d+) *)?\\)");

  private static final String SYNTAX_ERROR = "42601";

  private static final String BY_OID =
      """
      select t.typname, format_type(t.oid, null), t.typtype, t.typelem, t.typcategory,
             array(select e.enumlabel from pg_catalog.pg_enum e
                   where e.enumtypid = t.oid order by e.enumsortorder)
      from pg_catalog.pg_type t where t.oid = ?""";

  private final Map<Integer, PostgresType> byOid = new ConcurrentHashMap<>();

  /** One column of a query. */
  record Column(String name, PostgresType type) {}

  /** The columns of a statement that was described and not run. */
  List<Column> columns(Connection connection, ResultSetMetaData described) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= described.getColumnCount(); i++) {
      int oid =
          connection
              .unwrap(BaseConnection.class)
              .getTypeInfo()
              .getPGType(described.getColumnTypeName(i));
      columns.add(
          new Column(
              described.getColumnLabel(i),
              sized(type(connection, oid), described.getPrecision(i), described.getScale(i))));
    }
    return columns;
  }

  /**
   * The type of this name in SQL.
   *
   * @return null when there is no such type
   */
  @Nullable PostgresType named(Connection connection, String sql) throws SQLException {
    if (!TYPE.matcher(sql.strip()).matches()) {
      return null;
    }
    try (PreparedStatement statement =
        connection.prepareStatement("select pg_catalog.to_regtype(?)::oid::int8")) {
      statement.setString(1, sql);
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        int oid = (int) found.getLong(1);
        if (found.wasNull()) {
          return null;
        }
        PostgresType type = type(connection, oid);
        var modifier = MODIFIER.matcher(sql);
        boolean isNumeric = baseName(type).equals("numeric") && modifier.find();
        int precision = isNumeric ? Integer.parseInt(modifier.group(1)) : 0;
        int scale =
            isNumeric && modifier.group(2) != null ? Integer.parseInt(modifier.group(2)) : 0;
        return new PostgresType(
            type.name(), oid, sql.strip(), precision, scale, type.element(), type.labels());
      }
    } catch (SQLException e) {
      if (SYNTAX_ERROR.equals(e.getSQLState())) {
        return null;
      }
      throw e;
    }
  }

  private static String baseName(PostgresType type) {
    return type.element() == null ? type.name() : type.element().name();
  }

  PostgresType type(Connection connection, int oid) throws SQLException {
    PostgresType known = byOid.get(oid);
    if (known != null) {
      return known;
    }
    PostgresType found;
    try (PreparedStatement statement = connection.prepareStatement(BY_OID)) {
      statement.setLong(1, Integer.toUnsignedLong(oid));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        String name = row.getString(1);
        String sql = row.getString(2);
        int element = (int) row.getLong(4);
        boolean isArray = row.getString(5).equals("A") && element != 0;
        Array labels = row.getArray(6);
        found =
            new PostgresType(
                name,
                oid,
                sql,
                0,
                0,
                isArray ? type(connection, element) : null,
                List.of((String[]) labels.getArray()));
      }
    }
    byOid.put(oid, found);
    return found;
  }

  /** The type with the length or precision that a column gives it. */
  private static PostgresType sized(PostgresType type, int precision, int scale) {
    PostgresType element = type.element();
    if (element != null) {
      PostgresType sized = sized(element, precision, scale);
      return new PostgresType(
          type.name(), type.oid(), sized.sql() + "[]", 0, 0, sized, type.labels());
    }
    String sql =
        switch (type.name()) {
          case "numeric" -> precision > 0 ? "numeric(" + precision + "," + scale + ")" : "numeric";
          case "varchar" -> withLength("character varying", precision);
          case "bpchar" ->
              precision == Integer.MAX_VALUE ? "bpchar" : withLength("character", precision);
          case "varbit" -> withLength("bit varying", precision);
          case "bit" -> withLength("bit", precision);
          case "timestamp" -> withFraction("timestamp", scale, " without time zone");
          case "timestamptz" -> withFraction("timestamp", scale, " with time zone");
          case "time" -> withFraction("time", scale, " without time zone");
          case "timetz" -> withFraction("time", scale, " with time zone");
          default -> type.sql();
        };
    boolean isNumeric = type.name().equals("numeric");
    return new PostgresType(
        type.name(),
        type.oid(),
        sql,
        isNumeric ? precision : 0,
        isNumeric ? scale : 0,
        null,
        type.labels());
  }

  private static String withLength(String name, int length) {
    return length <= 0 || length == Integer.MAX_VALUE ? name : name + "(" + length + ")";
  }

  private static String withFraction(String name, int digits, String zone) {
    return digits == 6 ? name + zone : name + "(" + digits + ")" + zone;
  }
}
