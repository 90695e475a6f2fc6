package dev.falflow.warehouse;

import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** DuckDB, whose file only dbt's own process may open: the engine moves the data (DESIGN D5). */
public final class DuckDbWarehouse implements Warehouse {
  private final DbtEngine engine;
  private final DataFolder folder;
  private final AtomicInteger numbers = new AtomicInteger();

  public DuckDbWarehouse(DbtEngine engine, DataFolder folder) {
    this.engine = engine;
    this.folder = folder;
  }

  @Override
  public Path read(ResolvedInput input) {
    String name = "in" + numbers.incrementAndGet() + ".arrow";
    return engine.read(input.query(), folder.data(), name, folder.spill()).file();
  }

  @Override
  public long publish(HeldModel model, Path file, String mode) {
    return engine.publish(model, file, mode);
  }
}
