package dev.falflow.cli;

import dev.falflow.dbt.DbtEngine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code flow run} and {@code flow build} that are fal's own. */
final class FlowOptions {
  @Mixin final CommonOptions common = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(names = "--dry-run", description = "Print what would be run; change nothing.")
  boolean dryRun;

  @Option(
      names = "--fix-dependencies",
      description =
          "Add to a Python model's docstring what it reads and dbt does not know of; it stops, and"
              + " the next run builds that before it.")
  boolean fixDependencies;

  @Option(
      names = "--allow-undeclared",
      description = "Let Python models read what dbt does not know of, with a warning.")
  boolean allowUndeclared;

  @Option(
      names = "--experimental-models",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Run Python models (on by default; --no-experimental-models turns them off).")
  boolean pythonModels;

  @Option(names = "--experimental-flow", description = "Accepted; it has been the default.")
  boolean experimentalFlow;

  @Option(
      names = "--experimental-threads",
      paramLabel = "N",
      description = "Accepted; the same as --threads.")
  @Nullable Integer experimentalThreads;

  @Option(
      names = "--dbt-engine",
      paramLabel = "ENGINE",
      description =
          "resident: dbt's Python API, one invocation; process: the dbt executable, several"
              + " (default: process where dbt has no such API).")
  @Nullable Engine engine;

  /** How dbt is driven; spelled as on the command line. */
  enum Engine {
    resident(DbtEngine.Kind.RESIDENT),
    process(DbtEngine.Kind.PROCESS);

    final DbtEngine.Kind kind;

    Engine(DbtEngine.Kind kind) {
      this.kind = kind;
    }
  }
}
