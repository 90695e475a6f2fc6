package dev.falflow.python;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The {@code dbt} that would be run as a program.
 *
 * @param command the program, with arguments that go first
 * @param hasApi whether its Python API can be driven instead
 * @param reason why it cannot, empty otherwise
 */
public record DbtExecutable(List<String> command, boolean hasApi, String reason) {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  public DbtExecutable {
    command = List.copyOf(command);
  }

  /**
   * The one of this Python; where that is fal's own only because the dbt on PATH is no Python
   * program (dbt v2), the one on PATH.
   */
  public static DbtExecutable find(PythonRequest request, PythonInstallation python) {
    if (python.kind() == PythonInstallation.Kind.MANAGED && request.given() == null) {
      Optional<Path> other = programOnPath(request);
      if (other.isPresent()) {
        return new DbtExecutable(
            List.of(other.get().toString()),
            false,
            "the dbt on PATH, " + other.get() + ", is a program of its own");
      }
    }
    Path script = python.executable().resolveSibling("dbt");
    List<String> command =
        Files.isExecutable(script)
            ? List.of(script.toString())
            : List.of(python.executable().toString(), "-m", "dbt.cli.main");
    String version = python.version("dbt-core");
    boolean isSecond = version != null && Interpreter.number(version, 0) >= 2;
    return new DbtExecutable(
        command, !isSecond, isSecond ? "dbt-core " + version + " takes no callbacks" : "");
  }

  /** A binary named dbt that says it is one; dbt Cloud's command of that name runs elsewhere. */
  private static Optional<Path> programOnPath(PythonRequest request) {
    Optional<Path> found = SearchPath.of(request.variable("PATH")).find("dbt");
    if (found.isEmpty()) {
      return found;
    }
    try {
      if (Shebang.of(found.get()).isPresent()) {
        return Optional.empty();
      }
      String said =
          new Command(
                  List.of(found.get().toString(), "--version"),
                  request.projectDir(),
                  request.environment())
              .run(LIMIT)
              .text();
      return said.contains("installed:") || (said.contains("dbt") && !said.contains("Cloud"))
          ? found
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // not to be run: the Python that was found has a dbt
    }
  }
}
