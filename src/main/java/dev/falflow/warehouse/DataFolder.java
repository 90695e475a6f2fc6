package dev.falflow.warehouse;

import dev.falflow.FalException;
import dev.falflow.Folders;
import dev.falflow.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Two folders for the length of a run, readable by the user only: {@link #data} in shared memory
 * and {@link #spill} on disk, for what does not fit. Folders of runs that were killed are swept at
 * the next start: a living run holds a lock on a file in each of its own.
 */
public final class DataFolder implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "fal-";
  private static final String LOCK = "lock";

  private static final String VARIABLE = "FAL_SHARED_MEMORY";
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9}) ?([KMGT]?)B?");
  private static final int UNIT = 10; // bits from one unit to the next

  private final Locked spill;
  private final Locked data;
  private final @Nullable Long size;

  /**
   * Makes them.
   *
   * @param environment may have {@code FAL_SHARED_MEMORY}, the most that {@link #data} may hold
   * @throws FalException {@code bad-size}
   */
  public DataFolder(Map<String, String> environment) {
    size = size(environment.get(VARIABLE));
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      sweep(temporary);
      spill = Locked.create(temporary);
      if (Files.isWritable(SHARED_MEMORY)) {
        sweep(SHARED_MEMORY);
        data = Locked.create(SHARED_MEMORY);
      } else {
        data = spill;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path data() {
    return data.path;
  }

  public Path spill() {
    return spill.path;
  }

  /** The most bytes that {@link #data} may hold; null for as many as fit. */
  public @Nullable Long size() {
    return size;
  }

  /** Whether so many bytes more may go to {@link #data}, whoever wrote those that are there. */
  public boolean hasRoom(long more) {
    if (size == null) {
      return true;
    }
    long used = more;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(data.path)) {
      for (Path file : files) {
        used += file.toFile().length(); // 0 for one that is gone
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return used <= size;
  }

  private static @Nullable Long size(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return null;
    }
    Matcher matcher = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new FalException(
          Problem.of("bad-size", VARIABLE + "=" + text + " is no size.")
              .withHint("Sizes are written as 500MB, 2GB or 0."));
    }
    int units = matcher.group(2).isEmpty() ? 0 : 1 + "KMGT".indexOf(matcher.group(2));
    return Long.parseLong(matcher.group(1)) << (units * UNIT);
  }

  /** Both folders, once each. */
  public List<Path> paths() {
    return List.copyOf(new LinkedHashSet<>(List.of(data.path, spill.path)));
  }

  /** Removes a file of this run's that nobody reads any more; one already gone is fine. */
  public static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    data.close();
    spill.close();
  }

  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        Path lock = folder.resolve(LOCK);
        if (!Files.isDirectory(folder) || !Files.isWritable(lock)) {
          continue;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
            FileLock free = channel.tryLock()) {
          if (free != null) {
            Folders.delete(folder);
          }
        } catch (NoSuchFileException e) {
          // Another fal swept it in between.
        }
      }
    }
  }

  private record Locked(Path path, FileChannel channel) {
    static Locked create(Path parent) throws IOException {
      Path path =
          Files.createTempDirectory(
              parent,
              PREFIX + ProcessHandle.current().pid() + "-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel.lock();
      return new Locked(path, channel);
    }

    void close() {
      try {
        channel.close();
        Folders.delete(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
