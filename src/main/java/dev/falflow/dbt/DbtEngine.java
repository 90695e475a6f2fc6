package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
   * @param nodes where it is held
   * @param onHold called on a thread of the engine's when it is fal's turn; must return at once,
   *     and {@link #release} must follow
   */
  InvocationOutcome invoke(
      List<String> arguments, HeldNodes nodes, Consumer<DbtEvent> onEvent, Consumer<Hold> onHold);

  /**
   * What dbt selects from the project parsed last, parents before children.
   *
   * @param arguments of {@code dbt ls}, which is the command
   * @return unique_ids
   * @throws FalException {@code dbt-failed} with dbt's own message
   */
  List<String> list(List<String> arguments, HeldNodes nodes, Consumer<DbtEvent> onEvent);

  /**
   * Models, sources and tests of the project parsed last, as {@code fal/_graph.py} describes them.
   */
  JsonNode graph();

  /**
   * A hold outside any invocation, for a script that runs by itself.
   *
   * @param nodes whose Python models are tables to it
   * @param uniqueId of the model it belongs to; null for a global one
   */
  Hold attach(HeldNodes nodes, @Nullable String uniqueId);

  /** After the last {@link #attach}: gives the database up. */
  void detach();

  /**
   * Between {@link #attach} and {@link #detach}, while nobody asks for anything: lets others open a
   * database that only one process may have open. Does nothing while a relation is read or written
   * part by part.
   */
  void rest();

  /**
   * A call resolved for a held model; one that dbt knows nothing of is not {@code declared}, and
   * has an empty query when it names an ephemeral model.
   *
   * @throws FalException ref-not-found, source-not-found or ref-disabled
   */
  ResolvedInput resolve(Hold hold, ModelInput input);

  /**
   * SQL rendered as a model's is.
   *
   * @throws FalException {@code sql-not-compiled} with dbt's own words
   */
  CompiledSql compile(Hold hold, String sql);

  /**
   * A relation that the held script or model writes beside its own, as a hold of its own that is to
   * be released; its schema is made where missing.
   *
   * @throws FalException as {@link #resolve}
   */
  Hold target(Hold hold, ModelInput input);

  /** Lets the held node end: with {@code message} as its error unless it succeeded. */
  void release(Hold hold, boolean success, String message, long rows);

  /** Asks the running invocation to end after the nodes that are running now. */
  void cancel();

  /**
   * Moves data of a hold's in or out of DuckDB, whose file only dbt's process may open.
   *
   * @param command one of {@code fal/_resident.py}'s that do that, without what names the model
   * @return its result
   * @throws FalException with the database's own words
   */
  JsonNode moveData(Hold model, ObjectNode command);

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

  /** SQL, and every {@code ref} and {@code source} in it, which have no query of their own. */
  record CompiledSql(String query, List<ResolvedInput> inputs) {
    public CompiledSql {
      inputs = List.copyOf(inputs);
    }
  }
}
