package dev.falflow.python;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Held while something in the cache is made, so that of several fals one makes it and the others
 * wait. The operating system lets go of it when its process ends, however it ends.
 */
final class CacheLock {
  /** What is done while the lock is held. */
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException;
  }

  private CacheLock() {}

  /**
   * The lock file stays: removing it would let two in.
   *
   * @param whenBusy called once if another process holds the lock, before waiting for it
   */
  static <T> T holding(Path file, Runnable whenBusy, Action<T> action) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        whenBusy.run();
        lock = channel.lock();
      }
      try {
        return action.run();
      } finally {
        lock.release();
      }
    }
  }
}
