package dev.falflow.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The Python to use. */
final class PythonOption {
  @Option(
      names = "--python",
      paramLabel = "PATH",
      description =
          "Python with dbt in it: an interpreter, a virtual environment, or 'managed' (default: the"
              + " active environment, the dbt on PATH, one made by fal).")
  @Nullable String path;
}
