package dev.falflow.python;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

/** What tests of environments share: each test has a scratch home, removed at its end. */
abstract class EnvironmentTest {
  final ScratchEnvironment scratch;
  final Path folder;

  EnvironmentTest() {
    try {
      scratch = new ScratchEnvironment();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    folder = scratch.folder;
  }

  @AfterEach
  void remove() throws IOException {
    scratch.close();
  }
}
