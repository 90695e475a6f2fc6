package dev.falflow.warehouse;

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
  public List<Path> read(ResolvedInput input) {
    return engine.read(input.query(), folder.data(), folder.spill());
  }

  @Override
  public long publish(HeldModel model, List<Path> files, String mode) {
    return engine.publish(model, files, mode);
  }
}
