package dev.falflow.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonRequest;
import dev.falflow.python.SetupProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The managed environment of the suite, made once, and scripts that run in it. */
final class TestPython {
  static final Path CACHE =
      Path.of(System.getenv().getOrDefault("FAL_TEST_CACHE_DIR", "target/test-cache"))
          .toAbsolutePath();
  private static final long LIMIT_SECONDS = 180;

  private static final class Made {
    static final Path EXECUTABLE = executable(Path.of("src/test/projects"));
  }

  private TestPython() {}

  static Path executable() {
    return Made.EXECUTABLE;
  }

  /** The managed environment that a project's {@code requirements.txt} asks for. */
  static Path executable(Path project) {
    return new PythonEnvironments(new CacheFolder(CACHE), new SetupProgress(System.err, false))
        .find(new PythonRequest(project, "managed", environment()))
        .executable();
  }

  /** This process's variables without those that choose another Python, dbt or fal folder. */
  static Map<String, String> environment() {
    Map<String, String> variables = new TreeMap<>(System.getenv());
    variables.keySet().removeIf(name -> name.matches("(DBT|FAL|PYTHON|XDG)_.*|VIRTUAL_ENV|TMPDIR"));
    variables.computeIfPresent(
        "PATH",
        (name, path) ->
            Arrays.stream(path.split(":"))
                .filter(folder -> !Files.exists(Path.of(folder, "dbt")))
                .collect(Collectors.joining(":")));
    return variables;
  }

  /** Runs a script to its end and gives what it printed, read as JSON. */
  static JsonNode run(Path directory, String script, String... arguments) throws IOException {
    Process process = start(directory, script, arguments);
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("the test's own script failed: " + printed);
      }
      return Json.MAPPER.readTree(printed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts a script; its errors go to the build's own. */
  static Process start(Path directory, String script, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(executable().toString(), "-c", script));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().retainAll(environment().keySet());
    builder.environment().put("HOME", directory.toString());
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
