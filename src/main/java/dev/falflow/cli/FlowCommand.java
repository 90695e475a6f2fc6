package dev.falflow.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fal flow}: dbt with the project's Python models in its graph. */
@Command(
    name = "flow",
    description = "Run dbt with the project's Python models in its graph.",
    subcommands = {FlowRunCommand.class, FlowBuildCommand.class})
final class FlowCommand implements Runnable {
  @Mixin final CommonOptions own = new CommonOptions();
  @ParentCommand @Nullable FalCommand parent;
  @Spec @Nullable CommandSpec spec;

  CommonOptions common() {
    return parent == null ? own : own.over(parent.common);
  }

  @Override
  public void run() {
    throw FalCommand.commandMissing(spec);
  }
}
