package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentLocks;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fal env lock}: writes down which versions the project's environments have. */
@Command(
    name = "lock",
    description = "Write the versions of all environments of the project into fal.lock.",
    sortOptions = false)
final class EnvLockCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel("--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(
      names = "--upgrade",
      description = "Resolve all packages anew instead of keeping what is locked or made.")
  boolean upgrade;

  @ParentCommand @Nullable EnvCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    try {
      List<Problem> failures =
          EnvCommand.inventory(EnvCommand.arguments(parent, dbtOptions), python).lock(upgrade);
      EnvCommand.out().println("Wrote " + EnvironmentLocks.FILE);
      return EnvCommand.told(failures);
    } catch (FalException e) {
      return EnvCommand.told(e);
    }
  }
}
