package dev.falflow.cli;

import dev.falflow.dbt.DbtEngine;
import dev.falflow.project.Project;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code flow run} and {@code flow build}; most are dbt's own and go on to it. */
final class FlowOptions {
  @Mixin final CommonOptions common = new CommonOptions();

  @Option(
      names = {"-s", "--select", "-m", "--models"},
      arity = "1..*",
      paramLabel = "NODE",
      description = "Nodes to run, in dbt's selection syntax; the last one given counts.")
  void setSelect(List<String> words) {
    select = lastGiven(select, words);
  }

  @Option(
      names = "--exclude",
      arity = "1..*",
      paramLabel = "NODE",
      description = "Nodes to leave out.")
  void setExclude(List<String> words) {
    exclude = lastGiven(exclude, words);
  }

  private @Nullable List<String> select;
  private @Nullable List<String> exclude;

  @Option(names = "--selector", paramLabel = "NAME", description = "A selector of selectors.yml.")
  @Nullable String selector;

  @Option(names = "--threads", paramLabel = "N", description = "dbt's number of threads.")
  @Nullable Integer threads;

  @Option(
      names = {"-t", "--target"},
      paramLabel = "NAME",
      description = "Output of the profile.")
  @Nullable String target;

  @Option(names = "--profile", paramLabel = "NAME", description = "Profile to use.")
  @Nullable String profile;

  @Option(
      names = "--vars",
      paramLabel = "YAML",
      description = "Variables of the project, as a YAML map.")
  @Nullable String vars;

  @Option(names = "--state", paramLabel = "DIR", description = "Artifacts to compare with.")
  @Nullable String state;

  @Option(
      names = {"-f", "--full-refresh"},
      description = "Build incremental models anew.")
  boolean fullRefresh;

  @Option(
      names = {"-x", "--fail-fast"},
      description = "Stop at the first failure.")
  boolean failFast;

  @Option(names = "--target-path", paramLabel = "DIR", description = "Where artifacts go.")
  @Nullable String targetPath;

  @Option(names = "--log-path", paramLabel = "DIR", description = "Where dbt's log goes.")
  @Nullable String logPath;

  @Option(
      names = "--experimental-models",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Run Python models (on by default; --no-experimental-models turns them off).")
  boolean pythonModels;

  @Option(names = "--experimental-flow", description = "Accepted; it has been the default.")
  boolean experimentalFlow;

  @Option(
      names = "--experimental-threads",
      paramLabel = "N",
      description = "Accepted; the same as --threads.")
  @Nullable Integer experimentalThreads;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description =
          "Python with dbt in it: an interpreter, a virtual environment, or 'managed' (default: the"
              + " active environment, the dbt on PATH, one made by fal).")
  @Nullable String python;

  @Option(
      names = "--dbt-engine",
      paramLabel = "ENGINE",
      description =
          "resident: dbt's Python API, one invocation; process: the dbt executable, several"
              + " (default: process where dbt has no such API).")
  @Nullable Engine engine;

  /** How dbt is driven; spelled as on the command line. */
  enum Engine {
    resident(DbtEngine.Kind.RESIDENT),
    process(DbtEngine.Kind.PROCESS);

    final DbtEngine.Kind kind;

    Engine(DbtEngine.Kind kind) {
      this.kind = kind;
    }
  }

  @Option(names = "--dry-run", description = "Print what would be run; change nothing.")
  boolean dryRun;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json: dbt's events and fal's, one JSON object a line.")
  LogFormat logFormat = LogFormat.text;

  /** How the run is told; spelled as on the command line. */
  enum LogFormat {
    text,
    json
  }

  @Option(
      names = {"-q", "--quiet"},
      description = "Print errors only.")
  boolean quiet;

  /** Both words of an occurrence and occurrences end up here: picocli calls once per parse. */
  private static List<String> lastGiven(@Nullable List<String> before, List<String> words) {
    return new ArrayList<>(words.subList(before == null ? 0 : before.size(), words.size()));
  }

  List<String> parseOptions(CommonOptions merged) {
    List<String> arguments = new ArrayList<>();
    flag(arguments, "--debug", merged.debug);
    add(arguments, "--target", target);
    add(arguments, "--profile", profile);
    add(arguments, "--vars", vars);
    Integer number = experimentalThreads == null ? threads : experimentalThreads;
    add(arguments, "--threads", number == null ? null : number.toString());
    add(arguments, "--target-path", targetPath);
    add(arguments, "--log-path", logPath);
    return arguments;
  }

  List<String> select() {
    return select == null ? List.of() : select;
  }

  List<String> exclude() {
    return exclude == null ? List.of() : exclude;
  }

  List<String> selectionOptions(CommonOptions merged) {
    List<String> arguments = new ArrayList<>();
    add(arguments, "--selector", selector);
    add(arguments, "--state", state);
    flag(arguments, "--defer", merged.defer);
    return arguments;
  }

  List<String> runOptions() {
    List<String> arguments = new ArrayList<>();
    flag(arguments, "--full-refresh", fullRefresh);
    flag(arguments, "--fail-fast", failFast);
    return arguments;
  }

  Map<String, @Nullable Object> parsedVars() {
    return vars == null ? Map.of() : Project.commandLineVars(vars);
  }

  private static void add(List<String> arguments, String option, @Nullable String value) {
    if (value != null) {
      arguments.addAll(List.of(option, value));
    }
  }

  private static void flag(List<String> arguments, String option, boolean on) {
    if (on) {
      arguments.add(option);
    }
  }
}
