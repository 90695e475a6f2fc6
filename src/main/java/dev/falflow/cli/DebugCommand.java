package dev.falflow.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code fal debug}: what fal found on this machine. */
@Command(name = "debug", description = "Show what fal found: Java, Python, dbt, profile.")
final class DebugCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 0;
  }
}
