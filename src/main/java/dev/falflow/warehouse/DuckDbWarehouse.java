package dev.falflow.warehouse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;
import java.util.List;

/** DuckDB, whose file only dbt's own process may open: the engine moves the data (DESIGN D5). */
public final class DuckDbWarehouse implements Warehouse {
  private final DbtEngine engine;
  private final DataFolder folder;

  public DuckDbWarehouse(DbtEngine engine, DataFolder folder) {
    this.engine = engine;
    this.folder = folder;
  }

  @Override
  public ModelData open(HeldModel model) {
    return new ModelData() {
      @Override
      public JsonNode columns() {
        return model.details().path("previous_columns");
      }

      @Override
      public List<Path> read(ResolvedInput input) {
        return engine.read(input.query(), folder.data(), folder.spill());
      }

      @Override
      public long publish(List<Path> files, String mode) {
        return engine.publish(model, files, mode);
      }

      @Override
      public void close() {}
    };
  }

  /** Cancelling the engine's invocation does it. */
  @Override
  public void cancel() {}

  @Override
  public void close() {}
}
