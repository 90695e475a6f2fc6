package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A fal under way. Its processes are known by a variable that all of them inherit, whatever group,
 * session or parent they have by now.
 */
final class RunningFal implements AutoCloseable {
  private static final Duration LONGEST_RUN = Duration.ofMinutes(6);
  private static final Duration LONGEST_END = Duration.ofSeconds(20);
  private static final String MARK = "FAL_E2E_RUN";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Process process;
  private final Path temporary;
  private final String mark = UUID.randomUUID().toString();
  private final Instant started = Instant.now();
  private final Output stdout;
  private final Output stderr;

  /** Whatever was seen of it. One that is ending may have no variables any more, but locks. */
  private final Set<ProcessHandle> seen = new HashSet<>();

  RunningFal(ProcessBuilder builder, Path temporary) throws IOException {
    this.temporary = temporary;
    builder.environment().put(MARK, mark);
    process = builder.start();
    process.getOutputStream().close();
    stdout = new Output("stdout", process.inputReader(StandardCharsets.UTF_8));
    stderr = new Output("stderr", process.errorReader(StandardCharsets.UTF_8));
  }

  /** Waits until a line on stdout contains this text. */
  void awaitLine(String text) {
    stdout.await(text, LONGEST_RUN);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  CommandResult await() {
    processes();
    try {
      if (!process.waitFor(LONGEST_RUN.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still running after " + LONGEST_RUN + "\n" + stdout + stderr);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return new CommandResult(process.exitValue(), stdout.all(), stderr.all());
  }

  /** Sends a signal to the command itself. */
  void signal(String name) {
    processes();
    kill(name, process.pid());
  }

  /** What a terminal does on Ctrl-C: the signal goes to the command and what it started itself. */
  void interruptFromTerminal() {
    List<ProcessHandle> group = process.children().toList();
    kill("INT", process.pid());
    group.forEach(child -> kill("INT", child.pid()));
  }

  private static void kill(String signal, long pid) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Every living process of this run, by command line; remembered, to wait for its end. */
  Map<ProcessHandle, String> processes() {
    Map<ProcessHandle, String> found = new LinkedHashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        if (text(entry.resolve("environ")).contains(MARK + "=" + mark)) {
          ProcessHandle.of(Long.parseLong(entry.getFileName().toString()))
              .ifPresent(
                  handle -> found.put(handle, text(entry.resolve("cmdline")).replace('\0', ' ')));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    seen.addAll(found.keySet());
    return found;
  }

  /** Of a process that ended meanwhile, or of another user: empty. */
  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  void assertNothingLeft() {
    assertNoProcessLeft();
    assertThat(sharedMemoryLeft()).as("folders left in " + SHARED_MEMORY).isEmpty();
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files.map(Path::getFileName).map(Path::toString).filter(RunningFal::isOurs))
          .as("left in the temporary folder")
          .isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JVM's own hsperfdata comes and goes with the JVM. */
  private static boolean isOurs(String name) {
    return !name.startsWith("hsperfdata");
  }

  /** All of its processes have ended, or do so within the time. */
  void assertNoProcessLeft() {
    processes();
    CompletableFuture<?>[] ends =
        seen.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(ends).get(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Told below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(processes().values()).as("processes left").isEmpty();
  }

  /** Folders of no living fal, made since this one started; other fals hold a lock on theirs. */
  private List<Path> sharedMemoryLeft() {
    List<Path> left = new ArrayList<>();
    if (!Files.isDirectory(SHARED_MEMORY)) {
      return left;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(SHARED_MEMORY, "fal-*")) {
      for (Path folder : folders) {
        if (madeSinceStart(folder) && isNobodys(folder)) {
          left.add(folder);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return left;
  }

  private boolean madeSinceStart(Path folder) throws IOException {
    try {
      FileTime changed = Files.getLastModifiedTime(folder);
      return changed.toInstant().isAfter(started);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean isNobodys(Path folder) throws IOException {
    if (!Files.isWritable(folder.resolve("lock"))) {
      return false; // another user's
    }
    try (FileChannel lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.WRITE);
        FileLock free = lock.tryLock()) {
      return free != null;
    } catch (NoSuchFileException e) {
      return false; // another fal is about to lock it, or to remove it
    }
  }

  /** Ends what is left of it; a test that failed half-way must not leave it running. */
  @Override
  public void close() {
    processes().keySet().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** A stream's lines, read on a thread of their own. */
  private static final class Output {
    private final List<String> lines = new ArrayList<>(); // its monitor guards both
    private boolean ended;
    private final Thread reader;

    Output(String name, BufferedReader source) {
      reader = new Thread(() -> read(source), "fal " + name);
      reader.setDaemon(true);
      reader.start();
    }

    private void read(BufferedReader source) {
      try (source) {
        for (String line = source.readLine(); line != null; line = source.readLine()) {
          synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        synchronized (lines) {
          ended = true;
          lines.notifyAll();
        }
      }
    }

    void await(String text, Duration longest) {
      Instant deadline = Instant.now().plus(longest);
      synchronized (lines) {
        while (lines.stream().noneMatch(line -> line.contains(text))) {
          long left = Duration.between(Instant.now(), deadline).toMillis();
          if (left <= 0 || ended) {
            throw new AssertionError("never printed: " + text + "\n" + this);
          }
          try {
            lines.wait(left);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
          }
        }
      }
    }

    /**
     * Everything, once the process has ended; a pipe that a left process holds is not waited for.
     */
    String all() {
      try {
        reader.join(LONGEST_END.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return toString();
    }

    @Override
    public String toString() {
      synchronized (lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
      }
    }
  }
}
