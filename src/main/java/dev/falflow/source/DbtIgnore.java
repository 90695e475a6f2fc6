package dev.falflow.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falflow.project.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The marked block in {@code .dbtignore} that keeps dbt from taking a script or a helper for its
 * own kind of Python model. Every byte outside the block is the user's and stays.
 */
final class DbtIgnore {
  static final String FILE = ".dbtignore";
  private static final String BEGIN = "# >>> fal (generated; do not edit)";
  private static final String END = "# <<< fal";
  private static final String FIRST_LINE =
      BEGIN + " Python files that dbt must not take for its own kind of model";

  /** The block, or what is left of one whose end is gone: its first line and the paths below. */
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?m)^"
              + Pattern.quote(BEGIN)
              + ".*(?:\\R(?s:.*?)^"
              + Pattern.quote(END)
              + "[ \\t]*(?:\\R|\\z)|(?:\\R/.*)*(?:\\R|\\z))");

  /**
   * Up to this many lines name a file each. dbt tries every line on every file of the project
   * (measured: 2,000 lines add 2.8 s to 6,000 files), so beyond it whole folders are named.
   */
  private static final int FILES_NAMED_SINGLY = 100;

  private DbtIgnore() {}

  /** The lines for these sources: none for a notebook, which dbt does not look at. */
  static List<String> lines(Project project, List<PythonSource> sources) {
    List<Path> hidden = new ArrayList<>();
    List<Path> shown = new ArrayList<>();
    for (PythonSource source : sources) {
      if (project.modelPaths().contains(source.root()) && !source.isNotebook()) {
        boolean isDbts = source.kind() == PythonSource.Kind.DBT_MODEL;
        (isDbts ? shown : hidden).add(source.path());
      }
    }
    Set<String> lines = new TreeSet<>();
    if (hidden.size() <= FILES_NAMED_SINGLY) {
      hidden.forEach(path -> lines.add("/" + escaped(project.relative(path))));
    } else {
      project.modelPaths().forEach(root -> cover(project, root, hidden, shown, lines));
    }
    return List.copyOf(lines);
  }

  /** Names a folder whole when nothing below it is dbt's, else its files and what is below. */
  private static void cover(
      Project project, Path folder, List<Path> hidden, List<Path> shown, Set<String> lines) {
    List<Path> inside = hidden.stream().filter(path -> path.startsWith(folder)).toList();
    if (inside.isEmpty()) {
      return;
    }
    if (shown.stream().noneMatch(path -> path.startsWith(folder))) {
      String relative = project.relative(folder);
      lines.add("/" + (relative.isEmpty() ? "" : escaped(relative) + "/") + "**/*.py");
      return;
    }
    Set<Path> subfolders = new TreeSet<>();
    for (Path path : inside) {
      Path next = folder.resolve(folder.relativize(path).getName(0));
      if (next.equals(path)) {
        lines.add("/" + escaped(project.relative(path)));
      } else {
        subfolders.add(next);
      }
    }
    subfolders.forEach(next -> cover(project, next, hidden, shown, lines));
  }

  /**
   * The file's text with exactly these lines in the block; empty when nothing is left.
   *
   * @param text one character for each byte, so that what is not ours comes through in any encoding
   */
  static String with(String text, List<String> lines) {
    String end = text.contains("\r\n") ? "\r\n" : "\n";
    String block = "";
    if (!lines.isEmpty()) {
      block = FIRST_LINE + end + String.join(end, lines) + end + END + end;
      block = new String(block.getBytes(UTF_8), ISO_8859_1);
    }
    Matcher old = BLOCK.matcher(text);
    if (old.find()) {
      return text.substring(0, old.start()) + block + text.substring(old.end());
    }
    boolean isCutOff = !block.isEmpty() && !text.isEmpty() && !text.endsWith("\n");
    return text + (isCutOff ? end : "") + block;
  }

  private static String escaped(String path) {
    String escaped = path.replaceAll("[\\\\*?\\[\\]]", "\\\\$0");
    return escaped.endsWith(" ") ? escaped.substring(0, escaped.length() - 1) + "\\ " : escaped;
  }
}
