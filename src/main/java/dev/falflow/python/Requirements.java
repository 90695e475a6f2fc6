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
   * @param where it stands, null outside a file
   */
  record Line(String text, @Nullable String packageName, @Nullable Location where) {
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
    return new Requirements(
        logicalLines(text, null).stream().map(each -> line(each.text(), each.where())).toList());
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
    Reading reading = new Reading(folder);
    reading.add(logicalLines(String.join("\n", texts), null), folder);
    return new Requirements(reading.lines);
  }

  /** An absent file holds nothing. */
  static Requirements read(Path file) {
    if (!Files.isRegularFile(file)) {
      return new Requirements(List.of());
    }
    Reading reading = new Reading(file.resolveSibling(""));
    reading.file(file);
    return new Requirements(reading.lines);
  }

  /** Files being read, each once. */
  private static final class Reading {
    private final Path top;
    private final List<Line> lines = new ArrayList<>();
    private final Set<Path> seen = new LinkedHashSet<>();

    /**
     * @param top the folder as seen from which places are told
     */
    Reading(Path top) {
      this.top = top;
    }

    void file(Path file) {
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
      Path absolute = file.toAbsolutePath().normalize();
      if (seen.add(absolute)) {
        String name = top.toAbsolutePath().normalize().relativize(absolute).toString();
        add(logicalLines(text, name), file.resolveSibling(""));
      }
    }

    void add(List<Logical> texts, Path folder) {
      for (Logical each : texts) {
        Matcher option = FILE_OPTION.matcher(each.text());
        if (!option.matches()) {
          lines.add(line(each.text(), each.where()));
        } else {
          Path included = folder.resolve(option.group(2).strip());
          if (option.group(1).equals("-r") || option.group(1).equals("--requirement")) {
            file(included);
          } else {
            String constraint = "-c " + included.toAbsolutePath().normalize();
            lines.add(new Line(constraint, null, each.where()));
          }
        }
      }
    }
  }

  private record Logical(String text, @Nullable Location where) {}

  /**
   * Without comments and empty lines, continued lines joined.
   *
   * @param file their places are in, null for none
   */
  private static List<Logical> logicalLines(String text, @Nullable String file) {
    List<Logical> found = new ArrayList<>();
    StringBuilder joined = new StringBuilder();
    int start = 0;
    int number = 0;
    for (String line : (text + "\n\n").lines().toList()) { // the last may be continued, too
      number++;
      start = joined.isEmpty() ? number : start;
      if (line.endsWith("\\")) {
        joined.append(line, 0, line.length() - 1).append(' ');
        continue;
      }
      String logical = joined.append(line).toString().replaceFirst("(^|\\s)#.*$", "").strip();
      joined.setLength(0);
      if (!logical.isEmpty()) {
        found.add(new Logical(logical, file == null ? null : Location.of(file, start, 0)));
      }
    }
    return found;
  }

  private static Line line(String text, @Nullable Location where) {
    Matcher name = NAME.matcher(text);
    return new Line(text, name.find() ? normalise(name.group(1)) : null, where);
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

  /**
   * What an installer said of a copy of these lines, with the places in the files that they are
   * from.
   */
  String placed(String said, Path copy) {
    String name = Pattern.quote(copy.toString());
    Pattern place =
        Pattern.compile(
            "(?:line (\\d+) of )?`?%s`?(?::(\\d+)(?::\\d+)?| at position (\\d+))?".formatted(name));
    return place
        .matcher(said)
        .replaceAll(
            found -> {
              String line = found.group(1) == null ? found.group(2) : found.group(1);
              int index = -1;
              if (line != null) {
                index = Integer.parseInt(line) - 1;
              } else if (found.group(3) != null) {
                index = lineAt(Integer.parseInt(found.group(3)));
              }
              return Matcher.quoteReplacement(place(index));
            });
  }

  private int lineAt(int position) {
    String text = text();
    String before = text.substring(0, Math.min(position, text.length()));
    return (int) before.chars().filter(each -> each == '\n').count();
  }

  private String place(int index) {
    Location where = index < 0 || index >= lines.size() ? null : lines.get(index).where();
    return where == null ? "the requirements" : where.toString();
  }
}
