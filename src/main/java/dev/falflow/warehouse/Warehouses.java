package dev.falflow.warehouse;

import dev.falflow.FalException;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.warehouse.jdbc.JdbcWarehouse;
import dev.falflow.warehouse.postgres.PostgresWarehouse;
import java.nio.file.Path;

/** The warehouse for a dbt adapter. */
public final class Warehouses {
  private Warehouses() {}

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
