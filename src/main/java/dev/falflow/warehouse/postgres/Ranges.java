package dev.falflow.warehouse.postgres;

import dev.falflow.dbt.ResolvedInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A large table's rows as several queries, by ranges of its blocks: one server process sends as
 * fast as one core makes the rows. Together they give every row once, in the order of one scan of
 * it.
 */
final class Ranges {
  /** Smaller ranges gain less than another connection costs. */
  private static final long BYTES = 32L << 20;

  /** A range of blocks is found without a scan of the whole table since PostgreSQL 14. */
  private static final int FIRST_VERSION = 14;

  private static final String SIZE =
      """
      select pg_catalog.pg_relation_size(c.oid),
        pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint
      from pg_catalog.pg_class c join pg_catalog.pg_am a on a.oid = c.relam
      where c.oid = pg_catalog.to_regclass(?) and c.relkind in ('r', 'm') and a.amname = 'heap'
      """;

  private Ranges() {}

  /**
   * The input's query, or several.
   *
   * @param most how many at most
   */
  static List<String> of(Connection connection, ResolvedInput input, int most) throws SQLException {
    String whole = input.query();
    if (most < 2
        || !whole.equals("select * from " + input.relation())
        || connection.getMetaData().getDatabaseMajorVersion() < FIRST_VERSION) {
      return List.of(whole);
    }
    try (PreparedStatement statement = connection.prepareStatement(SIZE)) {
      statement.setString(1, input.relation());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? of(whole, row.getLong(2), (int) Math.min(most, row.getLong(1) / BYTES))
            : List.of(whole);
      }
    }
  }

  /** The last range has no end, the first no beginning: blocks are added, children have more. */
  private static List<String> of(String whole, long blocks, int ranges) {
    if (ranges < 2) {
      return List.of(whole);
    }
    List<String> queries = new ArrayList<>();
    for (int i = 0; i < ranges; i++) {
      String from = i == 0 ? "" : "ctid >= '(%d,0)'::tid".formatted(blocks * i / ranges);
      String to =
          i == ranges - 1 ? "" : "ctid < '(%d,0)'::tid".formatted(blocks * (i + 1) / ranges);
      String and = from.isEmpty() || to.isEmpty() ? "" : " and ";
      queries.add(whole + " where " + from + and + to);
    }
    return queries;
  }
}
