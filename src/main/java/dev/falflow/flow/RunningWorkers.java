package dev.falflow.flow;

import dev.falflow.artifact.ModelLog;
import dev.falflow.python.ForkServer;
import dev.falflow.python.Worker;
import dev.falflow.report.Reporter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The workers of a run that have not ended, for a Ctrl-C to reach. */
final class RunningWorkers {
  private final Reporter reporter;
  private final Set<Worker> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  RunningWorkers(Reporter reporter) {
    this.reporter = reporter;
  }

  /** A worker whose output goes to the log and the terminal, under this name. */
  Worker spawn(ForkServer server, String uniqueId, String name, ModelLog log) {
    Worker worker =
        server.spawn(
            output -> {
              log.line(output.line());
              reporter.output(uniqueId, name, output.stream(), output.line());
            });
    running.add(worker);
    if (stopped) {
      worker.kill();
    }
    return worker;
  }

  /** One that has ended. */
  void forget(Worker worker) {
    running.remove(worker);
  }

  /** Ends every running worker; those that are still to come die at once. */
  void stop() {
    stopped = true;
    running.forEach(Worker::kill);
  }

  boolean isStopped() {
    return stopped;
  }
}
