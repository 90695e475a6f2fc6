package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The values of one {@code dbt_project.yml}, typed, rendered, and its problems collected. */
final class ProjectFile {
  private static final Pattern ENV_VAR =
      Pattern.compile(
          "\\{\\{-?\\s*env_var\\(\\s*(?:'([^'{}]*)'|\"([^\"{}]*)\")\\s*"
              + "(?:,\\s*(?:'([^'{}]*)'|\"([^\"{}]*)\")\\s*)?\\)\\s*-?\\}\\}");

  private final String text;
  private final Map<String, @Nullable Object> tree;
  private final Map<String, String> environment;
  private final List<Problem> problems = new ArrayList<>();

  private ProjectFile(
      String text, Map<String, @Nullable Object> tree, Map<String, String> environment) {
    this.text = text;
    this.tree = tree;
    this.environment = environment;
  }

  static ProjectFile parse(String text, Map<String, String> environment) {
    Object value = Yaml.parse(text, Project.FILE);
    if (!(value instanceof Map)) {
      String found = value == null ? "it is empty" : "it holds " + kindOf(value);
      throw new FalException(
          Problem.at(
              Location.of(Project.FILE),
              "wrong-project",
              "the file has to hold a map of settings, but " + found));
    }
    return new ProjectFile(text, Yaml.map(value), environment);
  }

  Map<String, @Nullable Object> tree() {
    return tree;
  }

  void throwProblems() {
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  void refuse(String code, String key, String message) {
    problems.add(Problem.at(placeOf(key), code, message));
  }

  /** The text of the first of these keys that is set, null when none is. */
  @Nullable String text(String... keys) {
    for (String key : keys) {
      Object value = tree.get(key);
      if (value instanceof Map || value instanceof List) {
        refuse("wrong-project", key, key + " has to be a text, not " + kindOf(value));
      } else if (value != null) {
        return rendered(key, value.toString());
      }
    }
    return null;
  }

  String textOr(String fallback, String... keys) {
    String value = text(keys);
    return value == null ? fallback : value;
  }

  /** The list of the first of these keys that is set; the old name of a key comes second. */
  List<String> paths(String fallback, String... keys) {
    for (String key : keys) {
      Object value = tree.get(key);
      if (value != null) {
        return listed(key, value);
      }
    }
    return List.of(fallback);
  }

  /** The paths of a variable, which may be one of its own without a list; empty when not set. */
  List<String> pathsIn(Map<String, @Nullable Object> vars, String key) {
    Object value = vars.get(key);
    return listed(key, value instanceof String ? List.of(value) : value);
  }

  private List<String> listed(String key, @Nullable Object value) {
    List<String> paths = new ArrayList<>();
    if (value != null && !(value instanceof List)) {
      refuse("wrong-project", key, key + " has to be a list of folders, not " + kindOf(value));
    }
    for (Object entry : Yaml.list(value)) {
      if (entry instanceof String path) {
        paths.add(rendered(key, path));
      } else {
        refuse("wrong-project", key, key + " lists " + kindOf(entry) + " where a folder belongs");
      }
    }
    return paths;
  }

  /** The variables as the project's own models see them: those under its name win. */
  Map<String, @Nullable Object> varsOf(String projectName) {
    Object value = tree.get("vars");
    if (value != null && !(value instanceof Map)) {
      refuse("wrong-project", "vars", "vars has to be a map, not " + kindOf(value));
    }
    Map<String, @Nullable Object> vars = new java.util.LinkedHashMap<>(Yaml.map(value));
    vars.putAll(Yaml.map(vars.remove(projectName)));
    return vars;
  }

  /** Renders {@code env_var}, the one thing dbt projects use here; says so of any other Jinja. */
  private String rendered(String key, String value) {
    Matcher call = ENV_VAR.matcher(value);
    StringBuilder result = new StringBuilder();
    while (call.find()) {
      String name = call.group(1) == null ? call.group(2) : call.group(1);
      String fallback = call.group(3) == null ? call.group(4) : call.group(3);
      String found = environment.getOrDefault(name, fallback);
      if (found == null) {
        problems.add(
            Problem.at(
                    placeOf(key),
                    "env-var-missing",
                    "Env var required but not provided: '" + name + "'")
                .withHint(Project.ENV_VAR_HINT));
        found = "";
      }
      call.appendReplacement(result, Matcher.quoteReplacement(found));
    }
    call.appendTail(result);
    if (result.indexOf("{{") >= 0 || result.indexOf("{%") >= 0) {
      refuse(
          "unrendered-jinja",
          key,
          key + " is \"" + value + "\": of Jinja, fal renders only env_var here");
    }
    return result.toString();
  }

  private Location placeOf(String key) {
    Matcher line =
        Pattern.compile("(?m)^[ \\t{,\"']*" + Pattern.quote(key) + "[\"']?[ \\t]*:").matcher(text);
    if (!line.find()) {
      return Location.of(Project.FILE);
    }
    int number = (int) text.substring(0, line.start()).lines().count() + 1;
    return Location.of(Project.FILE, number, 0);
  }

  private static String kindOf(@Nullable Object value) {
    if (value instanceof Map) {
      return "a map";
    }
    if (value instanceof List) {
      return "a list";
    }
    return value == null ? "nothing" : "'" + value + "'";
  }
}
