package dev.falflow.cli;

import dev.falflow.dbt.DbtArguments;
import dev.falflow.flow.FlowRequest;
import dev.falflow.flow.ScriptsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fal run}: scripts and hooks by themselves. */
@Command(
    name = "run",
    description = "Run the scripts and hooks of models, without the models.",
    sortOptions = false)
final class RunCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.of("run");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(
      names = {"--scripts"},
      arity = "1..*",
      paramLabel = "PATH",
      description = "Only these scripts, as they are declared; hooks are not chosen so.")
  List<String> scripts = new ArrayList<>();

  @Option(names = "--all", description = "Of all models, whatever came of them.")
  boolean all;

  @Option(names = "--before", description = "What comes before the models.")
  boolean before;

  @Option(names = "--globals", description = "Global scripts too, whatever is selected.")
  boolean globals;

  @ParentCommand @Nullable FalCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    DbtArguments arguments =
        dbtOptions.over(parent == null ? List.of() : List.of(parent.dbtOptions()));
    return Flow.runScripts(
        arguments, () -> new ScriptsRequest(request(arguments), scripts, all, before, globals));
  }

  private FlowRequest request(DbtArguments arguments) {
    return new FlowRequest(
        "run", arguments, python.path, true, Terminal.isJson(arguments), false, false, false, null);
  }
}
