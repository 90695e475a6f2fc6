package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * For {@code bench/run mariadb}: a table read and written by fal's data plane, and by the driver
 * alone, by turns on a server of its own. Arguments: a scratch folder, rows, rounds. Prints a JSON
 * object of seconds for each round; the first is for warming up.
 */
final class MariaDbRates {
  private static final int ROWS_AT_ONCE = 1000;
  private static final double NANOS = 1e9;

  private final Connection connection;
  private final JdbcWarehouse warehouse;
  private final int rows;
  private List<Path> files = List.of();

  private MariaDbRates(Connection connection, JdbcWarehouse warehouse, int rows) {
    this.connection = connection;
    this.warehouse = warehouse;
    this.rows = rows;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Path scratch = Path.of(arguments[0]);
    int rows = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    try (MariaDbServer server = MariaDbServer.startOrSkip(scratch);
        DataFolder folder = new DataFolder(Map.of());
        Connection connection =
            DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + server.port() + "/?user=root")) {
      ObjectNode credentials = Json.MAPPER.createObjectNode();
      credentials.put("server", "127.0.0.1").put("port", server.port());
      credentials.put("username", "root").put("password", "").put("schema", "shop");
      try (JdbcWarehouse warehouse =
          new JdbcWarehouse("mariadb", credentials, scratch, Map.of(), scratch, folder)) {
        MariaDbRates rates = new MariaDbRates(connection, warehouse, rows);
        rates.fill();
        for (int round = 0; round <= rounds; round++) {
          System.out.println(rates.round());
        }
      }
    }
  }

  private void fill() throws SQLException {
    execute(
        "create database shop",
        "use shop",
        columns("wide"),
        "insert into wide select seq, seq % 1000, seq * 0.37, sqrt(seq), (seq % 977) / 7,"
            + " concat('customer ', seq % 100000), concat('item-', seq % 53),"
            + " date_add('2020-01-01', interval seq % 1500 day),"
            + " date_add('2020-01-01', interval seq second), seq % 3 = 0 from seq_0_to_"
            + (rows - 1));
  }

  private static String columns(String table) {
    return "create table "
        + table
        + " (id bigint, quantity integer, price double, weight double, share double,"
        + " customer varchar(40), item varchar(40), day date, at datetime(6), is_open boolean)";
  }

  private ObjectNode round() throws Exception {
    ObjectNode seconds = Json.MAPPER.createObjectNode();
    seconds.put("fal, read", seconds(this::read));
    seconds.put("driver, read", seconds(this::walk));
    seconds.put("fal, write", seconds(this::publish));
    seconds.put("driver, write", seconds(this::insert));
    files.forEach(DataFolder::discard);
    return seconds;
  }

  private interface Work {
    void run() throws Exception;
  }

  private static double seconds(Work work) throws Exception {
    long started = System.nanoTime();
    work.run();
    return (System.nanoTime() - started) / NANOS;
  }

  private ModelData model() {
    ObjectNode details = Json.MAPPER.createObjectNode();
    details.put("relation", "`shop`.`made`").put("alias", "made").put("schema", "shop");
    return warehouse.open(Hold.ofModel(1, "model.shop.made", "Thread-1", List.of(), details));
  }

  private void read() {
    try (ModelData data = model()) {
      ModelInput input = new ModelInput("ref", List.of("wide"), null);
      files =
          data.read(
              new ResolvedInput(
                  input, "model.shop.wide", "wide", "select * from `shop`.`wide`", true));
    }
  }

  private void publish() {
    try (ModelData data = model();
        ModelData.Load load = data.load("overwrite")) {
      load.add(files);
      if (load.publish().rows() != rows) {
        throw new IllegalStateException("rows were lost");
      }
    }
  }

  private void walk() throws SQLException {
    long seen = 0;
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet row = statement.executeQuery("select * from shop.wide")) {
        while (row.next()) {
          seen += row.getLong(1) + row.getInt(2);
          seen += (long) (row.getDouble(3) + row.getDouble(4) + row.getDouble(5));
          seen += row.getString(6).length() + row.getString(7).length();
          seen += row.getObject(8, LocalDate.class).getDayOfMonth();
          seen += row.getTimestamp(9).getNanos();
          seen += row.getBoolean(10) ? 1 : 0;
        }
      }
    }
    if (seen == 0) {
      throw new IllegalStateException("nothing was read");
    }
  }

  private void insert() throws SQLException {
    execute("drop table if exists shop.plain", columns("shop.plain"));
    connection.setAutoCommit(false);
    String sql = "insert into shop.plain values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    LocalDate first = LocalDate.of(2020, 1, 1);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int row = 0; row < rows; row++) {
        statement.setLong(1, row);
        statement.setInt(2, row % 1000);
        statement.setDouble(3, row * 0.37);
        statement.setDouble(4, Math.sqrt(row));
        statement.setDouble(5, row % 977 / 7.0);
        statement.setString(6, "customer " + row % 100_000);
        statement.setString(7, "item-" + row % 53);
        statement.setObject(8, first.plusDays(row % 1500));
        statement.setTimestamp(9, Timestamp.valueOf(first.atStartOfDay().plusSeconds(row)));
        statement.setBoolean(10, row % 3 == 0);
        statement.addBatch();
        if (row % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 || row == rows - 1) {
          statement.executeBatch();
        }
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private void execute(String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
