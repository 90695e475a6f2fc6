package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtArguments;
import dev.falflow.project.AskedEnvironments;
import dev.falflow.project.EnvironmentLocks;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.EnvironmentInventory;
import dev.falflow.python.EnvironmentStore;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.python.PythonRequest;
import dev.falflow.python.SetupProgress;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fal env}: the Python environments of the project's models and hooks. */
@Command(
    name = "env",
    description = "The Python environments of the project's models and hooks.",
    subcommands = {
      EnvListCommand.class,
      EnvSyncCommand.class,
      EnvLockCommand.class,
      EnvCleanCommand.class
    })
final class EnvCommand implements Runnable, TypedDbtOptions.Taker {
  /** Some could not be made; the others are there. */
  static final int SOME_FAILED = 1;

  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel();
  @Mixin final CommonOptions own = new CommonOptions();
  @ParentCommand @Nullable FalCommand parent;
  @Spec @Nullable CommandSpec spec;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public void run() {
    throw FalCommand.commandMissing(spec);
  }

  /** What was typed at this level and above it, outermost first, then at the innermost. */
  static DbtArguments arguments(@Nullable EnvCommand env, TypedDbtOptions innermost) {
    List<TypedDbtOptions> outer = new ArrayList<>();
    if (env != null) {
      if (env.parent != null) {
        outer.add(env.parent.dbtOptions());
      }
      outer.add(env.dbtOptions);
    }
    return innermost.over(outer);
  }

  static CacheFolder cache() {
    return CacheFolder.locate(System.getenv());
  }

  static PrintStream out() {
    return new PrintStream(System.out, true, StandardCharsets.UTF_8);
  }

  /** The project's environments, whatever of them can be made. */
  static EnvironmentInventory inventory(DbtArguments arguments, PythonOption python) {
    String vars = arguments.value("--vars");
    Project project =
        Project.read(
            arguments.projectDir(), vars == null ? Map.of() : Project.commandLineVars(vars));
    List<Problem> problems = new ArrayList<>();
    AskedEnvironments asked = null;
    EnvironmentLocks locks = null;
    try {
      asked = AskedEnvironments.of(project);
    } catch (FalException e) {
      problems.addAll(e.problems());
    }
    try {
      locks = EnvironmentLocks.read(project);
    } catch (FalException e) {
      problems.addAll(e.problems());
    }
    if (asked == null || locks == null) {
      throw new FalException(problems);
    }
    PythonRequest request = new PythonRequest(project.root(), python.path, System.getenv());
    PythonInstallation local =
        new PythonEnvironments(cache(), new SetupProgress(System.err, Terminal.isWatched()))
            .find(request);
    EnvironmentStore store =
        new EnvironmentStore(cache(), request, local, locks, System.err::println);
    return new EnvironmentInventory(project, asked, store, locks);
  }

  /** Tells what went wrong, and the exit code of that. */
  static int told(List<Problem> problems) {
    problems.forEach(System.err::println);
    return problems.isEmpty() ? 0 : SOME_FAILED;
  }

  static int told(FalException failure) {
    failure.problems().forEach(System.err::println);
    return ExitCode.USAGE_OR_SETUP;
  }
}
