package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.python.ForkServer;
import dev.falflow.script.Script;
import dev.falflow.source.PythonSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the Python files of a run are run. */
final class RunEnvironments implements AutoCloseable {
  private final Supplier<ForkServer> starting;
  private @Nullable ForkServer own;

  RunEnvironments(Supplier<ForkServer> starting) {
    this.starting = starting;
  }

  /** Starts the run's own server, unless it has been. */
  synchronized ForkServer start() {
    ForkServer started = own;
    if (started == null) {
      started = starting.get();
      own = started;
    }
    return started;
  }

  /**
   * Of a script: a hook's own environment or its model's, any other the run's.
   *
   * @throws FalException why there is no such environment
   */
  ForkServer serverOf(Script script) {
    return start();
  }

  /**
   * Of a Python model: the one its YAML names, else the one its own file describes.
   *
   * @throws FalException why there is no such environment
   */
  ForkServer serverOf(String model, PythonSource source) {
    return start();
  }

  @Override
  public synchronized void close() {
    if (own != null) {
      own.close();
    }
  }
}
