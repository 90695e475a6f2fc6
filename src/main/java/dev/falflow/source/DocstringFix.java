package dev.falflow.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Adds dependencies to the docstrings of Python models, by {@code fal/_add_dependency.py}. */
public final class DocstringFix {
  private static final String SCRIPT = "fal/_add_dependency.py";

  private final Path python;
  private final Path script;

  /**
   * @param packageFolder where our Python package was unpacked
   */
  public DocstringFix(Path python, Path packageFolder) {
    this.python = python;
    this.script = packageFolder.resolve(SCRIPT);
  }

  /**
   * Adds a line for the call; nothing else of the file changes.
   *
   * @param call as {@code ref('model_a')}
   * @return the line that was added
   * @throws FalException {@code not-fixed}, why the file was left as it is
   */
  public Location add(PythonSource source, String call) {
    JsonNode answer = run(source.path(), call);
    if (answer.has("problem")) {
      throw new FalException(
          Problem.at(
              Location.of(source.file()),
              "not-fixed",
              "the line could not be added: " + answer.path("problem").asText()));
    }
    Integer cell = answer.path("cell").isInt() ? answer.path("cell").asInt() : null;
    return new Location(source.file(), answer.path("line").asInt(), 0, cell);
  }

  private JsonNode run(Path file, String call) {
    try {
      Process process =
          new ProcessBuilder(
                  python.toString(), "-I", "-S", script.toString(), file.toString(), call)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      return Json.MAPPER.readTree(process.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
