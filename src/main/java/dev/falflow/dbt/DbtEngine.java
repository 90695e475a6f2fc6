package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * dbt, able to stop at Python models. One invocation at a time; {@link #close} ends its process.
 */
public interface DbtEngine extends AutoCloseable {
  /** How dbt is driven. */
  enum Kind {
    /** Its programmatic API in one process of ours: one invocation a run. */
    RESIDENT,
    /** Its executable: several processes a run. */
    PROCESS
  }

  /**
   * Parses the project as {@code dbt parse} does, {@code manifest.json} written.
   *
   * @param arguments dbt's options
   * @param inputs of the Python models, by the path of their stub in the project
   * @param rawEvents events carry all of dbt's JSON, for {@code --log-format json}
   * @throws UnresolvedInputs when inputs of Python models have no target
   * @throws ParseFailure with dbt's own message otherwise
   */
  ParsedProject parse(
      List<String> arguments,
      Map<String, List<ModelInput>> inputs,
      boolean rawEvents,
      Consumer<DbtEvent> onEvent);

  /**
   * Runs one dbt command over the project parsed last.
   *
   * @param pythonModels unique_id to source file and inputs
   * @param onHold called on a thread of the engine's when a Python model's turn has come; must
   *     return at once, and {@link #release} must follow
   */
  InvocationOutcome invoke(
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent,
      Consumer<HeldModel> onHold);

  /**
   * What dbt selects from the project parsed last, parents before children.
   *
   * @param arguments of {@code dbt ls}, which is the command
   * @return unique_ids
   * @throws FalException {@code dbt-failed} with dbt's own message
   */
  List<String> list(
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent);

  /**
   * A call resolved for a held model; one that dbt knows nothing of is not {@code declared}, and
   * has an empty query when it names an ephemeral model.
   *
   * @throws FalException ref-not-found, source-not-found or ref-disabled
   */
  ResolvedInput resolve(HeldModel model, ModelInput input);

  /** Lets the held model's node end: with {@code message} as its error unless it succeeded. */
  void release(HeldModel model, boolean success, String message, long rows);

  /** Asks the running invocation to end after the nodes that are running now. */
  void cancel();

  /**
   * Moves data of a held model's in or out of DuckDB, whose file only dbt's process may open.
   *
   * @param command one of {@code fal/_resident.py}'s that do that, without what names the model
   * @return its result
   * @throws FalException with the database's own words
   */
  JsonNode moveData(HeldModel model, ObjectNode command);

  /**
   * dbt's own check of project, profile and connection: {@code dbt debug}.
   *
   * @param arguments dbt's options
   */
  DebugOutcome debug(List<String> arguments, Consumer<DbtEvent> onEvent);

  @Override
  void close();

  /** dbt could not parse the project; the message is its own. */
  final class ParseFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ParseFailure(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return Objects.requireNonNull(super.getMessage());
    }
  }

  /** Inputs of Python models that dbt's parse found no target for. */
  final class UnresolvedInputs extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Unresolved> inputs;

    public UnresolvedInputs(String message, List<Unresolved> inputs) {
      super(message);
      this.inputs = List.copyOf(inputs);
    }

    public List<Unresolved> inputs() {
      return inputs;
    }
  }

  /** One such input: the stub's path in the project, a stable code, and what is wrong with it. */
  record Unresolved(String stubPath, ModelInput input, String code, String message) {}

  /**
   * A Python model as the engine has to know it.
   *
   * @param checksum of its code, to be compared with that of {@code --state}
   * @param inputs found in it, to be fetched ahead
   */
  record PythonModelNode(String file, String checksum, List<ModelInput> inputs) {
    public PythonModelNode {
      inputs = List.copyOf(inputs);
    }
  }
}
