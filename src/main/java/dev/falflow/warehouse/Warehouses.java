package dev.falflow.warehouse;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.warehouse.postgres.PostgresWarehouse;

/** The warehouse for a dbt adapter. */
public final class Warehouses {
  private Warehouses() {}

  /**
   * The warehouse of dbt's target; nothing is connected yet.
   *
   * @throws FalException {@code unsupported-warehouse}
   */
  public static Warehouse open(ParsedProject parsed, DbtEngine engine, DataFolder folder) {
    String type = parsed.target().path("type").asText();
    return switch (type) {
      case "duckdb" -> new DuckDbWarehouse(engine, folder);
      case "postgres" -> new PostgresWarehouse(parsed.credentials(), folder);
      default ->
          throw new FalException(
              Problem.of(
                      "unsupported-warehouse",
                      "Python models on " + type + " are not supported yet.")
                  .withHint("They are on duckdb and postgres."));
    };
  }
}
