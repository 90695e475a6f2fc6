package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.dbt.DbtArguments;
import dev.falflow.flow.FlowRequest;
import dev.falflow.flow.FlowRun;
import dev.falflow.flow.Interruptible;
import dev.falflow.flow.ScriptsRequest;
import dev.falflow.flow.ScriptsRun;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import dev.falflow.report.Reporter;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Assembles a run from the options, runs it, and lets Ctrl-C end it cleanly. */
final class Flow {
  private static final long SECONDS_TO_END = 30;

  private Flow() {}

  /** {@code fal flow run|build}. */
  static int run(String command, DbtArguments arguments, FlowOptions options) {
    Reporter reporter = Terminal.reporter(arguments);
    CacheFolder cache = CacheFolder.locate(System.getenv());
    FlowRun flow = new FlowRun(cache, environments(cache), reporter, Clock.systemUTC());
    return run(flow, reporter, () -> flow.run(request(command, arguments, options)));
  }

  /** {@code fal run}. */
  static int runScripts(DbtArguments arguments, Supplier<ScriptsRequest> request) {
    Reporter reporter = Terminal.reporter(arguments);
    CacheFolder cache = CacheFolder.locate(System.getenv());
    ScriptsRun scripts = new ScriptsRun(cache, environments(cache), reporter, Clock.systemUTC());
    return run(scripts, reporter, () -> scripts.run(request.get()));
  }

  private static PythonEnvironments environments(CacheFolder cache) {
    return new PythonEnvironments(cache, new SetupProgress(System.err, Terminal.isWatched()));
  }

  private static int run(Interruptible run, Reporter reporter, IntSupplier work) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread onInterrupt = new Thread(() -> interrupt(run, ended), "fal-interrupt");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      return work.getAsInt();
    } catch (FalException e) {
      if (run.isInterrupted()) {
        reporter.info("Interrupted before dbt's run began.");
      } else {
        reporter.problems(e.problems());
      }
      return ExitCode.USAGE_OR_SETUP;
    } finally {
      reporter.close();
      ended.countDown();
      forget(onInterrupt);
    }
  }

  private static FlowRequest request(String command, DbtArguments arguments, FlowOptions options) {
    Integer threads = options.experimentalThreads;
    return new FlowRequest(
        command,
        threads == null ? arguments : arguments.with("--threads", threads.toString()),
        options.python.path,
        options.pythonModels,
        Terminal.isJson(arguments),
        options.dryRun,
        options.fixDependencies,
        options.allowUndeclared,
        options.engine == null ? null : options.engine.kind);
  }

  /** The JVM is going down: give the run the time to end its processes and write its results. */
  private static void interrupt(Interruptible run, CountDownLatch ended) {
    run.interrupt();
    try {
      if (!ended.await(SECONDS_TO_END, TimeUnit.SECONDS)) {
        System.err.println("fal: giving up waiting for dbt to end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook is what brought us here.
    }
  }
}
