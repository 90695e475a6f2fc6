package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.dbt.DbtArguments;
import dev.falflow.flow.FlowRequest;
import dev.falflow.flow.FlowRun;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import dev.falflow.report.Reporter;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Assembles a run from the options, runs it, and lets Ctrl-C end it cleanly. */
final class Flow {
  private static final long SECONDS_TO_END = 30;

  private Flow() {}

  static int run(String command, DbtArguments arguments, FlowOptions options) {
    Reporter reporter = Terminal.reporter(arguments);
    CacheFolder cache = CacheFolder.locate(System.getenv());
    PythonEnvironments environments =
        new PythonEnvironments(cache, new SetupProgress(System.err, Terminal.isWatched()));
    FlowRun flow = new FlowRun(cache, environments, reporter, Clock.systemUTC());
    CountDownLatch ended = new CountDownLatch(1);
    Thread onInterrupt = new Thread(() -> interrupt(flow, ended), "fal-interrupt");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      return flow.run(request(command, arguments, options));
    } catch (FalException e) {
      if (flow.isInterrupted()) {
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
  private static void interrupt(FlowRun flow, CountDownLatch ended) {
    flow.interrupt();
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
