package dev.falflow.artifact;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what one model prints; the file appears with the first line and replaces the last run's.
 */
public final class ModelLog implements AutoCloseable {
  private final Path path;
  private @Nullable BufferedWriter writer;

  /** A log at this path; the one of an earlier run goes at once. */
  public ModelLog(Path path) {
    this.path = path;
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public synchronized void line(String text) {
    try {
      if (writer == null) {
        Files.createDirectories(path.getParent());
        writer = Files.newBufferedWriter(path, StandardCharsets.UTF_8);
      }
      writer.write(text);
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file, null while nothing was printed. */
  public synchronized @Nullable Path path() {
    return writer == null ? null : path;
  }

  @Override
  public synchronized void close() {
    if (writer != null) {
      try {
        writer.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
