package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The lines of a {@code requirements.txt}, files it includes put in place. */
record Requirements(List<Line> lines) {
  private static final Pattern NAME =
      Pattern.compile("^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\\s*(?:$|[\\[<>=!~;@ (])");
  private static final Pattern FILE_OPTION =
      Pattern.compile("^(-r|--requirement|-c|--constraint)[\\s=]*(.+)$");

  /**
   * One requirement or option.
   *
   * @param packageName normalised as PyPI does it, null for an option, a path or a bare address
   */
  record Line(String text, @Nullable String packageName) {
    boolean isPackageOf(Predicate<String> wanted) {
      return packageName != null && wanted.test(packageName);
    }

    boolean isOption() {
      return text.startsWith("-") && !text.startsWith("-e") && !text.startsWith("--editable");
    }
  }

  Requirements {
    lines = List.copyOf(lines);
  }

  static Requirements ofText(String text) {
    List<Line> lines = new ArrayList<>();
    for (String logical : logicalLines(text)) {
      lines.add(line(logical));
    }
    return new Requirements(lines);
  }

  static Requirements of(List<String> texts) {
    return ofText(String.join("\n", texts));
  }

  /**
   * Lines as of a file, files they include put in place.
   *
   * @param folder where those are looked for
   */
  static Requirements of(List<String> texts, Path folder) {
    List<Line> lines = new ArrayList<>();
    addTo(lines, String.join("\n", texts), folder.resolve("requirements"), new LinkedHashSet<>());
    return new Requirements(lines);
  }

  /** An absent file holds nothing. */
  static Requirements read(Path file) {
    if (!Files.isRegularFile(file)) {
      return new Requirements(List.of());
    }
    List<Line> lines = new ArrayList<>();
    readInto(lines, file, new LinkedHashSet<>());
    return new Requirements(lines);
  }

  private static void readInto(List<Line> lines, Path file, Set<Path> open) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new FalException(
          Problem.at(
              Location.of(file.toString()),
              "requirements-not-readable",
              "the project's requirements cannot be read: " + e),
          e);
    }
    if (!open.add(file.toAbsolutePath().normalize())) {
      return;
    }
    addTo(lines, text, file, open);
  }

  private static void addTo(List<Line> lines, String text, Path file, Set<Path> open) {
    for (String logical : logicalLines(text)) {
      Matcher option = FILE_OPTION.matcher(logical);
      if (!option.matches()) {
        lines.add(line(logical));
      } else {
        Path included = file.resolveSibling(option.group(2).strip());
        if (option.group(1).equals("-r") || option.group(1).equals("--requirement")) {
          readInto(lines, included, open);
        } else {
          lines.add(new Line("-c " + included.toAbsolutePath().normalize(), null));
        }
      }
    }
  }

  /** Without comments and empty lines, continued lines joined. */
  private static List<String> logicalLines(String text) {
    return text.replaceAll("\\\\\\R", " ")
        .lines()
        .map(line -> line.replaceFirst("(^|\\s)#.*$", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static Line line(String text) {
    Matcher name = NAME.matcher(text);
    return new Line(text, name.find() ? normalise(name.group(1)) : null);
  }

  static String normalise(String packageName) {
    return packageName.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  Set<String> packageNames() {
    Set<String> names = new LinkedHashSet<>();
    for (Line line : lines) {
      if (line.packageName() != null) {
        names.add(line.packageName());
      }
    }
    return names;
  }

  Requirements without(Set<String> packageNames) {
    return keep(line -> !line.isPackageOf(packageNames::contains));
  }

  Requirements keep(Predicate<Line> wanted) {
    return new Requirements(lines.stream().filter(wanted).toList());
  }

  Requirements plus(Requirements more) {
    List<Line> all = new ArrayList<>(lines);
    all.addAll(more.lines);
    return new Requirements(all);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      text.append(line.text()).append('\n');
    }
    return text.toString();
  }
}
