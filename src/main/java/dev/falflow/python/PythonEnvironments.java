package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the Python a project runs on: the one given by {@code --python}, else the active virtual
 * environment with dbt in it, else the one of the {@code dbt} on {@code PATH}, else an environment
 * that fal makes and keeps in the cache.
 */
public final class PythonEnvironments {
  private static final String MANAGED = "managed";

  private final CacheFolder cache;
  private final SetupProgress progress;

  public PythonEnvironments(CacheFolder cache, SetupProgress progress) {
    this.cache = cache;
    this.progress = progress;
  }

  /**
   * The installation, with dbt-core, pandas and pyarrow in it. Starts no process when nothing has
   * changed since the last time.
   *
   * @throws FalException if there is none, it lacks something, or it could not be made
   */
  public PythonInstallation find(PythonRequest request) {
    Interpreters interpreters = new Interpreters(cache, request.environment());
    List<String> passedOver = new ArrayList<>();
    Optional<PythonInstallation> own = findOwn(request, interpreters, passedOver);
    PythonInstallation found =
        own.orElseGet(
            () ->
                new ManagedEnvironments(cache, progress, interpreters)
                    .prepare(request, passedOver));
    Suitability.checkDbtVersion(found);
    return found;
  }

  /** The user's own Python; empty when the managed one is to be taken. */
  private Optional<PythonInstallation> findOwn(
      PythonRequest request, Interpreters interpreters, List<String> passedOver) {
    String given = request.given();
    if (given != null) {
      return given.equals(MANAGED)
          ? Optional.empty()
          : Optional.of(
              installation(
                  given(given, request, interpreters), PythonInstallation.Kind.GIVEN, passedOver));
    }
    Optional<Interpreter> active = activeEnvironment(request, interpreters, passedOver);
    if (active.isPresent()) {
      return Optional.of(
          installation(active.get(), PythonInstallation.Kind.ACTIVE_VENV, passedOver));
    }
    SearchPath searchPath = SearchPath.of(request.variable("PATH"));
    Optional<DbtOnPath> dbt =
        DbtOnPath.find(searchPath, interpreters, request.environment())
            .filter(found -> !isOurs(found.command()));
    if (dbt.isEmpty()) {
      return Optional.empty();
    }
    Optional<Interpreter> interpreter = dbt.get().interpreter();
    if (interpreter.isEmpty()) {
      passedOver.add(dbt.get().reason());
    }
    return interpreter
        .filter(found -> !isOurs(found.executable()))
        .map(found -> installation(found, PythonInstallation.Kind.DBT_ON_PATH, passedOver));
  }

  private static Interpreter given(String given, PythonRequest request, Interpreters interpreters) {
    Path place = Path.of(given);
    Path executable =
        Files.isDirectory(place)
            ? place.resolve(Path.of("bin", "python"))
            : given.contains("/")
                ? place
                : SearchPath.of(request.variable("PATH")).find(given).orElse(place);
    return interpreters
        .ask(executable)
        .orElseThrow(
            () ->
                new FalException(
                    Problem.of(
                            "python-not-found",
                            "--python names " + given + ", where there is no working Python.")
                        .withHint(
                            "Give an interpreter, the folder of a virtual environment, or"
                                + " 'managed' for fal's own.")));
  }

  private Optional<Interpreter> activeEnvironment(
      PythonRequest request, Interpreters interpreters, List<String> passedOver) {
    String folder = request.variable("VIRTUAL_ENV");
    if (folder.isBlank() || isOurs(Path.of(folder))) {
      return Optional.empty();
    }
    Optional<Interpreter> found =
        interpreters.ask(Path.of(folder).resolve(Path.of("bin", "python")));
    if (found.isEmpty()) {
      passedOver.add("The active virtual environment " + folder + " holds no working Python");
    } else if (!found.get().has("dbt-core")) {
      passedOver.add("The active virtual environment " + folder + " has no dbt-core");
    }
    return found.filter(interpreter -> interpreter.has("dbt-core"));
  }

  private boolean isOurs(Path place) {
    return place.toAbsolutePath().normalize().startsWith(cache.path().resolve("envs"));
  }

  private static PythonInstallation installation(
      Interpreter interpreter, PythonInstallation.Kind kind, List<String> passedOver) {
    Suitability.check(interpreter, kind);
    return new PythonInstallation(
        interpreter.executable(),
        interpreter.executable(),
        kind,
        interpreter.prefix(),
        interpreter.version(),
        interpreter.packages(),
        List.of(),
        passedOver);
  }
}
