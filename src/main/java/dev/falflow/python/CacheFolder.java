package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Where fal keeps what it made and can make again: Python environments, our unpacked Python code,
 * what it learned about interpreters and sources. Readable by its owner only.
 *
 * @param path absolute
 */
public record CacheFolder(Path path) {
  public CacheFolder {
    path = path.toAbsolutePath().normalize();
  }

  /** {@code FAL_CACHE_DIR}, else {@code XDG_CACHE_HOME/fal}, else {@code ~/.cache/fal}. */
  public static CacheFolder locate(Map<String, String> environment) {
    String own = environment.getOrDefault("FAL_CACHE_DIR", "");
    if (!own.isBlank()) {
      return new CacheFolder(Path.of(own));
    }
    // The XDG rules say that a relative path there is to be ignored.
    String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (shared.startsWith("/")) {
      return new CacheFolder(Path.of(shared, "fal"));
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return new CacheFolder(Path.of(home, ".cache", "fal"));
  }

  /** A folder inside, made where missing. */
  public Path folder(String first, String... more) {
    Path folder = path.resolve(Path.of(first, more));
    create(folder);
    return folder;
  }

  private void create(Path folder) {
    if (Files.isDirectory(folder)) {
      return;
    }
    try {
      Files.createDirectories(folder, ownerOnly());
    } catch (IOException e) {
      throw new FalException(
          Problem.of("cache-not-writable", "cannot make the cache folder " + folder + ": " + e)
              .withHint("Let FAL_CACHE_DIR name a folder you can write to."),
          e);
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }
}
