package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holding, and what options do, on every supported dbt-core; those that are missing are skipped.
 */
@Tag("versions")
class DbtVersionsTest {
  private static final String READ = "select count(*) from doubled";

  private static List<String> versions() {
    return DbtEnvironments.versions();
  }

  /** Since 1.10. */
  private static boolean hasSample(String version) {
    return List.of("1.10", "1.11").contains(version);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void theQuickstartBuilds(String version, @TempDir Path scratch) throws IOException {
    String python = DbtEnvironments.python(version).toString();
    SampleProject project = SampleProject.example("quickstart", scratch);

    CommandResult build = project.fal().run("flow", "build", "--python", python);

    assertThat(build.exitCode()).as(build::toString).isZero();
    assertThat(build.stdout()).contains("Running with dbt=" + version + ".", "PASS=25 ");
  }

  @ParameterizedTest
  @MethodSource("versions")
  void aFailedModelFailsTheBuildAndItsChildrenAreSkipped(String version, @TempDir Path scratch)
      throws IOException {
    String python = DbtEnvironments.python(version).toString();
    SampleProject project = SampleProject.copyOf("holding", scratch);

    CommandResult build = project.fal().run("flow", "build", "--python", python);

    assertThat(build.exitCode()).as(build::toString).isEqualTo(1);
    Map<String, String> statuses = new TreeMap<>();
    project
        .statuses()
        .forEach((id, status) -> statuses.put(id.replaceFirst("^(test.*)\\..*", "$1"), status));
    assertThat(statuses)
        .isEqualTo(
            Map.of(
                "model.shop.orders", "success",
                "model.shop.doubled", "success",
                "model.shop.after_doubled", "success",
                "test.shop.not_null_doubled_twice", "pass",
                "test.shop.unique_doubled_twice", "pass",
                "model.shop.fails", "error",
                "model.shop.after_fails", "skipped",
                "model.shop.python_after_fails", "skipped"));
    assertThat(project.rows("select n from after_doubled")).containsExactly("2");
  }

  @ParameterizedTest
  @MethodSource("versions")
  void optionsThatAreOnReachDbtAndEmptyReadsNoRows(String version, @TempDir Path scratch)
      throws IOException {
    String python = DbtEnvironments.python(version).toString();
    SampleProject project = SampleProject.copyOf("holding", scratch);
    Path elsewhere = scratch.resolve("elsewhere");

    CommandResult run =
        run(
            project,
            python,
            "--model tag:good --exclude fails --indirect-selection cautious --threads 3 --empty"
                + " -f -x --populate-cache --cache-selected-only --debug --print"
                + " --log-format text --log-level warn --no-use-colors --printer-width 100"
                + " --log-cache-events --log-format-file json --log-level-file info"
                + " --use-colors-file --log-file-max-bytes 9999999 --write-json --version-check"
                + " --no-partial-parse --no-static-parser"
                + " --macro-debugging --favor-state --log-path logs/here --target-path "
                + elsewhere.resolve("target")
                + " --record-timing-info "
                + elsewhere.resolve("profile")
                + " --vars {of:test} --warn-error-options {silence:[NoNodesForSelectionCriteria]}");

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(elsewhere.resolve("profile")).isNotEmptyFile();
    assertThat(project.has("logs/here/dbt.log")).isTrue();
    assertThat(project.has("target")).isFalse();
    assertThat(elsewhere.resolve("target/fal_results.json")).exists();
    JsonNode args = args(elsewhere.resolve("target"));
    Map<String, String> expected =
        flags(
            "true",
            "empty",
            "populate_cache",
            "cache_selected_only",
            "print",
            "use_colors_file",
            "write_json",
            "version_check",
            "macro_debugging",
            "favor_state");
    expected.putAll(flags("false", "use_colors", "partial_parse", "static_parser"));
    expected.put("select", "[\"tag:good\"]");
    expected.put("exclude", "[\"fails\"]");
    expected.put("indirect_selection", "\"cautious\"");
    expected.put("log_format", "\"text\"");
    expected.put("log_level", "\"warn\"");
    expected.put("printer_width", "100");
    expected.put("log_format_file", "\"json\"");
    expected.put("log_level_file", "\"info\"");
    expected.put("log_file_max_bytes", "9999999");
    expected.put("vars", "{\"of\":\"test\"}");
    assertThat(of(args, expected)).isEqualTo(expected);
    assertThat(args.path("invocation_command").asText())
        .contains("--threads 3", "--full-refresh", "--fail-fast", "{silence:");
    assertThat(project.rows(READ)).containsExactly("0");
    assertThat(project.rows("select column_name from (describe doubled)"))
        .containsExactly("id", "ordered_at", "twice");
    assertThat(project.rows("select n from after_doubled")).containsExactly("0");
  }

  @ParameterizedTest
  @MethodSource("versions")
  void optionsThatAreOffReachDbtAndASampleIsASampleForPython(String version, @TempDir Path scratch)
      throws IOException {
    String python = DbtEnvironments.python(version).toString();
    SampleProject project = SampleProject.copyOf("holding", scratch);
    String sample = hasSample(version) ? " --sample {start:'2024-03-08',end:'2024-03-10'}" : "";

    CommandResult run =
        run(
            project,
            python,
            "-s doubled+ orders --empty --no-empty --no-single-threaded --no-fail-fast"
                + " --no-populate-cache --no-cache-selected-only --debug --no-debug -q --no-quiet"
                + " --no-print --no-log-cache-events --no-use-colors-file --no-defer"
                + " --no-favor-state --no-macro-debugging --no-version-check --partial-parse"
                + " --no-use-experimental-parser --no-send-anonymous-usage-stats"
                + sample);

    assertThat(run.exitCode()).as(run::toString).isZero();
    JsonNode args = args(project.root().resolve("target"));
    Map<String, String> expected =
        flags(
            "false",
            "empty",
            "populate_cache",
            "cache_selected_only",
            "quiet",
            "print",
            "defer",
            "use_colors_file",
            "macro_debugging",
            "version_check",
            "favor_state",
            "send_anonymous_usage_stats");
    expected.put("partial_parse", "true");
    assertThat(of(args, expected)).isEqualTo(expected);
    assertThat(project.rows(READ)).containsExactly(hasSample(version) ? "1" : "2");
  }

  @Test
  void anOptionOfANewerDbtIsRefusedBeforeAnythingIsDone(@TempDir Path scratch) throws IOException {
    String python = DbtEnvironments.python("1.8").toString();
    SampleProject project = SampleProject.copyOf("holding", scratch);

    CommandResult run = project.fal().run("flow", "run", "--python", python, "--sample", "3 days");

    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output())
        .contains("No such option: --sample in dbt-core 1.8.", "dbt-core 1.10 is the first");
    assertThat(project.has("models/fal")).isFalse();
  }

  /** Options with blanks between them; in YAML there stands a blank behind a colon. */
  private static CommandResult run(SampleProject project, String python, String options)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("flow", "run", "--python", python));
    for (String word : options.split(" ", -1)) {
      words.add(word.startsWith("{") ? word.replace(":", ": ").replace(",", ", ") : word);
    }
    return project.fal().run(words.toArray(String[]::new));
  }

  private static JsonNode args(Path target) throws IOException {
    return SampleProject.json(target.resolve("run_results.json")).path("args");
  }

  private static Map<String, String> flags(String value, String... names) {
    Map<String, String> flags = new TreeMap<>();
    for (String name : names) {
      flags.put(name, value);
    }
    return flags;
  }

  private static Map<String, String> of(JsonNode args, Map<String, String> names) {
    Map<String, String> found = new TreeMap<>();
    names.keySet().forEach(name -> found.put(name, args.path(name).toString()));
    return found;
  }
}
