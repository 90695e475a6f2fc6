package dev.falflow.warehouse;

import dev.falflow.FalException;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;
import java.util.List;

/** Moves one model's data: inputs out, its result in. Calls come from many threads at once. */
public interface Warehouse {
  /**
   * Reads an input into Arrow IPC files of its own, batch by batch in turn; field metadata {@code
   * fal:database_type} names each column's type in the database.
   *
   * @throws FalException with the database's own words
   */
  List<Path> read(ResolvedInput input);

  /**
   * Makes the files' rows the content of the model's relation, whole or not at all.
   *
   * @param mode {@code overwrite} or {@code append}
   * @return rows published
   * @throws FalException with the database's own words; the relation is as it was
   */
  long publish(HeldModel model, List<Path> files, String mode);
}
