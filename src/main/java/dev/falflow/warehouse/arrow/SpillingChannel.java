package dev.falflow.warehouse.arrow;

import dev.falflow.warehouse.DataFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file, in shared memory while there is room for it, then on disk. */
final class SpillingChannel implements WritableByteChannel {
  private static final int LOOK = 1 << 16; // bytes between two looks at the folder's size

  private final DataFolder folder;
  private Path path;
  private FileChannel channel;
  private long unseen;

  SpillingChannel(DataFolder folder) throws IOException {
    this.folder = folder;
    path = create(folder.data());
    channel = FileChannel.open(path, StandardOpenOption.WRITE);
  }

  /** Readable and writable by the user only, as {@link Files#createTempFile} makes it. */
  private static Path create(Path directory) throws IOException {
    return Files.createTempFile(directory, "fal-", ".arrow");
  }

  Path path() {
    return path;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    int size = bytes.remaining();
    unseen += size;
    if (unseen > LOOK) {
      unseen = 0;
      if (!isSpilled() && !folder.hasRoom(size)) {
        spill(channel.position());
      }
    }
    while (bytes.hasRemaining()) {
      int position = bytes.position();
      long end = channel.position();
      try {
        channel.write(bytes);
      } catch (IOException full) {
        if (isSpilled()) {
          throw full;
        }
        bytes.position(position);
        spill(end);
      }
    }
    return size;
  }

  private boolean isSpilled() {
    return path.startsWith(folder.spill());
  }

  /**
   * Moves the first {@code size} bytes, which are whole, to the folder on disk and goes on there.
   */
  private void spill(long size) throws IOException {
    Path old = path;
    Path next = create(folder.spill());
    try (FileChannel from = FileChannel.open(old)) {
      FileChannel to = FileChannel.open(next, StandardOpenOption.WRITE);
      for (long done = 0; done < size; ) {
        done += from.transferTo(done, size - done, to);
      }
      to.position(size);
      channel.close();
      channel = to;
      path = next;
    } finally {
      DataFolder.discard(path == next ? old : next);
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
