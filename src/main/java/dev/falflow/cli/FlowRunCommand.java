package dev.falflow.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code fal flow run}: dbt's {@code run}. */
@Command(
    name = "run",
    description = "Run the models, SQL and Python, in dbt's order.",
    sortOptions = false)
final class FlowRunCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.of("run");
  @Mixin final FlowOptions options = new FlowOptions();
  @ParentCommand @Nullable FlowCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    return Flow.run("run", dbtOptions.over(FlowCommand.levels(parent)), options);
  }
}
