package dev.falflow.flow;

import dev.falflow.flow.SetupCheck.Entry;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The folders that fal keeps things in, and how much more they would take. */
final class ManagedFolders {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final double GIB = 1L << 30;

  private ManagedFolders() {}

  static List<Entry> describe(CacheFolder cache) {
    return List.of(
        entry("cache", cache.path()),
        entry("environments", cache.path().resolve("envs")),
        entry("fal's package", PythonPackage.current(cache)),
        entry("analysis", cache.path().resolve("analysis")),
        entry("data of a run", SHARED_MEMORY),
        entry("what is too big", Path.of(System.getProperty("java.io.tmpdir"))));
  }

  private static Entry entry(String label, Path folder) {
    return new Entry(label, folder + " (" + state(folder) + ")");
  }

  private static String state(Path folder) {
    if (!Files.exists(folder)) {
      return "not there yet";
    }
    try {
      double free = Files.getFileStore(folder).getUsableSpace() / GIB;
      String room = String.format(Locale.ROOT, "%.1f GiB free", free);
      return Files.isWritable(folder) ? room : "not writable, " + room;
    } catch (IOException e) {
      return "free room unknown: " + e.getMessage();
    }
  }
}
