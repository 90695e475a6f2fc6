package dev.falflow.cli;

import dev.falflow.dbt.DbtArgument;
import dev.falflow.dbt.DbtArguments;
import dev.falflow.dbt.DbtOption;
import dev.falflow.dbt.DbtOption.Values;
import dev.falflow.dbt.DbtOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * dbt's options of one command of fal's, made from {@link DbtOptions}, and what was typed. As with
 * dbt, the last one given counts.
 */
final class TypedDbtOptions {
  private static final List<String> EVERY_LEVEL =
      List.of("--project-dir", "--profiles-dir", "--debug", "--defer");

  private final List<DbtOption> options;
  private final Map<String, DbtArgument> given = new LinkedHashMap<>();

  private TypedDbtOptions(List<DbtOption> options) {
    this.options = options;
  }

  /** All that dbt's command, {@code run} or {@code build}, has. */
  static TypedDbtOptions of(String command) {
    return new TypedDbtOptions(
        DbtOptions.all().stream().filter(option -> option.isOf(command)).toList());
  }

  /** Those that are accepted at every level: {@code fal}, {@code flow}, {@code flow run}. */
  static TypedDbtOptions ofEveryLevel(String... more) {
    List<String> names = new ArrayList<>(EVERY_LEVEL);
    names.addAll(List.of(more));
    return new TypedDbtOptions(
        names.stream().map(name -> DbtOptions.named(name).orElseThrow()).toList());
  }

  /** A command that takes options of dbt's. */
  interface Taker {
    TypedDbtOptions dbtOptions();
  }

  /** Gives every command below this one the options it takes. */
  static void addTo(CommandLine commandLine) {
    Object command = commandLine.getCommand();
    if (command instanceof Taker taker) {
      taker.dbtOptions().addTo(commandLine.getCommandSpec());
    }
    commandLine.getSubcommands().values().forEach(TypedDbtOptions::addTo);
  }

  private void addTo(CommandSpec spec) {
    for (DbtOption option : options) {
      spec.addOption(parsed(option, option.name(), option.spellings(), option.description()));
      String off = option.off();
      if (off != null) {
        spec.addOption(parsed(option, off, List.of(off), ""));
      }
    }
  }

  private OptionSpec parsed(
      DbtOption option, String name, List<String> spellings, String description) {
    OptionSpec.Builder builder =
        OptionSpec.builder(spellings.toArray(String[]::new))
            .hidden(description.isEmpty())
            .description(
                option.off() == null ? description : description + " (" + option.off() + ": not).");
    return switch (option.values()) {
      case FLAG ->
          builder
              .arity("0")
              .type(boolean.class)
              .parameterConsumer((words, typed, spec) -> give(option, name, List.of(), spec))
              .build();
      case ONE ->
          builder
              .arity("1")
              .type(String.class)
              .paramLabel(option.label())
              .parameterConsumer(
                  (words, typed, spec) ->
                      give(option, name, List.of(next(words, typed, spec)), spec))
              .build();
      case MANY, UNITED ->
          builder
              .arity("1..*")
              .type(List.class)
              .auxiliaryTypes(String.class)
              .paramLabel(option.label())
              .parameterConsumer(
                  (words, typed, spec) -> give(option, name, all(words, typed, spec), spec))
              .build();
    };
  }

  private void give(DbtOption option, String name, List<String> values, CommandSpec spec) {
    String refused = option.refused();
    if (refused != null) {
      throw new ParameterException(
          spec.commandLine(), "Option " + name + " of dbt's is not taken by fal: " + refused);
    }
    DbtArgument before = given.remove(option.name());
    List<String> words = new ArrayList<>(List.of(name));
    if (before != null && option.values() == Values.UNITED) {
      words.addAll(before.values());
    }
    words.addAll(values);
    given.put(option.name(), new DbtArgument(option, words));
  }

  private static String next(Stack<String> words, ArgSpec option, CommandSpec spec) {
    if (words.isEmpty() || spec.optionsMap().containsKey(words.peek())) {
      throw new MissingParameterException(
          spec.commandLine(), option, "Missing required parameter for option " + option);
    }
    return words.pop();
  }

  /** The words up to the next option, at least one. */
  private static List<String> all(Stack<String> words, ArgSpec option, CommandSpec spec) {
    List<String> values = new ArrayList<>(List.of(next(words, option, spec)));
    while (!words.isEmpty() && !words.peek().startsWith("-")) {
      values.add(words.pop());
    }
    return values;
  }

  /** These; where one was not typed here, as it was typed at an outer level. */
  DbtArguments over(List<TypedDbtOptions> outer) {
    Map<String, DbtArgument> merged = new LinkedHashMap<>();
    outer.forEach(level -> merged.putAll(level.given));
    merged.putAll(given);
    return new DbtArguments(merged, System.getenv());
  }
}
