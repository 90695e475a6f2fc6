package dev.falflow.python;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code dbt} command that the user's shell would run, and the Python behind it.
 *
 * @param command the file
 * @param interpreter the Python that has dbt-core, null when there is none behind it
 * @param reason why there is none, empty otherwise
 */
record DbtOnPath(Path command, Optional<Interpreter> interpreter, String reason) {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  static Optional<DbtOnPath> find(
      SearchPath searchPath, Interpreters interpreters, Map<String, String> environment) {
    return searchPath.find("dbt").map(found -> look(found, searchPath, interpreters, environment));
  }

  private static DbtOnPath look(
      Path found,
      SearchPath searchPath,
      Interpreters interpreters,
      Map<String, String> environment) {
    try {
      Path command = throughPyenv(found, environment);
      Optional<Shebang> script = Shebang.of(command);
      if (script.isEmpty()) {
        return without(found, "is a program of its own, not a Python one");
      }
      Optional<Path> python = script.get().python(searchPath);
      if (python.isEmpty()) {
        return without(found, "is not run by Python (" + script.get().command().get(0) + ")");
      }
      Optional<Interpreter> interpreter = interpreters.ask(python.get());
      if (interpreter.isEmpty()) {
        return without(found, "names " + python.get() + ", which does not start as Python");
      }
      if (!interpreter.get().has("dbt-core")) {
        return without(found, "is run by " + python.get() + ", which has no dbt-core");
      }
      return new DbtOnPath(found, interpreter, "");
    } catch (IOException e) {
      return without(found, "cannot be read: " + e.getMessage());
    }
  }

  private static DbtOnPath without(Path found, String reason) {
    return new DbtOnPath(found, Optional.empty(), found + " " + reason);
  }

  /** A shim of pyenv's is a shell script; pyenv knows which file it stands for. */
  private static Path throughPyenv(Path found, Map<String, String> environment) throws IOException {
    Optional<Shebang> script = Shebang.of(found);
    if (script.isEmpty() || !script.get().head().contains("pyenv")) {
      return Files.exists(found) ? found.toRealPath() : found;
    }
    Path workingDir = Path.of("").toAbsolutePath();
    Command.Outcome outcome =
        new Command(List.of("pyenv", "which", "dbt"), workingDir, environment).run(LIMIT);
    String answer = outcome.output().strip();
    return outcome.isSuccess() && !answer.isEmpty() ? Path.of(answer) : found;
  }
}
