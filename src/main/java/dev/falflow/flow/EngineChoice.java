package dev.falflow.flow;

import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.ResidentEngine;
import dev.falflow.dbt.process.ProcessEngine;
import dev.falflow.python.DbtExecutable;
import dev.falflow.python.PythonInstallation;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of the two engines drives dbt: the one asked for, else the resident wherever dbt has a
 * Python API that takes callbacks.
 *
 * @param isOurs whether we chose it, without being asked
 */
record EngineChoice(DbtEngine.Kind kind, DbtExecutable dbt, String reason, boolean isOurs) {
  static EngineChoice of(DbtEngine.@Nullable Kind asked, DbtExecutable dbt) {
    if (asked != null) {
      return new EngineChoice(asked, dbt, "--dbt-engine", false);
    }
    return dbt.hasApi()
        ? new EngineChoice(DbtEngine.Kind.RESIDENT, dbt, "dbt has a Python API", true)
        : new EngineChoice(DbtEngine.Kind.PROCESS, dbt, dbt.reason(), true);
  }

  /** For {@code --debug}. */
  String words() {
    return switch (kind) {
      case RESIDENT -> "dbt is driven through its Python API: " + reason;
      case PROCESS -> "dbt is driven through " + String.join(" ", dbt.command()) + ": " + reason;
    };
  }

  /** What the user should know of a choice that is not the usual one. */
  Optional<String> notice() {
    return isOurs && kind == DbtEngine.Kind.PROCESS
        ? Optional.of(words() + ". docs/engines.md tells what this engine cannot do.")
        : Optional.empty();
  }

  DbtEngine start(PythonInstallation python, Path packageFolder, List<Path> folders, Clock clock) {
    return switch (kind) {
      case RESIDENT -> new ResidentEngine(python.executable(), packageFolder, folders);
      case PROCESS ->
          new ProcessEngine(python.executable(), packageFolder, folders, dbt.command(), clock);
    };
  }
}
