package dev.falflow.warehouse;

import dev.falflow.FalException;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;

/** Moves one model's data: inputs out, its result in. Calls come from many threads at once. */
public interface Warehouse {
  /**
   * Reads an input into an Arrow IPC file of its own; field metadata {@code fal:database_type}
   * names each column's type in the database.
   *
   * @throws FalException with the database's own words
   */
  Path read(ResolvedInput input);

  /**
   * Makes the file's rows the content of the model's relation, whole or not at all.
   *
   * @param mode {@code overwrite} or {@code append}
   * @return rows published
   * @throws FalException with the database's own words; the relation is as it was
   */
  long publish(HeldModel model, Path file, String mode);
}
