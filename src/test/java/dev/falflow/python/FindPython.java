package dev.falflow.python;

import java.nio.file.Path;

/** A process that asks for the Python of the project in its first argument and prints its path. */
final class FindPython {
  private FindPython() {}

  public static void main(String[] arguments) {
    SetupProgress progress = new SetupProgress(System.err, false);
    PythonRequest request = new PythonRequest(Path.of(arguments[0]), null, System.getenv());
    CacheFolder cache = CacheFolder.locate(System.getenv());
    System.out.println(new PythonEnvironments(cache, progress).find(request).executable());
  }
}
