package dev.falflow.cli;

import picocli.CommandLine.Command;

/** {@code fal flow build}: dbt's {@code build}, with seeds, snapshots and tests. */
@Command(
    name = "build",
    description = "Run seeds, models, snapshots and tests in dbt's order.",
    sortOptions = false)
final class FlowBuildCommand extends FlowDbtCommand {
  FlowBuildCommand() {
    super("build");
  }
}
