package dev.falflow.python;

import dev.falflow.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Our Python code, which travels inside the jar and is run from the cache. */
public final class PythonPackage {
  private static final String PARENT = "package";

  private PythonPackage() {}

  /**
   * A name that stays, for editors and type checkers: a link to the package that was unpacked last.
   * Runs don't use it.
   */
  public static Path current(CacheFolder cache) {
    return cache.path().resolve(PARENT).resolve("current");
  }

  /**
   * The folder to put on {@code PYTHONPATH}; its child {@code fal/} is the package. Named for the
   * content, so that two versions of fal don't disturb each other.
   */
  public static Path unpack(CacheFolder cache) {
    try (ShippedPackage shipped = ShippedPackage.open()) {
      Path parent = cache.folder(PARENT);
      Path folder = parent.resolve(shipped.key());
      boolean isComplete = isComplete(folder, shipped);
      if (!isComplete) {
        unpackTo(parent, folder, shipped);
      }
      if (!isComplete || !Files.exists(current(cache))) {
        link(current(cache), folder);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack fal's Python package into " + cache.path(), e);
    }
  }

  /** Unpacked beside, then renamed: whoever sees the folder sees all of it. */
  private static void unpackTo(Path parent, Path folder, ShippedPackage shipped)
      throws IOException {
    Path fresh = Files.createTempDirectory(parent, "unpacking-");
    try {
      for (ShippedPackage.Item item : shipped.items()) {
        Path target = fresh.resolve(item.name());
        Files.createDirectories(target.resolveSibling(""));
        try (InputStream in = shipped.read(item)) {
          Files.copy(in, target);
        }
      }
      if (Files.exists(folder)) {
        // Somebody removed files from it. Moved aside first, since a folder is not replaced by one.
        Path damaged = Files.createTempDirectory(parent, "damaged-");
        Files.move(folder, damaged.resolve("package"), StandardCopyOption.ATOMIC_MOVE);
        Folders.delete(damaged);
      }
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      if (!isComplete(folder, shipped)) {
        throw e;
      }
      // Another fal was quicker, with the same content.
    } finally {
      Folders.delete(fresh);
    }
  }

  /** Made beside, then renamed over the one that may be there. */
  private static void link(Path link, Path folder) throws IOException {
    Path fresh = Files.createTempDirectory(folder.resolveSibling(""), "linking-");
    try {
      Path made = Files.createSymbolicLink(fresh.resolve("link"), folder.getFileName());
      Files.move(made, link, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(fresh);
    }
  }

  private static boolean isComplete(Path folder, ShippedPackage shipped) throws IOException {
    for (ShippedPackage.Item item : shipped.items()) {
      Path file = folder.resolve(item.name());
      if (!Files.isRegularFile(file) || Files.size(file) != item.size()) {
        return false;
      }
    }
    return true;
  }
}
