package dev.falflow.warehouse.postgres;

import dev.falflow.dbt.ResolvedInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A large table's rows as several queries, by ranges of its blocks: one server process sends as
 * fast as one core makes the rows. Together they give every row once, in the order of one scan of
 * it.
 */
final class Ranges {
  /** As many as cores of ours, which make Arrow of what a core of the server makes. */
  private static final int MOST =
      Math.min(RangedRead.MOST, Runtime.getRuntime().availableProcessors());

  /** Smaller ranges gain less than another connection costs. */
  private static final long BYTES = 32L << 20;

  /** A range of blocks is found without a scan of the whole table since PostgreSQL 14. */
  private static final int FIRST_VERSION = 14;

  private static final String SIZE =
      """
      select pg_catalog.pg_relation_size(c.oid), pg_catalog.current_setting('block_size')::bigint
      from pg_catalog.pg_class c join pg_catalog.pg_am a on a.oid = c.relam
      where c.oid = pg_catalog.to_regclass(?) and c.relkind = 'r' and a.amname = 'heap'
      """;

  private final ResolvedInput input;
  private final long bytes;
  private final long blocks;

  private Ranges(ResolvedInput input, long bytes, long blocks) {
    this.input = input;
    this.bytes = bytes;
    this.blocks = blocks;
  }

  /** Of an input that is not a plain table there is one, all of it. */
  static Ranges of(Connection connection, ResolvedInput input) throws SQLException {
    if (input.query().equals("select * from " + input.relation())
        && connection.getMetaData().getDatabaseMajorVersion() >= FIRST_VERSION) {
      try (PreparedStatement statement = connection.prepareStatement(SIZE)) {
        statement.setString(1, input.relation());
        try (ResultSet row = statement.executeQuery()) {
          if (row.next()) {
            return new Ranges(input, row.getLong(1), row.getLong(1) / row.getLong(2));
          }
        }
      }
    }
    return new Ranges(input, 0, 0);
  }

  /** How many are of use. */
  int most() {
    return (int) Math.max(1, Math.min(MOST, bytes / BYTES));
  }

  /**
   * Holds the table for a connection in whose transaction a range is to be read, unless that would
   * wait: the one who is waited for may wait for the connection of another range.
   */
  void hold(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("lock table " + input.relation() + " in access share mode nowait");
    }
  }

  /** The last range has no end, the first no beginning: blocks are added, children have more. */
  List<String> queries(int ranges) {
    List<String> queries = new ArrayList<>();
    for (int i = 0; i < ranges; i++) {
      List<String> bounds = new ArrayList<>();
      if (i > 0) {
        bounds.add("ctid >= '(%d,0)'::tid".formatted(blocks * i / ranges));
      }
      if (i < ranges - 1) {
        bounds.add("ctid < '(%d,0)'::tid".formatted(blocks * (i + 1) / ranges));
      }
      String where = bounds.isEmpty() ? "" : " where " + String.join(" and ", bounds);
      queries.add(input.query() + where);
    }
    return queries;
  }
}
