package dev.falflow.python;

import dev.falflow.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

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
      List<ShippedPackage.Item> missing = missing(folder, shipped);
      if (!missing.isEmpty()) {
        add(missing, shipped, folder);
      }
      if (!missing.isEmpty() || !Files.exists(current(cache))) {
        link(current(cache), folder);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack fal's Python package into " + cache.path(), e);
    }
  }

  /**
   * Each file is written beside, then renamed into its place: whoever sees a file sees all of it,
   * and a file is never taken away from another fal that reads the same folder.
   */
  private static void add(List<ShippedPackage.Item> items, ShippedPackage shipped, Path folder)
      throws IOException {
    Path fresh = Files.createTempDirectory(folder.resolveSibling(""), "unpacking-");
    try {
      Path written = fresh.resolve("file");
      for (ShippedPackage.Item item : items) {
        try (InputStream in = shipped.read(item)) {
          Files.copy(in, written);
        }
        Path target = folder.resolve(item.name());
        Files.createDirectories(target.resolveSibling(""));
        Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
      }
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

  private static List<ShippedPackage.Item> missing(Path folder, ShippedPackage shipped)
      throws IOException {
    List<ShippedPackage.Item> missing = new ArrayList<>();
    for (ShippedPackage.Item item : shipped.items()) {
      Path file = folder.resolve(item.name());
      if (!Files.isRegularFile(file) || Files.size(file) != item.size()) {
        missing.add(item);
      }
    }
    return missing;
  }
}
