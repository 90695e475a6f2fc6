package dev.falflow.script;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything there is to say about a project's scripts. A setting of {@code dbt_project.yml} holds
 * for many models: what is wrong with it is said once.
 */
final class Findings {
  private static final Comparator<Location> BY_PLACE =
      Comparator.comparing(Location::file)
          .thenComparing(Location::line)
          .thenComparing(Location::column);

  private final Map<Problem, List<String>> errors = new LinkedHashMap<>();
  private final Map<Problem, List<String>> warnings = new LinkedHashMap<>();

  void error(Problem problem) {
    errors.putIfAbsent(problem, new ArrayList<>());
  }

  void warn(Problem problem) {
    warnings.putIfAbsent(problem, new ArrayList<>());
  }

  /** An error; only a warning where the setting is a package's, which the user cannot edit. */
  void error(Setting at, String code, String message, @Nullable String hint) {
    String foreignPackage = at.owner().foreignPackage();
    if (foreignPackage == null) {
      add(errors, at, code, message, hint);
    } else {
      String without = "It is the package %s that asks for it; fal goes on without.";
      add(warnings, at, code, message, without.formatted(foreignPackage));
    }
  }

  void warn(Setting at, String code, String message, @Nullable String hint) {
    add(warnings, at, code, message, hint);
  }

  private static void add(
      Map<Problem, List<String>> found,
      Setting at,
      String code,
      String message,
      @Nullable String hint) {
    List<String> nodes =
        found.computeIfAbsent(
            new Problem(code, message, at.where(), hint), problem -> new ArrayList<>());
    String node = at.owner().node();
    if (node != null && !nodes.contains(node)) {
      nodes.add(node);
    }
  }

  void throwErrors() {
    if (!errors.isEmpty()) {
      throw new FalException(sorted(errors));
    }
  }

  List<Problem> warnings() {
    return sorted(warnings);
  }

  /** By their places, with the nodes they are about in front. */
  private static List<Problem> sorted(Map<Problem, List<String>> found) {
    List<Problem> problems = new ArrayList<>();
    found.forEach(
        (problem, nodes) ->
            problems.add(
                new Problem(
                    problem.code(),
                    words(nodes) + problem.message(),
                    problem.where(),
                    problem.hint())));
    problems.sort(Comparator.comparing(Problem::where, Comparator.nullsFirst(BY_PLACE)));
    return problems;
  }

  private static String words(List<String> nodes) {
    return switch (nodes.size()) {
      case 0 -> "";
      case 1 -> nodes.get(0) + ": ";
      default -> nodes.get(0) + " and " + (nodes.size() - 1) + " more: ";
    };
  }
}
