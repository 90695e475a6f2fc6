package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Chooses the Python that managed environments are made from. */
final class HostPython {
  private final Interpreters interpreters;
  private final SearchPath searchPath;
  private final String wanted;

  HostPython(Interpreters interpreters, PythonRequest request) {
    this.interpreters = interpreters;
    this.searchPath = SearchPath.of(request.variable("PATH"));
    this.wanted = request.variable("FAL_PYTHON");
  }

  /** {@code FAL_PYTHON} where set, else the newest on {@code PATH} for which there is a lock. */
  Interpreter choose() {
    return wanted.isBlank() ? newest() : named();
  }

  private Interpreter named() {
    Optional<Path> place =
        wanted.contains("/") ? Optional.of(Path.of(wanted)) : searchPath.find(wanted);
    Optional<Interpreter> found = place.flatMap(interpreters::ask);
    if (found.isEmpty()) {
      throw notFound("FAL_PYTHON is '" + wanted + "', where there is no working Python.");
    }
    Interpreter interpreter = found.get();
    if (!interpreter.hasLock()) {
      throw notFound("FAL_PYTHON names " + interpreter.words() + ".");
    }
    return interpreter;
  }

  private Interpreter newest() {
    Set<Path> candidates = new LinkedHashSet<>();
    for (int minor = Interpreter.NEWEST_LOCKED_MINOR; minor >= Interpreter.LOWEST_MINOR; minor--) {
      candidates.addAll(searchPath.findAll("python3." + minor));
    }
    List<Path> unnumbered = searchPath.findAll("python3");
    List<String> unfit = new ArrayList<>();
    Optional<Interpreter> best = firstWithLock(candidates, unfit);
    // A python3 with no python3.X beside it may still be the newest.
    Optional<Interpreter> other =
        best.isPresent() && best.get().minor() == Interpreter.NEWEST_LOCKED_MINOR
            ? Optional.empty()
            : firstWithLock(unnumbered, unfit);
    if (best.isEmpty() || (other.isPresent() && other.get().minor() > best.get().minor())) {
      best = other;
    }
    return best.orElseThrow(
        () ->
            notFound(
                unfit.isEmpty()
                    ? "There is no python3 on PATH."
                    : "Found on PATH: " + String.join(", ", unfit) + "."));
  }

  private Optional<Interpreter> firstWithLock(Iterable<Path> candidates, List<String> unfit) {
    for (Path candidate : candidates) {
      if (Files.isExecutable(candidate)) {
        Optional<Interpreter> found = interpreters.ask(candidate);
        if (found.isPresent() && found.get().hasLock()) {
          return found;
        }
        unfit.add(
            found.map(Interpreter::words).orElse(candidate + " (which does not start as Python)"));
      }
    }
    return Optional.empty();
  }

  private static FalException notFound(String found) {
    return new FalException(
        Problem.of(
                "python-not-found",
                String.format(
                    "fal needs Python 3.%d to 3.%d to make its environment. %s",
                    Interpreter.LOWEST_MINOR, Interpreter.NEWEST_LOCKED_MINOR, found))
            .withHint(
                "Install one, let FAL_PYTHON name one, or pass --python with a Python that has"
                    + " dbt-core, pandas and pyarrow."));
  }
}
