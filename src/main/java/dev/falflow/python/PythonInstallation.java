package dev.falflow.python;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Python that a project runs on.
 *
 * @param executable interpreter of dbt
 * @param workerExecutable interpreter of the Python models; another one than dbt's only when the
 *     project's packages don't go together with dbt's
 * @param kind how it was found
 * @param path the environment's folder ({@code sys.prefix})
 * @param pythonVersion for example {@code 3.11.7}
 * @param packages versions of dbt-core, of every adapter (dbt-…), of pandas and pyarrow (of polars
 *     and fal too where installed), by name
 * @param notices what the user was told when a managed environment was made
 * @param passedOver other Pythons that were looked at, and why they were not taken
 */
public record PythonInstallation(
    Path executable,
    Path workerExecutable,
    Kind kind,
    Path path,
    String pythonVersion,
    NavigableMap<String, String> packages,
    List<String> notices,
    List<String> passedOver) {

  /** How an installation was found. */
  public enum Kind {
    /** Made by fal, in the cache. */
    MANAGED("fal's own environment"),
    /** Named by {@code --python}. */
    GIVEN("given by --python"),
    /** The virtual environment that is active. */
    ACTIVE_VENV("the active virtual environment"),
    /** Where the {@code dbt} on {@code PATH} lives. */
    DBT_ON_PATH("the one of the dbt on PATH");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  public PythonInstallation {
    packages = Collections.unmodifiableNavigableMap(new TreeMap<>(packages));
    notices = List.copyOf(notices);
    passedOver = List.copyOf(passedOver);
  }

  /** The installed version of a package, null when it is not there. */
  public @Nullable String version(String packageName) {
    return packages.get(packageName);
  }
}
