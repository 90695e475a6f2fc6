package dev.falflow.cli;

import dev.falflow.FalException;
import dev.falflow.flow.FlowRequest;
import dev.falflow.flow.FlowRun;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import dev.falflow.report.Reporter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Assembles a run from the options, runs it, and lets Ctrl-C end it cleanly. */
final class Flow {
  private static final long SECONDS_TO_END = 30;

  private Flow() {}

  static int run(String command, FlowOptions options, @Nullable FlowCommand parent) {
    CommonOptions common = parent == null ? options.common : options.common.over(parent.common());
    Reporter reporter = Terminal.reporter(options, common);
    CacheFolder cache = CacheFolder.locate(System.getenv());
    PythonEnvironments environments =
        new PythonEnvironments(cache, new SetupProgress(System.err, Terminal.isWatched()));
    FlowRun flow = new FlowRun(cache, environments, reporter, Clock.systemUTC());
    CountDownLatch ended = new CountDownLatch(1);
    Thread onInterrupt = new Thread(() -> interrupt(flow, ended), "fal-interrupt");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      return flow.run(request(command, options, common));
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

  private static FlowRequest request(String command, FlowOptions options, CommonOptions common) {
    Path projectDir = common.projectDir == null ? Path.of("") : common.projectDir;
    return new FlowRequest(
        command,
        projectDir,
        common.profilesDir == null ? null : common.profilesDir.toAbsolutePath(),
        options.parseOptions(common),
        options.select(),
        options.exclude(),
        options.selectionOptions(common),
        options.runOptions(),
        options.parsedVars(),
        options.python,
        options.targetPath,
        options.pythonModels,
        options.logFormat == FlowOptions.LogFormat.json,
        options.dryRun,
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
