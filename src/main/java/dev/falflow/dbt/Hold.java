package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in dbt's order where it is fal's turn: dbt's thread waits until it is released.
 *
 * @param hold number of this hold within the engine
 * @param uniqueId of the node; of the script where it is one's turn; empty for a global script
 * @param thread dbt's name of the waiting thread
 * @param details name, alias, schema, database, relation, config, meta, columns and
 *     previous_columns of the model, or of the source that is written; empty without
 * @param result the model's own, status and adapter_response, for hooks after it; null otherwise
 */
public record Hold(
    int hold,
    Stage stage,
    String uniqueId,
    String thread,
    List<ResolvedInput> inputs,
    JsonNode details,
    @Nullable JsonNode result) {
  public Hold {
    inputs = List.copyOf(inputs);
  }

  /** Whose turn it is. */
  public enum Stage {
    /** A Python model. */
    MODEL,
    /** A before, after or global script. */
    SCRIPT,
    PRE_HOOKS,
    POST_HOOKS,
    /** Nobody's: a relation that another hold writes. */
    TARGET;

    static Stage of(String name) {
      return switch (name) {
        case "model" -> MODEL;
        case "script" -> SCRIPT;
        case "pre-hook" -> PRE_HOOKS;
        case "post-hook" -> POST_HOOKS;
        case "target" -> TARGET;
        default -> throw new IllegalArgumentException("a hold for " + name);
      };
    }
  }

  /** A Python model's. */
  public static Hold ofModel(
      int hold, String uniqueId, String thread, List<ResolvedInput> inputs, JsonNode details) {
    return new Hold(hold, Stage.MODEL, uniqueId, thread, inputs, details, null);
  }
}
