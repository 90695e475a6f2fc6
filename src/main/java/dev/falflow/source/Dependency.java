package dev.falflow.source;

import dev.falflow.Location;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ref} or {@code source} that a Python file makes known before it runs.
 *
 * @param arguments the names in it: one or two of a ref, two of a source
 * @param version of a versioned model: an Integer or a String, null when the call has none
 * @param batches whether its rows are asked for batch by batch, so never to be fetched whole
 * @param where the call or mention, in the model's file or in a module's
 * @param text the call as the stub's line has it, e.g. {@code ref('model_a')}
 */
public record Dependency(
    Kind kind,
    List<String> arguments,
    @Nullable Object version,
    String text,
    Location where,
    Origin origin,
    boolean batches) {
  /** What is called. */
  public enum Kind {
    REF,
    SOURCE
  }

  /** Where it was found. */
  public enum Origin {
    /** The docstring at the top of the model's file. */
    DOCSTRING,
    /** A call in the model's file. */
    CODE,
    /** A call in a module of the project that the model reaches. */
    HELPER
  }

  public Dependency {
    arguments = List.copyOf(arguments);
  }

  /** The line of the stub that makes dbt know of it. */
  public String stubLine() {
    return "{{ " + text + " }}";
  }
}
