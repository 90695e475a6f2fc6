package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A Python model whose turn has come: dbt's thread for it waits until it is released.
 *
 * @param hold number of this hold within the engine
 * @param thread dbt's name of the waiting thread
 * @param details name, alias, schema, database, relation, config, meta, columns and
 *     previous_columns of the node
 */
public record HeldModel(
    int hold, String uniqueId, String thread, List<ResolvedInput> inputs, JsonNode details) {
  public HeldModel {
    inputs = List.copyOf(inputs);
  }
}
