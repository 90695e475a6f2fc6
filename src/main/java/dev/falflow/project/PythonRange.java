package dev.falflow.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python versions that an environment may have: {@code 3.12}, {@code 3.12.4}, or the rules of a
 * {@code requires-python}, {@code >=3.11,<3.13}.
 *
 * @param text as it was written
 * @param rules all of which have to hold
 */
public record PythonRange(String text, List<Rule> rules) {
  private static final Pattern VERSION = Pattern.compile("3(\\.\\d+){0,2}");
  private static final Pattern RULE =
      Pattern.compile("(~=|===?|!=|>=|<=|>|<)\\s*(\\d+(?:\\.\\d+){0,2})(\\.\\*)?");

  /**
   * One comparison.
   *
   * @param isPrefix whether the version stands for all that begin with it ({@code 3.12.*})
   */
  record Rule(String operator, List<Integer> version, boolean isPrefix) {
    boolean accepts(List<Integer> other) {
      int order = isPrefix ? compare(cut(other), version) : compare(other, version);
      return switch (operator) {
        case "~=" ->
            order >= 0
                && other
                    .subList(0, version.size() - 1)
                    .equals(version.subList(0, version.size() - 1));
        case "!=" -> order != 0;
        case ">=" -> order >= 0;
        case "<=" -> order <= 0;
        case ">" -> order > 0;
        case "<" -> order < 0;
        default -> order == 0;
      };
    }

    private List<Integer> cut(List<Integer> other) {
      return other.subList(0, Math.min(other.size(), version.size()));
    }

    private static int compare(List<Integer> one, List<Integer> other) {
      for (int part = 0; part < 3; part++) {
        int order =
            Integer.compare(
                part < one.size() ? one.get(part) : 0, part < other.size() ? other.get(part) : 0);
        if (order != 0) {
          return order;
        }
      }
      return 0;
    }
  }

  public PythonRange {
    rules = List.copyOf(rules);
  }

  /** Empty when it is neither a version nor rules. */
  public static Optional<PythonRange> parse(String text) {
    String stripped = text.strip();
    if (VERSION.matcher(stripped).matches()) {
      return Optional.of(new PythonRange(stripped, List.of(new Rule("==", parts(stripped), true))));
    }
    List<Rule> rules = new ArrayList<>();
    for (String each : stripped.split(",", -1)) {
      Matcher rule = RULE.matcher(each.strip());
      if (!rule.matches()) {
        return Optional.empty();
      }
      List<Integer> version = parts(rule.group(2));
      boolean isPrefix = rule.group(3) != null;
      boolean equals = rule.group(1).equals("==") || rule.group(1).equals("!=");
      if ((isPrefix && !equals) || (rule.group(1).equals("~=") && version.size() < 2)) {
        return Optional.empty();
      }
      rules.add(new Rule(rule.group(1), version, isPrefix));
    }
    return Optional.of(new PythonRange(stripped, rules));
  }

  /**
   * Whether that Python will do.
   *
   * @param version for example {@code 3.11.7}
   */
  public boolean accepts(String version) {
    List<Integer> parts = parts(version);
    return rules.stream().allMatch(rule -> rule.accepts(parts));
  }

  /** Whether it tells versions apart that differ in their last number only. */
  public boolean namesPatch() {
    return rules.stream().anyMatch(rule -> rule.version().size() > 2);
  }

  /** As conda writes it after a package's name: {@code =3.12}, {@code >=3.11,<3.13}. */
  public String condaText() {
    return Character.isDigit(text.charAt(0)) ? "=" + text : text;
  }

  private static List<Integer> parts(String version) {
    List<Integer> parts = new ArrayList<>();
    for (String part : version.split("\\.", -1)) {
      String digits = part.replaceFirst("\\D.*$", "");
      parts.add(digits.isEmpty() ? 0 : Integer.parseInt(digits));
    }
    return parts;
  }
}
