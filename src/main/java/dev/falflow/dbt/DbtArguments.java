package dev.falflow.dbt;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * dbt's options as they were given, each once, and its environment variables, which stand in where
 * an option was not given. dbt reads its variables itself; they are here for what fal looks at too.
 *
 * @param given by the option's name
 */
public record DbtArguments(Map<String, DbtArgument> given, Map<String, String> environment) {
  private static final Set<String> PLACES = Set.of("--project-dir", "--profiles-dir");
  private static final Set<String> SELECTIONS = Set.of("--select", "--exclude");

  public DbtArguments {
    given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
  }

  /** The same with one more option that takes one word. */
  public DbtArguments with(String name, String value) {
    DbtOption option = DbtOptions.named(name).orElseThrow();
    Map<String, DbtArgument> more = new LinkedHashMap<>(given);
    more.put(name, new DbtArgument(option, List.of(name, value)));
    return new DbtArguments(more, environment);
  }

  /** What follows an option that takes one word; null when it was given nowhere. */
  public @Nullable String value(String name) {
    DbtArgument argument = given.get(name);
    return argument == null ? variable(name) : argument.values().get(0);
  }

  /** What follows an option that takes several words; variables don't count. */
  public List<String> values(String name) {
    DbtArgument argument = given.get(name);
    return argument == null ? List.of() : argument.values();
  }

  /** Whether a flag is on; {@code otherwise} when it was given nowhere. */
  public boolean isOn(String name, boolean otherwise) {
    DbtArgument argument = given.get(name);
    if (argument != null) {
      return argument.words().get(0).equals(name);
    }
    String variable = variable(name);
    return variable == null ? otherwise : DbtOption.isTrue(variable);
  }

  /** Folder of {@code dbt_project.yml}: as given, else the current one. */
  public Path projectDir() {
    String folder = value("--project-dir");
    return Path.of(folder == null ? "" : folder).toAbsolutePath().normalize();
  }

  /**
   * The options as dbt takes them, but for the two that say where project and profiles are: fal
   * finds these and names them itself, so that dbt looks in the same place.
   *
   * @param selection makes dbt's words of those of {@code --select} and {@code --exclude}
   */
  public List<String> words(Predicate<DbtOption> wanted, UnaryOperator<List<String>> selection) {
    List<String> line = new ArrayList<>();
    for (DbtArgument argument : given.values()) {
      String name = argument.option().name();
      if (wanted.test(argument.option()) && !PLACES.contains(name)) {
        line.add(argument.words().get(0));
        List<String> values = argument.values();
        line.addAll(SELECTIONS.contains(name) ? selection.apply(values) : values);
      }
    }
    return line;
  }

  private @Nullable String variable(String name) {
    return DbtOptions.named(name).orElseThrow().variable(environment);
  }

  /**
   * Says what this dbt would say, before anything is changed.
   *
   * @throws FalException {@code unknown-dbt-option}
   */
  public void throwIfUnknownTo(String dbtVersion) {
    List<Problem> problems = new ArrayList<>();
    for (DbtArgument argument : given.values()) {
      DbtOption option = argument.option();
      if (!option.isKnownTo(dbtVersion)) {
        String name = argument.words().get(0);
        problems.add(
            Problem.of(
                    "unknown-dbt-option",
                    "No such option: " + name + " in dbt-core " + dbtVersion + ".")
                .withHint(
                    option.since() == null
                        ? "dbt-core " + option.until() + " was the last that has it."
                        : "dbt-core " + option.since() + " is the first that has it."));
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }
}
