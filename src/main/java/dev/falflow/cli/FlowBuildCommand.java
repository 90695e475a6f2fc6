package dev.falflow.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code fal flow build}: dbt's {@code build}, with seeds, snapshots and tests. */
@Command(
    name = "build",
    description = "Run seeds, models, snapshots and tests in dbt's order.",
    sortOptions = false)
final class FlowBuildCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.of("build");
  @Mixin final FlowOptions options = new FlowOptions();
  @ParentCommand @Nullable FlowCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    return Flow.run("build", dbtOptions.over(FlowCommand.levels(parent)), options);
  }
}
