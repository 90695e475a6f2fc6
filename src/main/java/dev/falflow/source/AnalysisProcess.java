package dev.falflow.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Runs {@code fal/_analysis.py} over files: a process for few, one for each processor for many. */
final class AnalysisProcess {
  private static final Duration TO_START = Duration.ofSeconds(60);
  private static final Duration FOR_ONE_FILE = Duration.ofMillis(500);
  private static final int TAIL = 4096;

  /** Fewer are read by one process sooner than another has started. */
  private static final int WORTH_A_PROCESS = 100;

  /** Exit codes above this are signals. */
  private static final int KILLED = 128;

  /** What the process is told first: the modules by path, and dbt's variables. */
  record Setting(Map<String, String> modules, Map<String, ?> vars) {
    static final Setting NONE = new Setting(Map.of(), Map.of());

    Map<String, ?> message() {
      return Map.of("modules", modules, "vars", vars);
    }
  }

  /** A file as the process is asked for it. */
  sealed interface Request {
    Map<String, ?> message();
  }

  /** Asks what a file imports. */
  record ImportsOf(Path path) implements Request {
    @Override
    public Map<String, ?> message() {
      return Map.of("imports", path.toString());
    }
  }

  /** Asks what a file is and needs, its modules looked up in these folders. */
  record AnalysisOf(Path path, String file, List<Path> search) implements Request {
    @Override
    public Map<String, ?> message() {
      List<String> folders = search.stream().map(Path::toString).toList();
      return Map.of("path", path.toString(), "file", file, "search", folders);
    }
  }

  private final Path python;
  private final Path script;

  AnalysisProcess(Path python, Path script) {
    this.python = python;
    this.script = script;
  }

  /**
   * The answers, in the order of the requests.
   *
   * @param answer reads one
   * @param crashed the answer for a file that takes the interpreter down, given what it said last
   */
  <A> List<A> ask(
      Setting setting,
      List<? extends Request> requests,
      Function<Fields, A> answer,
      Function<String, A> crashed) {
    int processors = Runtime.getRuntime().availableProcessors();
    int size = Math.max(WORTH_A_PROCESS, (requests.size() + processors - 1) / processors);
    return parts(requests, size).parallelStream()
        .map(part -> askOneProcess(setting, part, answer, crashed))
        .flatMap(List::stream)
        .toList();
  }

  private static <T> List<List<? extends T>> parts(List<? extends T> all, int size) {
    List<List<? extends T>> parts = new ArrayList<>();
    for (int start = 0; start < all.size(); start += size) {
      parts.add(all.subList(start, Math.min(all.size(), start + size)));
    }
    return parts;
  }

  private <A> List<A> askOneProcess(
      Setting setting,
      List<? extends Request> requests,
      Function<Fields, A> answer,
      Function<String, A> crashed) {
    List<A> answers = new ArrayList<>();
    while (answers.size() < requests.size()) {
      List<? extends Request> open = requests.subList(answers.size(), requests.size());
      Outcome outcome = run(setting, open, answer, answers);
      if (answers.size() < requests.size()) {
        if (!outcome.wasReading()) {
          throw new FalException(
              Problem.of("python-failed", outcome.describe(python.toString()))
                  .withHint("Name another Python with --python."));
        }
        // One file took the interpreter down: it is the problem, the others are read.
        answers.add(crashed.apply(outcome.describe("Python")));
      }
    }
    return answers;
  }

  /** How a process ended: whether a file was the reason, and its last words. */
  private record Outcome(boolean wasReading, int exitCode, String tail) {
    String describe(String who) {
      String words = tail.isBlank() ? "" : ": " + tail.strip();
      return who + " ended with exit code " + exitCode + " while it read the file" + words;
    }
  }

  private <A> Outcome run(
      Setting setting,
      List<? extends Request> requests,
      Function<Fields, A> answer,
      List<A> answers) {
    Process process = start();
    StringBuilder tail = new StringBuilder();
    daemon("analysis-stdin", () -> write(setting, requests, process.getOutputStream()));
    Thread errors = daemon("analysis-stderr", () -> drain(process.getErrorStream(), tail));
    Duration limit = TO_START.plus(FOR_ONE_FILE.multipliedBy(requests.size()));
    Executor atLimit =
        CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
    CompletableFuture<Void> guard = CompletableFuture.runAsync(process::destroyForcibly, atLimit);
    int before = answers.size();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.add(answer.apply(new Fields.Sent(Json.MAPPER.readTree(line))));
      }
      int exitCode = process.waitFor();
      errors.join();
      boolean wasReading = answers.size() > before || exitCode > KILLED;
      return new Outcome(wasReading, exitCode, tail.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Python files were analysed", e);
    } finally {
      guard.cancel(false);
      process.destroyForcibly();
    }
  }

  private Process start() {
    try {
      // -I and -S: neither the user's site-packages nor PYTHON* variables can change the answer.
      return new ProcessBuilder(python.toString(), "-I", "-S", script.toString()).start();
    } catch (IOException e) {
      throw new FalException(
          Problem.of("python-failed", "cannot start " + python + ": " + e.getMessage())
              .withHint("Name another Python with --python."),
          e);
    }
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void write(Setting setting, List<? extends Request> requests, OutputStream stdin) {
    try (OutputStream lines = new BufferedOutputStream(stdin)) {
      lines.write(line(setting.message()));
      for (Request request : requests) {
        lines.write(line(request.message()));
      }
    } catch (IOException e) {
      // The process is gone; what it left on its streams says why.
    }
  }

  private static byte[] line(Map<String, ?> message) throws JsonProcessingException {
    return (Json.MAPPER.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void drain(InputStream stream, StringBuilder tail) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        tail.append(line).append('\n');
        tail.delete(0, Math.max(0, tail.length() - TAIL));
      }
    } catch (IOException e) {
      tail.append(e.getMessage());
    }
  }
}
