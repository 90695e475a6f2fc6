package dev.falflow.report;

import dev.falflow.Problem;
import dev.falflow.artifact.ModelResult;
import dev.falflow.dbt.DbtEvent;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Lines as dbt prints them, a Python model's own behind its name. */
public final class LineReporter implements Reporter {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final Pattern COLOR = Pattern.compile("\u001B\\[[0-9;]*m");
  private static final Pattern FAL_NODE = Pattern.compile("sql fal model (\\S+) ");
  private static final int SLOWEST = 5;

  private final PrintStream out;
  private final Clock clock;
  private final boolean color;
  private final boolean quiet;

  /**
   * @param color keep dbt's ANSI colours
   * @param quiet errors only
   */
  public LineReporter(PrintStream out, Clock clock, boolean color, boolean quiet) {
    this.out = out;
    this.clock = clock;
    this.color = color;
    this.quiet = quiet;
  }

  @Override
  public void event(DbtEvent event) {
    if (event.level().equals("debug") || (quiet && !event.level().equals("error"))) {
      return;
    }
    String text = FAL_NODE.matcher(event.message()).replaceAll("python model $1 .");
    line(color ? text : COLOR.matcher(text).replaceAll(""));
  }

  @Override
  public void output(String model, String stream, String line) {
    if (!quiet) {
      line(model + " | " + line);
    }
  }

  @Override
  public void warning(Problem problem) {
    if (!quiet) {
      line("[WARNING]: " + problem);
    }
  }

  @Override
  public void info(String text) {
    if (!quiet) {
      line(text);
    }
  }

  @Override
  public void problems(List<Problem> problems) {
    for (Problem problem : problems) {
      line("[ERROR]: " + problem);
    }
  }

  @Override
  public void summary(List<ModelResult> pythonModels) {
    if (!quiet && pythonModels.size() > 1) {
      line("");
      line("Slowest Python models:");
      pythonModels.stream()
          .sorted(Comparator.comparing(ModelResult::executionTime).reversed())
          .limit(SLOWEST)
          .forEach(result -> line("  " + slow(result)));
    }
    for (ModelResult result : pythonModels) {
      ModelResult.Failure failure = result.failure();
      if (failure != null) {
        line("");
        line("Failed: " + result.uniqueId() + " (" + result.file() + ")");
        String text = failure.traceback() == null ? failure.message() : failure.traceback();
        text.lines().forEach(each -> line("  " + each));
      }
    }
  }

  private static String slow(ModelResult result) {
    return String.format(
        Locale.ROOT,
        "%s %s, %d rows (read %s, publish %s)",
        result.name(),
        seconds(result.executionTime()),
        result.rows(),
        seconds(result.readTime()),
        seconds(result.publishTime()));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2fs", duration.toNanos() / 1e9);
  }

  private void line(String text) {
    String time = TIME.format(ZonedDateTime.now(clock.withZone(ZoneId.systemDefault())));
    synchronized (out) {
      out.println(text.isEmpty() ? time : time + "  " + text);
    }
  }
}
