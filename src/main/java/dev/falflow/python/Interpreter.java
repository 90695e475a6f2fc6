package dev.falflow.python;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one Python interpreter and the packages it sees.
 *
 * @param executable as it is to be called (inside a virtual environment: the one there)
 * @param version for example {@code 3.11.7}
 * @param prefix {@code sys.prefix}: the environment's folder
 * @param base the interpreter that environments are made from: of a virtual environment, the one
 *     under it
 * @param hasPip whether {@code -m pip} works
 * @param packages versions of the packages that matter to fal, by name
 */
record Interpreter(
    Path executable,
    String version,
    Path prefix,
    Path base,
    boolean hasPip,
    NavigableMap<String, String> packages) {
  static final int LOWEST_MINOR = 10;

  /** The newest Python for which there is a lock, and so a managed environment. */
  static final int NEWEST_LOCKED_MINOR = 13;

  Interpreter {
    packages = Collections.unmodifiableNavigableMap(new TreeMap<>(packages));
  }

  boolean has(String packageName) {
    return packages.containsKey(packageName);
  }

  @Nullable String versionOf(String packageName) {
    return packages.get(packageName);
  }

  /** The {@code 11} of 3.11.7; of a Python 2 or 4 something no rule accepts. */
  int minor() {
    return version.startsWith("3.") ? number(version, 1) : -1;
  }

  boolean isSupported() {
    return minor() >= LOWEST_MINOR;
  }

  boolean hasLock() {
    return isSupported() && minor() <= NEWEST_LOCKED_MINOR;
  }

  /** {@code Python 3.11.7 at /usr/bin/python3.11}. */
  String words() {
    return String.format(Locale.ROOT, "Python %s at %s", version, executable);
  }

  /**
   * A part of a dotted version as a number, 0 where there is none ({@code 1.10.0rc1}: 1, 10, 0).
   */
  static int number(String version, int part) {
    String[] parts = version.split("\\.", -1);
    String digits = part < parts.length ? parts[part].replaceFirst("\\D.*$", "") : "";
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }
}
