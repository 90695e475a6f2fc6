package dev.falflow.warehouse;

import dev.falflow.dbt.Hold;

/** The database that dbt's target names, as far as Python models read and write it. */
public interface Warehouse extends AutoCloseable {
  /** One model's way to its data. */
  ModelData open(Hold model);

  /** Interrupts every statement that is running, as far as the database can; for Ctrl-C. */
  void cancel();

  @Override
  void close();
}
