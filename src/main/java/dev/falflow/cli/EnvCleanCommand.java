package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.python.EnvironmentInventory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fal env clean}: makes room. */
@Command(
    name = "clean",
    description = "Remove the cache's environments that this project has no use for.",
    sortOptions = false)
final class EnvCleanCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel("--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(names = "--all", description = "Remove this project's, too; works outside a project.")
  boolean all;

  @ParentCommand @Nullable EnvCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    try {
      Map<Path, Boolean> removed =
          all
              ? EnvironmentInventory.clean(EnvCommand.cache(), List.of())
              : EnvCommand.inventory(EnvCommand.arguments(parent, dbtOptions), python).clean();
      removed.forEach(
          (folder, isGone) ->
              EnvCommand.out().println((isGone ? "Removed " : "In use, kept: ") + folder));
      if (removed.isEmpty()) {
        EnvCommand.out().println("There is nothing to remove.");
      }
      return 0;
    } catch (FalException e) {
      return EnvCommand.told(e);
    }
  }
}
