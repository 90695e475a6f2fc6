package dev.falflow.e2e;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The environments of the version matrix and of other adapters, made by {@code
 * .ci/dbt-environments}.
 */
public final class DbtEnvironments {
  private static final Path FOLDER =
      Path.of(System.getenv().getOrDefault("FAL_TEST_DBT_DIR", "build/dbt")).toAbsolutePath();

  private DbtEnvironments() {}

  /** Every supported dbt-core, oldest first; the newest is the one that fal installs. */
  public static List<String> versions() {
    return List.of("1.8", "1.9", "1.10", "1.11");
  }

  /** Its interpreter; the test is skipped where it was not made. */
  public static Path python(String version) {
    if (version.equals("1.11")) {
      return TestPython.executable();
    }
    return found(version, "dbt-core " + version);
  }

  /** The interpreter that has dbt-sqlite; the test is skipped where it was not made. */
  static Path sqlite() {
    return found("sqlite", "dbt-sqlite");
  }

  private static Path found(String name, String what) {
    Path python = FOLDER.resolve(name).resolve("bin").resolve("python");
    if (!Files.exists(python)) {
      String reason = "no " + what + " in " + FOLDER + "; .ci/dbt-environments makes it";
      System.out.println("SKIPPED: " + reason);
      abort(reason);
    }
    return python;
  }
}
