package dev.falflow.report;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lines at the bottom of a terminal that change while others scroll by above them. They are drawn
 * without wrapping and stay short, so that a window may change its size; nothing about the terminal
 * is left changed between two writes, so that it is sane whenever we end.
 */
final class StatusArea implements AutoCloseable {
  private static final long REFRESH_MILLIS = 200;
  private static final int COLUMNS = 60;
  private static final int ROWS = 8;
  private static final String ESC = "\u001B[";

  private final PrintStream out;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(StatusArea::daemon);
  private Supplier<List<String>> content = List::of;
  private int drawn;

  StatusArea(PrintStream out) {
    this.out = out;
  }

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "fal-status");
    thread.setDaemon(true);
    return thread;
  }

  /** Draws from now on what {@code newContent} says at that moment. */
  synchronized void show(Supplier<List<String>> newContent) {
    content = newContent;
    var unused =
        timer.scheduleWithFixedDelay(
            this::refresh, REFRESH_MILLIS, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** A line that stays, above the area. */
  synchronized void print(String line) {
    out.print(erased() + line + System.lineSeparator() + redrawn());
    out.flush();
  }

  private synchronized void refresh() {
    out.print(erased() + redrawn());
    out.flush();
  }

  private String erased() {
    String sequence = drawn == 0 ? "" : ESC + drawn + "F" + ESC + "J";
    drawn = 0;
    return sequence;
  }

  private String redrawn() {
    List<String> lines = content.get();
    StringBuilder text = new StringBuilder();
    for (String line : lines.size() > ROWS ? lines.subList(0, ROWS) : lines) {
      String shown = line.length() > COLUMNS ? line.substring(0, COLUMNS - 1) + "…" : line;
      text.append(ESC + "?7l").append(shown).append(ESC + "?7h").append(System.lineSeparator());
      drawn++;
    }
    return text.toString();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    synchronized (this) {
      content = List::of;
      refresh();
    }
  }
}
