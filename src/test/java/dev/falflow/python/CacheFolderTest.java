package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
  private final Path folder;

  CacheFolderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void isWhereTheEnvironmentSays() {
    assertThat(CacheFolder.locate(Map.of("FAL_CACHE_DIR", "/a", "XDG_CACHE_HOME", "/b")).path())
        .isEqualTo(Path.of("/a"));
    assertThat(CacheFolder.locate(Map.of("XDG_CACHE_HOME", "/b", "HOME", "/c")).path())
        .isEqualTo(Path.of("/b/fal"));
    assertThat(CacheFolder.locate(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/c")).path())
        .isEqualTo(Path.of("/c/.cache/fal"));
  }

  @Test
  void belongsToItsOwnerAlone() throws IOException {
    CacheFolder cache = new CacheFolder(folder.resolve("cache"));
    cache.folder("some", "where");

    for (Path made : new Path[] {cache.path(), cache.path().resolve("some/where")}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void whereItCannotBeMadeTheErrorSaysHowToGoOn() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> new CacheFolder(file.resolve("cache")).folder("x"))
        .hasMessageContaining("FAL_CACHE_DIR")
        .hasMessageContaining("[cache-not-writable]");
  }

  @Test
  void packageIsUnpackedOnceAndMendedWhenDamaged() throws IOException {
    CacheFolder cache = new CacheFolder(folder);

    Path unpacked = PythonPackage.unpack(cache);
    assertThat(unpacked.resolve("fal/__init__.py")).isNotEmptyFile();
    assertThat(PythonPackage.unpack(cache)).isEqualTo(unpacked);

    Files.delete(unpacked.resolve("fal/__init__.py"));
    assertThat(PythonPackage.unpack(cache)).isEqualTo(unpacked);
    assertThat(unpacked.resolve("fal/__init__.py")).isNotEmptyFile();
    try (Stream<Path> left = Files.list(unpacked.resolveSibling(""))) {
      assertThat(left).containsExactlyInAnyOrder(unpacked, PythonPackage.current(cache));
    }
  }

  @Test
  void thoseWhoUnpackItAtTheSameTimeTakeNothingFromEachOther() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        CacheFolder cache = new CacheFolder(folder.resolve("cache-" + round));
        CyclicBarrier start = new CyclicBarrier(threads);
        Callable<Long> unpackAndRead =
            () -> {
              start.await();
              return bytesOf(PythonPackage.unpack(cache));
            };
        Set<Long> sizes = new HashSet<>();
        for (Future<Long> size : pool.invokeAll(Collections.nCopies(threads, unpackAndRead))) {
          sizes.add(size.get());
        }
        assertThat(sizes).hasSize(1);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static long bytesOf(Path unpacked) throws IOException {
    try (ShippedPackage shipped = ShippedPackage.open()) {
      long bytes = 0;
      for (ShippedPackage.Item item : shipped.items()) {
        bytes += Files.readAllBytes(unpacked.resolve(item.name())).length;
      }
      return bytes;
    }
  }

  @Test
  void theNameForEditorsStaysAndFollowsThePackageUnpackedLast() throws IOException {
    CacheFolder cache = new CacheFolder(folder);
    Path current = PythonPackage.current(cache);

    Path unpacked = PythonPackage.unpack(cache);
    assertThat(current.toRealPath()).isEqualTo(unpacked.toRealPath());

    Files.delete(current);
    Files.createSymbolicLink(current, Path.of("removed"));
    PythonPackage.unpack(cache);
    assertThat(current.toRealPath()).isEqualTo(unpacked.toRealPath());

    Path older = Files.createDirectory(unpacked.resolveSibling("older"));
    Files.delete(current);
    Files.createSymbolicLink(current, older.getFileName());
    PythonPackage.unpack(cache);
    assertThat(current.toRealPath()).isEqualTo(older.toRealPath());
    Files.delete(unpacked.resolve("fal/py.typed"));
    PythonPackage.unpack(cache);
    assertThat(current.toRealPath()).isEqualTo(unpacked.toRealPath());
  }
}
