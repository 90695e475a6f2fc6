package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import dev.falflow.script.Script;
import dev.falflow.script.Scripts;
import dev.falflow.source.PythonSource;
import dev.falflow.source.PythonSources;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Selection stays dbt's; only a path of a Python source is made to mean its stub, which is the
 * node, and that of a before or after script the script's (DESIGN D2): {@code models/b.py}, {@code
 * path:models/b.py}, {@code file:b.py}, {@code b.py}, and a folder, which means what dbt finds
 * there and the stubs of the Python sources there.
 */
final class SourceSelection {
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Pattern TERM =
      Pattern.compile("(@|\\d*\\+)?(?:(path|file):)?(.+?)(\\+\\d*)?");

  private final Project project;
  private final List<PythonSource> sources;
  private final List<Script> scripts;

  SourceSelection(Project project, PythonSources sources, Scripts scripts) {
    this.project = project;
    this.sources = sources.all();
    this.scripts = scripts.all().stream().filter(script -> !script.role().isHook()).toList();
  }

  /**
   * dbt's words for these; one word (a union of intersections) may become several.
   *
   * @throws FalException when a word names a file that is no model
   */
  List<String> translate(List<String> words) {
    List<String> translated = new ArrayList<>();
    for (String given : words) {
      for (String word : BLANKS.split(given.strip(), -1)) {
        List<String> alternatives = List.of("");
        for (String term : word.split(",", -1)) {
          alternatives = combine(alternatives, terms(term));
        }
        translated.addAll(alternatives);
      }
    }
    return translated;
  }

  private static List<String> combine(List<String> words, Set<String> terms) {
    List<String> combined = new ArrayList<>();
    for (String word : words) {
      for (String term : terms) {
        combined.add(word.isEmpty() ? term : word + "," + term);
      }
    }
    return combined;
  }

  /** The term itself, or the terms that stand for it. */
  private Set<String> terms(String term) {
    Matcher matcher = TERM.matcher(term);
    if (!matcher.matches()) {
      return Set.of(term);
    }
    String method = matcher.group(2);
    String path = matcher.group(3);
    boolean isFile = path.endsWith(".py") || path.endsWith(".ipynb");
    if (!isFile && !"path".equals(method) && !path.contains("/")) {
      return Set.of(term);
    }
    Set<String> terms = new LinkedHashSet<>();
    if (!isFile) {
      terms.add(term);
    }
    for (Script script : scripts) {
      if (script.model() != null && isFile && isMeant(path, script)) {
        terms.add(text(matcher.group(1)) + "path:" + script.file() + text(matcher.group(4)));
      }
    }
    for (PythonSource source : sources) {
      if (!isMeant(path, source)) {
        continue;
      }
      if (source.isModel()) {
        String stub = "path:" + project.relative(source.stubPath(project));
        terms.add(text(matcher.group(1)) + stub + text(matcher.group(4)));
      } else if (isFile && source.kind() == PythonSource.Kind.HELPER) {
        throw new FalException(
            Problem.at(
                    Location.of(source.file()),
                    "helper-selected",
                    "is selected, but is a helper module: it calls no write_to_model")
                .withHint("Select the models that import it."));
      }
    }
    return terms.isEmpty() ? Set.of(term) : terms;
  }

  /** By its name, by its path as declared, or by its path in the project. */
  private static boolean isMeant(String path, Script script) {
    return ("/" + script.file()).endsWith("/" + path) || script.name().equals(path);
  }

  private static boolean isMeant(String path, PythonSource model) {
    String file = model.file();
    String folder = path.endsWith("/") ? path : path + "/";
    return file.equals(path) || file.endsWith("/" + path) || file.startsWith(folder);
  }

  private static String text(@Nullable String group) {
    return group == null ? "" : group;
  }
}
