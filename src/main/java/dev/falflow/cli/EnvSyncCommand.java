package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.python.MadeEnvironment;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code fal env sync}: makes all environments of the project, so that runs find them made. */
@Command(
    name = "sync",
    description = "Make all environments of the project that are not made yet.",
    sortOptions = false)
final class EnvSyncCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel("--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();
  @ParentCommand @Nullable EnvCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    try {
      return EnvCommand.told(
          EnvCommand.inventory(EnvCommand.arguments(parent, dbtOptions), python)
              .sync(EnvSyncCommand::say));
    } catch (FalException e) {
      return EnvCommand.told(e);
    }
  }

  private static void say(EnvironmentDefinition definition, MadeEnvironment made) {
    EnvCommand.out()
        .println(definition.name() + ": Python " + made.pythonVersion() + ", " + made.folder());
  }
}
