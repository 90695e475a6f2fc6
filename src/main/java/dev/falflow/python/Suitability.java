package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a Python must have for fal to run on it. */
final class Suitability {
  static final int LOWEST_DBT_MINOR = 8;
  private static final String LOWEST_DBT = "dbt-core>=1." + LOWEST_DBT_MINOR;

  private Suitability() {}

  /** Reports all that is wrong with a Python of the user's, and the command that mends it. */
  static void check(Interpreter python, PythonInstallation.Kind kind) {
    String words = python.words() + " (" + kind.words() + ")";
    if (!python.isSupported()) {
      throw new FalException(
          Problem.of("python-too-old", words + " is too old: fal needs Python 3.10 or newer.")
              .withHint(orElse("Take a newer one:")));
    }
    List<String> missing =
        Stream.of("dbt-core", "pandas", "pyarrow").filter(name -> !python.has(name)).toList();
    String dbtVersion = python.versionOf("dbt-core");
    boolean dbtTooOld = dbtVersion != null && isTooOld(dbtVersion);
    List<String> toInstall = new ArrayList<>();
    if (dbtTooOld || missing.contains("dbt-core")) {
      toInstall.add("\"" + LOWEST_DBT + "\"");
    }
    missing.stream().filter(name -> !name.equals("dbt-core")).forEach(toInstall::add);
    String hint = orElse(installCommand(python, toInstall));
    List<Problem> problems = new ArrayList<>();
    if (dbtTooOld) {
      problems.add(tooOld(words, dbtVersion).withHint(hint));
    }
    if (!missing.isEmpty()) {
      String code = missing.contains("dbt-core") ? "python-without-dbt" : "python-without-pyarrow";
      problems.add(
          Problem.of(code, words + " lacks " + String.join(", ", missing) + ".").withHint(hint));
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  /** For every kind: a project's requirements may ask for an old dbt, too. */
  static void checkDbtVersion(PythonInstallation installation) {
    String version = installation.version("dbt-core");
    if (version != null && isTooOld(version)) {
      throw new FalException(
          tooOld("The environment " + installation.path(), version)
              .withHint("Ask for " + LOWEST_DBT + " in the project's requirements.txt."));
    }
  }

  private static Problem tooOld(String words, @Nullable String version) {
    return Problem.of(
        "dbt-too-old",
        String.format(
            "%s has dbt-core %s: fal needs 1.%d or newer.", words, version, LOWEST_DBT_MINOR));
  }

  private static boolean isTooOld(String dbtVersion) {
    return isTooOld(Interpreter.number(dbtVersion, 0), Interpreter.number(dbtVersion, 1));
  }

  /** Whether fal cannot drive a dbt-core of this version. */
  static boolean isTooOld(int major, int minor) {
    return major < 1 || (major == 1 && minor < LOWEST_DBT_MINOR);
  }

  private static String installCommand(Interpreter python, List<String> packages) {
    String executable = python.executable().toString();
    String quoted = executable.contains(" ") ? "'" + executable + "'" : executable;
    String installer =
        python.hasPip() ? quoted + " -m pip install " : "uv pip install --python " + quoted + " ";
    return installer + String.join(" ", packages);
  }

  private static String orElse(String first) {
    return first + "  or: fal --python PATH (another Python), fal --python managed (fal's own)";
  }
}
