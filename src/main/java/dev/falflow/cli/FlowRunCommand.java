package dev.falflow.cli;

import picocli.CommandLine.Command;

/** {@code fal flow run}: dbt's {@code run}. */
@Command(
    name = "run",
    description = "Run the models, SQL and Python, in dbt's order.",
    sortOptions = false)
final class FlowRunCommand extends FlowDbtCommand {
  FlowRunCommand() {
    super("run");
  }
}
