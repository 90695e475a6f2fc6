package dev.falflow.source;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one generated SQL model.
 *
 * @param path of the stub, absolute
 * @param source the Python file it stands for, null when that is gone
 * @param content what is written, null when nothing is
 */
public record StubChange(
    Action action, Path path, @Nullable PythonSource source, @Nullable String content) {
  /** What is done with the file. */
  public enum Action {
    CREATE,
    UPDATE,
    KEEP,
    DELETE
  }

  /** Whether what it says of the file is not known whole, and so not worth keeping. */
  boolean isOfBrokenFile() {
    return source != null && source.kind() == PythonSource.Kind.BROKEN_MODEL;
  }

  boolean isWritten() {
    return action == Action.CREATE || action == Action.UPDATE;
  }
}
