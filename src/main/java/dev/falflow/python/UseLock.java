package dev.falflow.python;

import dev.falflow.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Who uses an environment shares a lock on the file beside its folder; who removes it needs that
 * lock alone. The operating system lets go of it when its process ends.
 */
final class UseLock {
  private static final String SUFFIX = ".use";

  private UseLock() {}

  /** Held until the channel is closed. Waits while the folder is being removed. */
  static FileChannel share(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file(folder),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      channel.lock(0, Long.MAX_VALUE, true);
      return channel;
    } catch (OverlappingFileLockException e) {
      return channel; // another run in this process shares it already
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether it was removed; not when somebody uses it. */
  static boolean removed(Path folder) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file(folder), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (channel.tryLock() == null) {
        return false;
      }
      Folders.delete(folder);
      return true;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static Path file(Path folder) {
    return folder.resolveSibling(folder.getFileName() + SUFFIX);
  }
}
