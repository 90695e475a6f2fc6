package dev.falflow.dbt.process;

import dev.falflow.dbt.DbtOption;
import dev.falflow.dbt.DbtOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A dbt command line taken apart, so that other commands can be made of its options.
 *
 * @param command empty when there are options alone
 */
record DbtCommandLine(String command, List<Option> options) {
  /** What chooses the profile; {@code dbt debug} takes no more. */
  static final Set<String> PROFILE =
      Set.of("--project-dir", "--profiles-dir", "--profile", "--target", "--vars", "--log-path");

  /** What chooses nodes. */
  static final Set<String> SELECTION =
      Set.of(
          "--select",
          "--models",
          "--exclude",
          "--selector",
          "--resource-type",
          "--exclude-resource-type",
          "--indirect-selection");

  /** What every command of ours takes: how the project is parsed, and what it is compared with. */
  private static final Set<String> PARSE =
      Set.of(
          "--project-dir",
          "--profiles-dir",
          "--profile",
          "--target",
          "--vars",
          "--log-path",
          "--target-path",
          "--state",
          "--defer-state",
          "--debug",
          "--partial-parse",
          "--no-partial-parse",
          "--warn-error",
          "--warn-error-options");

  /** An option and the values that follow it. */
  record Option(String name, List<String> values) {
    Option {
      values = List.copyOf(values);
    }
  }

  DbtCommandLine {
    options = List.copyOf(options);
  }

  static DbtCommandLine of(List<String> arguments) {
    String command = "";
    List<Option> options = new ArrayList<>();
    for (int i = 0; i < arguments.size(); ) {
      String word = arguments.get(i++);
      if (!word.startsWith("--")) {
        command = word;
        continue;
      }
      int start = i;
      while (i < arguments.size() && !arguments.get(i).startsWith("--")) {
        i++;
      }
      options.add(new Option(word, arguments.subList(start, i)));
    }
    return new DbtCommandLine(command, options);
  }

  boolean has(String name) {
    return options.stream().anyMatch(option -> option.name.equals(name));
  }

  /** Whether a flag is on, by the option or else by dbt's variable for it. */
  boolean isOn(String name, Map<String, String> environment, boolean otherwise) {
    DbtOption option = DbtOptions.named(name).orElseThrow();
    if (has(name) || has(String.valueOf(option.off()))) {
      return has(name);
    }
    String variable = option.variable(environment);
    return variable == null ? otherwise : DbtOption.isTrue(variable);
  }

  /** The values of an option, empty without it; the last one given counts. */
  List<String> values(String name) {
    List<String> found = List.of();
    for (Option option : options) {
      found = option.name.equals(name) ? option.values : found;
    }
    return found;
  }

  DbtCommandLine only(Set<String> names) {
    return new DbtCommandLine(
        command, options.stream().filter(option -> names.contains(option.name)).toList());
  }

  DbtCommandLine without(Set<String> names) {
    return new DbtCommandLine(
        command, options.stream().filter(option -> !names.contains(option.name)).toList());
  }

  DbtCommandLine with(String name, List<String> values) {
    List<Option> more = new ArrayList<>(options);
    more.add(new Option(name, values));
    return new DbtCommandLine(command, more);
  }

  /** Another command over the same project, with the options that say how it is parsed. */
  DbtCommandLine parsedLike(String other) {
    return new DbtCommandLine(other, only(PARSE).options);
  }

  /** {@code dbt ls} with this command's selection; each line printed is one unique_id as JSON. */
  DbtCommandLine listing() {
    List<Option> all = new ArrayList<>(parsedLike("ls").options);
    all.addAll(only(SELECTION).options);
    if (command.equals("run")) {
      all.removeIf(option -> option.name.endsWith("resource-type"));
      all.add(new Option("--resource-type", List.of("model")));
    }
    return new DbtCommandLine("ls", all);
  }

  List<String> words() {
    List<String> words = new ArrayList<>();
    if (!command.isEmpty()) {
      words.add(command);
    }
    for (Option option : options) {
      words.add(option.name);
      words.addAll(option.values);
    }
    return words;
  }
}
