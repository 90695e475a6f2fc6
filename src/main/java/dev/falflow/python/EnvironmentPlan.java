package dev.falflow.python;

import dev.falflow.Addresses;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentDefinition.Kind;
import dev.falflow.project.PythonRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one environment is made from, down to the Python; the folder is named for all of it.
 *
 * @param host the Python of a venv, null for conda, which brings its own
 * @param python {@code 3.11}; of conda what is asked for
 * @param asked what is installed beside what it needs itself: pandas and pyarrow are among it
 * @param basis the project's folder where something is installed from a path in it, else nothing
 * @param locked exact versions to keep to, empty without a lock
 * @param folder where it is, or will be
 */
record EnvironmentPlan(
    EnvironmentDefinition definition,
    @Nullable Interpreter host,
    String python,
    Requirements asked,
    String basis,
    List<String> locked,
    Path folder) {
  /** Part of every environment's name: raise it when they are to be made in another way. */
  private static final String LAYOUT = "1";

  /** What every worker needs. */
  private static final List<String> FRAMES = List.of("pandas", "pyarrow");

  EnvironmentPlan {
    locked = List.copyOf(locked);
  }

  /**
   * The plan without a lock.
   *
   * @param projectDir where files that requirements name are looked for
   * @param localPython version of the run's own Python, which conda is to follow
   */
  static EnvironmentPlan of(
      EnvironmentDefinition definition,
      @Nullable Interpreter host,
      String localPython,
      Path projectDir,
      CacheFolder cache) {
    Requirements own =
        definition.kind() == Kind.VENV
            ? Requirements.of(definition.packages(), projectDir)
            : Conda.specifications(definition.packages());
    Set<String> named = own.packageNames();
    List<String> missing = FRAMES.stream().filter(name -> !named.contains(name)).toList();
    PythonRange range = definition.python();
    String python;
    if (host != null) {
      boolean namesPatch = range != null && range.namesPatch();
      python = namesPatch ? host.version() : "3." + host.minor();
    } else {
      python = Conda.python(definition, own, "3." + Interpreter.number(localPython, 1));
    }
    boolean namesPath = own.lines().stream().anyMatch(EnvironmentPlan::isPath);
    return new EnvironmentPlan(
            definition,
            host,
            python,
            own.plus(Requirements.of(missing)),
            namesPath ? projectDir.toString() : "",
            List.of(),
            cache.path())
        .inItsFolder(cache);
  }

  /** The same with exact versions. */
  EnvironmentPlan lockedTo(List<String> packages, CacheFolder cache) {
    return new EnvironmentPlan(definition, host, python, asked, basis, packages, folder)
        .inItsFolder(cache);
  }

  /** The same in another folder, which holds the same. */
  EnvironmentPlan in(Path other) {
    return new EnvironmentPlan(definition, host, python, asked, basis, locked, other);
  }

  private EnvironmentPlan inItsFolder(CacheFolder cache) {
    String minor = host == null ? "" : "py3" + host.minor() + "-";
    String name = minor + Hashes.shortSha256(String.join("\n", madeFrom()));
    Path place = cache.path().resolve(definition.kind().folder()).resolve(name);
    return in(place);
  }

  private List<String> madeFrom() {
    List<String> parts = new ArrayList<>(List.of(LAYOUT, platform(), basis));
    parts.addAll(askedParts());
    parts.addAll(List.of("locked to", String.join("\n", locked)));
    return parts;
  }

  private List<String> askedParts() {
    List<String> parts = new ArrayList<>(List.of(definition.kind().word(), python));
    parts.addAll(normalised());
    parts.add("channels");
    parts.addAll(definition.channels());
    return parts;
  }

  /** Of all that was asked for: tells whether a lock is still about it. */
  String askedHash() {
    return Hashes.shortSha256(String.join("\n", askedParts()));
  }

  /**
   * Options in their order, then packages sorted, without the blanks that mean nothing. Passwords
   * in addresses are masked: this is shown, locked and hashed, and another one asks for the same.
   */
  List<String> normalised() {
    List<String> options = new ArrayList<>();
    Set<String> packages = new TreeSet<>();
    for (Requirements.Line line : asked.lines()) {
      if (line.isOption()) {
        options.add(Addresses.masked(line.text()));
      } else {
        packages.add(Addresses.masked(normalised(line)));
      }
    }
    options.addAll(packages);
    return new ArrayList<>(new LinkedHashSet<>(options));
  }

  /** A package of the project's own: {@code ./lib}, {@code -e ../lib}. */
  private static boolean isPath(Requirements.Line line) {
    return line.packageName() == null && !line.isOption() && !line.text().contains("://");
  }

  private static String normalised(Requirements.Line line) {
    String name = line.packageName();
    if (name == null || line.text().contains("@")) {
      return line.text();
    }
    String rest = line.text().replaceFirst("^[A-Za-z0-9._-]+", "");
    int marker = rest.indexOf(';');
    String versions = marker < 0 ? rest : rest.substring(0, marker);
    String condition = marker < 0 ? "" : "; " + rest.substring(marker + 1).strip();
    return name + versions.replaceAll("\\s+", "") + condition;
  }

  static String platform() {
    return (System.getProperty("os.name") + "-" + System.getProperty("os.arch"))
        .toLowerCase(Locale.ROOT)
        .replace(' ', '-');
  }

  Interpreter hostPython() {
    return Objects.requireNonNull(host);
  }

  /** {@code ml (Python 3.11, scikit-learn, pandas, pyarrow)}, cut where it is long. */
  String words() {
    String packages = String.join(", ", normalised());
    String shown = packages.length() > 60 ? packages.substring(0, 57) + "..." : packages;
    return "%s (Python %s, %s)".formatted(definition.name(), python, shown);
  }
}
