package dev.falflow.warehouse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;
import java.util.List;

/** Moves one model's data: inputs out, its result in. Calls come from several threads at once. */
public interface ModelData extends AutoCloseable {
  /**
   * The columns of the model's table as it is now, in order: objects with {@code name}, {@code
   * type} as Arrow prints it, and {@code database_type}; null where there is no table.
   *
   * @throws FalException with the database's own words
   */
  JsonNode columns();

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
  long publish(List<Path> files, String mode);

  @Override
  void close();
}
