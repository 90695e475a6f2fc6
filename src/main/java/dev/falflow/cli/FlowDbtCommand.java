package dev.falflow.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** One of dbt's commands with the project's Python models in its graph. */
abstract class FlowDbtCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final String command;
  private final TypedDbtOptions dbtOptions;
  @Mixin final FlowOptions options = new FlowOptions();
  @ParentCommand @Nullable FlowCommand parent;

  FlowDbtCommand(String command) {
    this.command = command;
    dbtOptions = TypedDbtOptions.of(command);
  }

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    return Flow.run(command, dbtOptions.over(FlowCommand.levels(parent)), options);
  }
}
