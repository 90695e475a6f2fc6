package dev.falflow.python;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs a short-lived program to its end and keeps what it printed. */
record Command(List<String> arguments, Path workingDir, Map<String, String> environment) {

  /** What came of it. */
  record Outcome(int exitCode, String output, String errors) {
    boolean isSuccess() {
      return exitCode == 0;
    }

    /** Both streams, standard output first. */
    String text() {
      return (output + errors).strip();
    }

    /** The last lines, which hold the cause with every installer. */
    String tail(int lines) {
      List<String> all = text().lines().toList();
      return all.stream()
          .skip(Math.max(0, all.size() - lines))
          .collect(Collectors.joining(System.lineSeparator()));
    }
  }

  /**
   * Runs it; exit code 124 stands for one that had to be ended after the time limit. When this
   * process is told to leave, the program goes first, so that nobody writes on what we hold a lock
   * for.
   */
  Outcome run(Duration limit) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(arguments).directory(workingDir.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    Thread endWithUs = new Thread(() -> end(process), "end " + arguments.get(0));
    Runtime.getRuntime().addShutdownHook(endWithUs);
    try {
      process.getOutputStream().close();
      CompletableFuture<String> output = drain(process.getInputStream(), "output");
      CompletableFuture<String> errors = drain(process.getErrorStream(), "errors");
      boolean isDone = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!isDone) {
        end(process);
      }
      return new Outcome(isDone ? process.exitValue() : 124, output.join(), errors.join());
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while running " + arguments.get(0), e);
    } finally {
      removeHook(endWithUs);
    }
  }

  private CompletableFuture<String> drain(InputStream stream, String which) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(e);
              }
            },
            which + " of " + arguments.get(0));
    reader.setDaemon(true);
    reader.start();
    return text;
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Already shutting down: the hook is running or has run, which is what it is for.
    }
  }
}
