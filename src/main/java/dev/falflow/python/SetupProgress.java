package dev.falflow.python;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says on standard error what the set-up is doing, with the seconds going by on a terminal. */
public final class SetupProgress {
  private final PrintStream out;
  private final boolean isTerminal;

  /**
   * @param isTerminal whether a line may be written over
   */
  public SetupProgress(PrintStream out, boolean isTerminal) {
    this.out = out;
    this.isTerminal = isTerminal;
  }

  /** Something the user should know, on a line of its own. */
  void notice(String text) {
    out.println(text);
  }

  /** Does something that takes a while, and says how long it took. */
  <T> T during(String what, CacheLock.Action<T> action) throws IOException {
    Instant start = Instant.now();
    CountDownLatch end = new CountDownLatch(1);
    out.print(what + " …" + (isTerminal ? "" : System.lineSeparator()));
    out.flush();
    Thread ticker = new Thread(() -> tick(what, start, end), "set-up progress");
    ticker.setDaemon(true);
    if (isTerminal) {
      ticker.start();
    }
    try {
      return action.run();
    } finally {
      end.countDown();
      try {
        ticker.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      out.println((isTerminal ? "\r" + what + " … " : "  … ") + secondsSince(start) + " s");
    }
  }

  private void tick(String what, Instant start, CountDownLatch end) {
    try {
      while (!end.await(1, TimeUnit.SECONDS)) {
        out.print("\r" + what + " … " + secondsSince(start) + " s");
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long secondsSince(Instant start) {
    return Duration.between(start, Instant.now()).toSeconds();
  }
}
