package dev.falflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import dev.falflow.dbt.DbtOption;
import dev.falflow.dbt.DbtOptions;
import dev.falflow.e2e.DbtEnvironments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Every option of dbt's, asked of each installed dbt, is known to fal in every spelling. */
class DbtOptionsTest {
  /** The options of four commands by their spellings: does it take a value, does it turn off. */
  private static final String OPTIONS_OF_DBT =
      """
      import json
      import click
      from dbt.cli.main import cli

      found = {}
      for name in ("run", "build", "parse", "ls"):
          command = found[name] = {}
          for option in cli.commands[name].params:
              if isinstance(option, click.Option):
                  kind = "flag" if option.is_flag else "many" if option.multiple else "one"
                  command.update({each: [option.opts, False, kind] for each in option.opts})
                  command.update({each: [option.opts, True, kind] for each in option.secondary_opts})
      print(json.dumps(found))
      """;

  private static final Map<String, JsonNode> ASKED = new ConcurrentHashMap<>();

  private static JsonNode optionsOf(String version) {
    Path python = DbtEnvironments.python(version);
    return ASKED.computeIfAbsent(
        version,
        asked -> {
          try {
            Process process =
                new ProcessBuilder(python.toString(), "-c", OPTIONS_OF_DBT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return Json.MAPPER.readTree(process.getInputStream());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static List<String> versions() {
    return DbtEnvironments.versions();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void theTableHasTheOptionsOfThisDbtAndNoOthers(String version) {
    JsonNode dbt = optionsOf(version);
    for (String command : List.of("run", "build")) {
      Map<String, Boolean> known = new TreeMap<>();
      for (DbtOption option : DbtOptions.all()) {
        if (option.isOf(command) && option.isKnownTo(version)) {
          option.spellings().forEach(spelling -> known.put(spelling, false));
          if (option.off() != null) {
            known.put(option.off(), true);
          }
        }
      }
      Map<String, Boolean> asked = new TreeMap<>();
      dbt.path(command)
          .properties()
          .forEach(each -> asked.put(each.getKey(), each.getValue().path(1).asBoolean()));
      assertThat(known).as("dbt %s, %s", version, command).isEqualTo(asked);
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void everySpellingIsHandedToDbtOrRefusedWithAReason(String version) {
    JsonNode dbt = optionsOf(version);
    for (String command : List.of("run", "build")) {
      for (Map.Entry<String, JsonNode> each : dbt.path(command).properties()) {
        String spelling = each.getKey();
        List<String> values =
            switch (each.getValue().path(2).asText()) {
              case "flag" -> List.of();
              case "one" -> List.of("value");
              default -> List.of("one", "two");
            };
        String refused = refusal(spelling);
        if (refused != null) {
          assertThatThrownBy(() -> given(command, spelling, values))
              .isInstanceOf(ParameterException.class)
              .hasMessageContaining(spelling.startsWith("--") ? spelling : "--")
              .hasMessageContaining(refused);
          continue;
        }
        List<String> line = given(command, spelling, values);
        assertThat(line.subList(1, line.size())).as(spelling).isEqualTo(values);
        JsonNode same = dbt.path(command).path(line.get(0));
        assertThat(same).as("%s is handed on as %s", spelling, line).isEqualTo(each.getValue());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void whatGoesToParseAndLsIsKnownThere(String version) {
    JsonNode dbt = optionsOf(version);
    assertThat(handedOn(version, option -> option.goesTo().parse()))
        .isSubsetOf(names(dbt.path("parse")));
    assertThat(handedOn(version, option -> option.goesTo().list()))
        .isSubsetOf(names(dbt.path("ls")));
  }

  private static List<String> names(JsonNode command) {
    List<String> names = new ArrayList<>();
    command.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<String> handedOn(String version, Predicate<DbtOption> wanted) {
    Set<String> names = new TreeSet<>();
    for (DbtOption option : DbtOptions.all()) {
      if (option.isKnownTo(version) && wanted.test(option)) {
        names.add(option.name());
        if (option.off() != null) {
          names.add(option.off());
        }
      }
    }
    return names;
  }

  private static @Nullable String refusal(String spelling) {
    return DbtOptions.named(spelling).map(DbtOption::refused).orElse(null);
  }

  /** What dbt is given when this is typed. */
  private static List<String> given(String command, String spelling, List<String> values) {
    List<String> typed = new ArrayList<>(List.of("flow", command, spelling));
    typed.addAll(values);
    CommandLine line = Main.commandLine();
    Object last =
        line.parseArgs(typed.toArray(String[]::new))
            .subcommand()
            .subcommand()
            .commandSpec()
            .userObject();
    return ((TypedDbtOptions.Taker) last)
        .dbtOptions()
        .over(List.of())
        .given()
        .values()
        .iterator()
        .next()
        .words();
  }
}
