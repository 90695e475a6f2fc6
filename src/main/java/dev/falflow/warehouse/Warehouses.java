package dev.falflow.warehouse;

import dev.falflow.FalException;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.warehouse.jdbc.JdbcWarehouse;
import dev.falflow.warehouse.postgres.PostgresWarehouse;
import java.nio.file.Path;
import java.util.Map;

/** The warehouse for a dbt adapter. */
public final class Warehouses {
  /** How we reach a database. */
  public enum Reach {
    /** With nothing but this program and dbt. */
    BUILT_IN,
    /** By a JDBC driver that the user brings. */
    DRIVER,
    UNKNOWN
  }

  private Warehouses() {}

  /**
   * How we reach the database of a dbt adapter.
   *
   * @param environment {@code FAL_JDBC_URL} is read of it
   */
  public static Reach reach(String type, Map<String, String> environment) {
    return switch (type) {
      case "duckdb", "postgres" -> Reach.BUILT_IN;
      default -> JdbcWarehouse.knows(type, environment) ? Reach.DRIVER : Reach.UNKNOWN;
    };
  }

  /**
   * The warehouse of dbt's target; nothing is connected yet.
   *
   * @param root the project's folder
   * @param driverCache where JDBC drivers that are fetched stay
   * @throws FalException {@code unsupported-warehouse}
   */
  public static Warehouse open(
      ParsedProject parsed, DbtEngine engine, DataFolder folder, Path root, Path driverCache) {
    String type = parsed.target().path("type").asText();
    return switch (type) {
      case "duckdb" -> new DuckDbWarehouse(engine, folder);
      case "postgres" -> new PostgresWarehouse(parsed.credentials(), root, folder);
      default ->
          new JdbcWarehouse(type, parsed.credentials(), root, System.getenv(), driverCache, folder);
    };
  }
}
