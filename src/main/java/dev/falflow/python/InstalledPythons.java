package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.PythonRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The Pythons of this machine that an environment can be made from: the run's own, those on {@code
 * PATH}, pyenv's and uv's. Nothing is downloaded.
 */
final class InstalledPythons {
  private static final int NEWEST_MINOR = 20;

  private final Interpreters interpreters;
  private final PythonRequest request;
  private final Path own;

  /**
   * @param own the interpreter of the run's own environment
   */
  InstalledPythons(Interpreters interpreters, PythonRequest request, Path own) {
    this.interpreters = interpreters;
    this.request = request;
    this.own = own;
  }

  /** The run's own where it will do, else the newest that will. */
  Interpreter choose(EnvironmentDefinition definition) {
    Interpreter local =
        interpreters
            .ask(own)
            .orElseThrow(() -> new IllegalStateException("the run's Python is gone: " + own));
    PythonRange range = definition.python();
    if (range == null || range.accepts(local.version())) {
      return local;
    }
    List<Interpreter> all = new ArrayList<>(List.of(local));
    places().forEach(place -> interpreters.ask(place).ifPresent(all::add));
    return all.stream()
        .filter(each -> each.isSupported() && range.accepts(each.version()))
        .max(Comparator.comparing(Interpreter::minor).thenComparing(InstalledPythons::patch))
        .orElseThrow(() -> notFound(definition, range, all));
  }

  private static int patch(Interpreter interpreter) {
    return Interpreter.number(interpreter.version(), 2);
  }

  private Set<Path> places() {
    SearchPath path = SearchPath.of(request.variable("PATH"));
    Set<Path> places = new LinkedHashSet<>();
    for (int minor = NEWEST_MINOR; minor >= Interpreter.LOWEST_MINOR; minor--) {
      places.addAll(path.findAll("python3." + minor));
    }
    places.addAll(path.findAll("python3"));
    places.addAll(below(pyenv().resolve("versions")));
    places.addAll(below(uv()));
    return places;
  }

  private Path pyenv() {
    String root = request.variable("PYENV_ROOT");
    return root.isEmpty() ? home().resolve(".pyenv") : Path.of(root);
  }

  private Path uv() {
    String own = request.variable("UV_PYTHON_INSTALL_DIR");
    String data = request.variable("XDG_DATA_HOME");
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    Path share = data.isEmpty() ? home().resolve(Path.of(".local", "share")) : Path.of(data);
    return share.resolve(Path.of("uv", "python"));
  }

  private Path home() {
    return Path.of(request.environment().getOrDefault("HOME", "/"));
  }

  /** The interpreters of a folder that holds an installation in each of its folders. */
  private static List<Path> below(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(each -> each.getFileName().toString().matches("(cpython-)?3\\..*"))
          .map(each -> each.resolve(Path.of("bin", "python3")))
          .filter(Files::isExecutable)
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of(); // a folder that nobody may read holds no Python for us
    }
  }

  private static FalException notFound(
      EnvironmentDefinition definition, PythonRange range, List<Interpreter> all) {
    Optional<Interpreter> tooOld =
        all.stream().filter(each -> range.accepts(each.version())).findFirst();
    if (tooOld.isPresent()) {
      return new FalException(
          Problem.at(
                  definition.where(),
                  "python-too-old",
                  "environment %s asks for Python %s, but fal needs 3.%d or newer."
                      .formatted(definition.name(), range.text(), Interpreter.LOWEST_MINOR))
              .withHint("Ask for a newer one."));
    }
    List<String> found =
        all.stream()
            .filter(Interpreter::isSupported)
            .map(each -> each.version() + " (" + each.base() + ")")
            .distinct()
            .toList();
    return new FalException(
        Problem.at(
                definition.where(),
                "python-not-found",
                "environment %s asks for Python %s. This machine has %s."
                    .formatted(definition.name(), range.text(), String.join(", ", found)))
            .withHint(
                "Install it (`uv python install`, `pyenv install`, or so that python3.X is on"
                    + " PATH), or ask for one that is there."));
  }
}
