package dev.falflow.cli;

import java.util.List;
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
final class FlowCommand implements Runnable, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel();
  @Mixin final CommonOptions own = new CommonOptions();
  @ParentCommand @Nullable FalCommand parent;
  @Spec @Nullable CommandSpec spec;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  /** What was typed at this level and above it, outermost first. */
  static List<TypedDbtOptions> levels(@Nullable FlowCommand flow) {
    if (flow == null) {
      return List.of();
    }
    return flow.parent == null
        ? List.of(flow.dbtOptions)
        : List.of(flow.parent.dbtOptions(), flow.dbtOptions);
  }

  @Override
  public void run() {
    throw FalCommand.commandMissing(spec);
  }
}
