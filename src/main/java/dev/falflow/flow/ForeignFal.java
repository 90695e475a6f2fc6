package dev.falflow.flow;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Another program of our name: PyPI's {@code fal} is another product. */
final class ForeignFal {
  private static final int FIRST_LINE = 256;

  private ForeignFal() {}

  /** What a shell would run for {@code fal}, when that is not our launcher. */
  static Optional<Path> onPath(Map<String, String> environment, @Nullable String launcher) {
    String path = environment.getOrDefault("PATH", "");
    return Stream.of(path.split(File.pathSeparator, -1))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder, "fal"))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .filter(file -> launcher == null ? isPython(file) : !isSame(file, Path.of(launcher)));
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false; // the launcher is gone: what is on PATH is another one
    }
  }

  private static boolean isPython(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String start = new String(in.readNBytes(FIRST_LINE), StandardCharsets.ISO_8859_1);
      return start.startsWith("#!") && start.lines().findFirst().orElse("").contains("python");
    } catch (IOException e) {
      return false; // unreadable: no script then
    }
  }
}
