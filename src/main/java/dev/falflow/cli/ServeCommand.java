package dev.falflow.cli;

import dev.falflow.dbt.DbtArguments;
import dev.falflow.flow.ApplicationRun;
import dev.falflow.flow.FlowRequest;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.ParentProcess;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import dev.falflow.report.ReportStyle;
import dev.falflow.report.Reporter;
import dev.falflow.report.Secrets;
import dev.falflow.report.Verbosity;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/**
 * {@code fal serve}: what Python's {@code FalDbt} starts and talks to over stdin and stdout. For
 * that alone; its words may change with any version.
 */
@Command(
    name = "serve",
    hidden = true,
    description = "Answer the Python class FalDbt over stdin and stdout.",
    sortOptions = false)
final class ServeCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions =
      TypedDbtOptions.ofEveryLevel("--target", "--profile", "--vars", "--threads", "--target-path");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @ParentCommand @Nullable FalCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    PrintStream answers = System.out;
    System.setOut(System.err); // nothing else may get in between
    CacheFolder cache = CacheFolder.locate(System.getenv());
    PythonEnvironments environments =
        new PythonEnvironments(cache, new SetupProgress(System.err, false));
    ReportStyle style = new ReportStyle(false, false, false, false, Verbosity.WARN);
    Reporter reporter = style.reporter(System.err, Clock.systemUTC(), Secrets.of(System.getenv()));
    boolean opened =
        new ApplicationRun(cache, environments, reporter, Clock.systemUTC())
            .serve(request(), new ParentProcess(System.in, answers));
    reporter.close();
    return opened ? 0 : ExitCode.USAGE_OR_SETUP;
  }

  private FlowRequest request() {
    DbtArguments arguments =
        dbtOptions.over(parent == null ? List.of() : List.of(parent.dbtOptions()));
    return new FlowRequest("run", arguments, python.path, true, false, false, false, false, null);
  }
}
