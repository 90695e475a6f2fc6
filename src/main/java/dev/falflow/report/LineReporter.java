package dev.falflow.report;

import dev.falflow.Problem;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelResult;
import dev.falflow.artifact.NodeResult;
import dev.falflow.dbt.DbtEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Lines as dbt prints them (time in UTC; only the first line of a text has one), a Python model's
 * own behind its name.
 */
final class LineReporter implements Reporter {
  private static final DateTimeFormatter TIME = formatter("HH:mm:ss");
  private static final DateTimeFormatter DEBUG_TIME = formatter("HH:mm:ss.SSSSSS");
  private static final String OUR_THREAD = "fal";
  private static final int SLOWEST = 5;

  private final Consumer<String> out;
  private final Clock clock;
  private final Secrets secrets;
  private final ReportStyle style;

  /**
   * @param out prints one line; called by one thread at a time
   */
  LineReporter(Consumer<String> out, Clock clock, Secrets secrets, ReportStyle style) {
    this.out = out;
    this.clock = clock;
    this.secrets = secrets;
    this.style = style;
  }

  private static DateTimeFormatter formatter(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }

  @Override
  public void event(DbtEvent event) {
    String text = DbtText.of(event, style.color());
    if (event.name().equals("PrintEvent")) {
      if (style.verbosity() != Verbosity.NONE) {
        print(secrets.maskValues(text)); // dbt's print() macro: bare, and in spite of --quiet
      }
    } else {
      line(event.level(), event.json().path("thread").asText(OUR_THREAD), secrets.mask(text));
    }
  }

  @Override
  public void output(String uniqueId, String model, String stream, String line) {
    // What a progress bar wrote last is what a terminal would show of it.
    String shown = line.substring(line.lastIndexOf('\r') + 1);
    line("info", model, secrets.maskValues(model + " | " + shown));
  }

  @Override
  public void warning(Problem problem) {
    line("warn", OUR_THREAD, secrets.mask("[WARNING]: " + problem));
  }

  @Override
  public void info(String text) {
    line("info", OUR_THREAD, secrets.mask(text));
  }

  @Override
  public void debug(String text) {
    line("debug", OUR_THREAD, secrets.mask(text));
  }

  @Override
  public void problems(List<Problem> problems) {
    for (Problem problem : problems) {
      line("error", OUR_THREAD, secrets.maskSettings("[ERROR]: " + problem));
    }
  }

  @Override
  public void summary(List<NodeResult> results) {
    List<ModelResult> models =
        results.stream()
            .filter(ModelResult.class::isInstance)
            .map(ModelResult.class::cast)
            .toList();
    if (models.size() > 1) {
      info("");
      info("Slowest Python models:");
      models.stream()
          .sorted(Comparator.comparing(ModelResult::executionTime).reversed())
          .limit(SLOWEST)
          .forEach(result -> info("  " + slow(result)));
    }
    for (NodeResult result : results) {
      Failure failure = result.failure();
      if (failure != null) {
        failure(result, failure);
      }
    }
  }

  private void failure(NodeResult result, Failure failure) {
    error("");
    String name = result instanceof ModelResult ? result.uniqueId() : result.name();
    error("Failed: " + name + " (" + result.file() + ") [" + failure.code() + "]");
    String traceback = failure.traceback();
    String text = traceback == null || traceback.isBlank() ? failure.message() : traceback;
    text.lines().forEach(each -> error("  " + each));
    Path log = result.log();
    if (log != null) {
      error("  What it printed is in " + shortened(log));
    }
  }

  private void error(String text) {
    line("error", OUR_THREAD, secrets.mask(text));
  }

  /** Relative to the current folder when it lies inside, as dbt prints paths. */
  private static Path shortened(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  private static String slow(ModelResult result) {
    String outcome = result.failure() == null ? result.rows() + " rows" : "failed";
    return String.format(
        Locale.ROOT,
        "%s %s, %s (read %s, publish %s)",
        result.name(),
        seconds(result.executionTime()),
        outcome,
        seconds(result.readTime()),
        seconds(result.publishTime()));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2fs", duration.toNanos() / 1e9);
  }

  private void line(String level, String thread, String text) {
    if (!style.verbosity().shows(level)) {
      return;
    }
    if (style.detailed()) {
      String time = DEBUG_TIME.format(clock.instant());
      print(String.format("%s [%-5s] [%.10s]: %s", time, level, thread, text));
    } else {
      String time = TIME.format(clock.instant());
      print(text.isEmpty() ? time : time + "  " + text);
    }
  }

  private synchronized void print(String text) {
    out.accept(text);
  }

  @Override
  public void close() {}
}
