package dev.falflow.python;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes a virtual environment and installs packages into it: with uv where there is one, else with
 * Python's own venv and pip. The user's configuration of either is left to work: indexes, proxies,
 * certificates.
 */
final class Installer {
  private static final Duration LIMIT = Duration.ofHours(1);

  private final PythonRequest request;
  private final Optional<Path> uv;

  private Installer(PythonRequest request, Optional<Path> uv) {
    this.request = request;
    this.uv = uv;
  }

  static Installer choose(PythonRequest request, CacheFolder cache) {
    Path ownUv = cache.path().resolve(Path.of("bin", "uv"));
    Optional<Path> uv =
        SearchPath.of(request.variable("PATH"))
            .find("uv")
            .or(() -> Optional.of(ownUv).filter(Files::isExecutable));
    return new Installer(request, uv.filter(found -> !onlyPipKnowsTheIndex(request)));
  }

  /** {@code uv} or {@code pip}. */
  String name() {
    return uv.isPresent() ? "uv" : "pip";
  }

  /** uv reads nothing of pip's configuration, so an index configured for pip alone needs pip. */
  private static boolean onlyPipKnowsTheIndex(PythonRequest request) {
    boolean uvKnows =
        Stream.of("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE")
                .anyMatch(name -> !request.variable(name).isBlank())
            || Files.exists(configHome(request).resolve(Path.of("uv", "uv.toml")));
    if (uvKnows) {
      return false;
    }
    if (Stream.of("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX")
        .anyMatch(name -> !request.variable(name).isBlank())) {
      return true;
    }
    Path home = Path.of(request.environment().getOrDefault("HOME", "/"));
    return Stream.of(
            Path.of(request.environment().getOrDefault("PIP_CONFIG_FILE", "/etc/pip.conf")),
            Path.of("/etc/pip.conf"),
            home.resolve(Path.of(".pip", "pip.conf")),
            configHome(request).resolve(Path.of("pip", "pip.conf")))
        .anyMatch(Installer::namesIndex);
  }

  private static Path configHome(PythonRequest request) {
    String configured = request.variable("XDG_CONFIG_HOME");
    return configured.isEmpty()
        ? Path.of(request.environment().getOrDefault("HOME", "/"), ".config")
        : Path.of(configured);
  }

  private static boolean namesIndex(Path configuration) {
    if (!Files.isReadable(configuration) || !Files.isRegularFile(configuration)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(configuration)) {
      return lines.anyMatch(line -> line.matches("\\s*(extra-)?(index-url|no-index)\\s*[=:].*"));
    } catch (IOException | java.io.UncheckedIOException e) {
      return false;
    }
  }

  /** An empty environment in a folder that is not there yet. */
  Command.Outcome makeEnvironment(Path folder, Interpreter host) throws IOException {
    String python = host.base().toString();
    return run(
        uv.isPresent()
            ? List.of(uv.get().toString(), "venv", "--no-project", "--python", python, folder + "")
            : List.of(python, "-I", "-m", "venv", folder.toString()));
  }

  /**
   * Installs what the requirements say; versions that the constraints name are kept to. With
   * requirements that contradict each other nothing is installed.
   */
  Command.Outcome install(Path folder, Path requirements, Path constraints) throws IOException {
    String python = folder.resolve(Path.of("bin", "python")).toString();
    List<String> arguments = new ArrayList<>();
    if (uv.isPresent()) {
      arguments.addAll(List.of(uv.get().toString(), "pip", "install", "--python", python));
    } else {
      arguments.addAll(List.of(python, "-I", "-m", "pip", "install", "--no-input"));
    }
    arguments.addAll(List.of("-r", requirements.toString()));
    if (Files.size(constraints) > 0) { // uv warns of an empty file
      arguments.addAll(List.of("-c", constraints.toString()));
    }
    return run(arguments);
  }

  /** A line for each installed package with its version; blank lines and comments between. */
  Command.Outcome freeze(Path folder) throws IOException {
    String python = folder.resolve(Path.of("bin", "python")).toString();
    return run(
        uv.isPresent()
            ? List.of(uv.get().toString(), "pip", "freeze", "--python", python)
            : List.of(python, "-I", "-m", "pip", "freeze"));
  }

  /**
   * Whether an installer stopped because the requirements can't be met together. A package that is
   * nowhere to be found is no conflict: nothing we could leave out would help.
   */
  static boolean isConflict(Command.Outcome outcome) {
    String text = outcome.text().toLowerCase(Locale.ROOT);
    return (text.contains("no solution found when resolving")
            && !text.contains("was not found in the package registry"))
        || text.contains("resolutionimpossible")
        || (text.contains("no matching distribution found")
            && !text.contains("(from versions: none)"));
  }

  private Command.Outcome run(List<String> arguments) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>(request.environment());
    // As pip does: dbt's first import would take seconds longer without.
    environment.putIfAbsent("UV_COMPILE_BYTECODE", "1");
    return new Command(arguments, request.projectDir(), environment).run(LIMIT);
  }
}
