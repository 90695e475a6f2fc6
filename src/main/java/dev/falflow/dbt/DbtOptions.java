package dev.falflow.dbt;

import static dev.falflow.dbt.DbtOption.GoesTo.ALL;
import static dev.falflow.dbt.DbtOption.GoesTo.LIST_AND_RUN;
import static dev.falflow.dbt.DbtOption.GoesTo.PARSE_AND_RUN;
import static dev.falflow.dbt.DbtOption.GoesTo.RUN;

import dev.falflow.dbt.DbtOption.Values;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every option of {@code dbt run} and {@code dbt build} in dbt-core 1.8 to 1.11: the one place that
 * says which of them there are and where they go. The command line and {@code
 * docs/compatibility.md} are made from it; a test compares it with each installed dbt.
 */
public final class DbtOptions {
  private static final String LAST_COUNTS =
      "given twice, the last one counts, as in the old fal; dbt takes both. The path of a Python"
          + " source means its model.";

  private static final List<DbtOption> OPTIONS =
      Stream.of(
              // What is run.
              many(
                      "--select -s --models --model -m",
                      "NODE",
                      "Nodes to run, in dbt's selection syntax")
                  .of(LIST_AND_RUN)
                  .differs(LAST_COUNTS),
              many("--exclude", "NODE", "Nodes to leave out").of(LIST_AND_RUN).differs(LAST_COUNTS),
              one("--selector", "NAME", "A selector of selectors.yml").of(LIST_AND_RUN),
              one(
                      "--indirect-selection",
                      "MODE",
                      "Which tests go with selected nodes: eager, cautious, buildable, empty")
                  .of(LIST_AND_RUN),
              united("--resource-type --resource-types", "TYPE", "Run only these types of nodes")
                  .of(LIST_AND_RUN)
                  .onlyOfBuild(),
              united(
                      "--exclude-resource-type --exclude-resource-types",
                      "TYPE",
                      "Leave these types of nodes out")
                  .of(LIST_AND_RUN)
                  .onlyOfBuild(),
              one("--state", "DIR", "Artifacts to compare with").of(LIST_AND_RUN),
              flag("--defer", "--no-defer", "Read what was not selected from the state")
                  .of(LIST_AND_RUN),
              one("--defer-state", "DIR", "Artifacts to defer to, where not --state")
                  .of(LIST_AND_RUN),
              flag(
                      "--favor-state",
                      "--no-favor-state",
                      "Defer even where the target has the relation")
                  .of(LIST_AND_RUN),

              // Which project, profile and target.
              one("--project-dir", "DIR", "Folder of dbt_project.yml").of(ALL),
              one("--profiles-dir", "DIR", "Folder of profiles.yml").of(ALL),
              one("--profile", "NAME", "Profile to use").of(ALL),
              one("--target -t", "NAME", "Output of the profile").of(ALL),
              one("--vars", "YAML", "Variables of the project, as a YAML map").of(ALL),
              one("--target-path", "DIR", "Where artifacts go").of(ALL),

              // How it is run.
              one("--threads", "N", "dbt's number of threads").of(PARSE_AND_RUN),
              flag("--single-threaded", "--no-single-threaded", "One node at a time, on one thread")
                  .of(RUN),
              flag("--full-refresh -f", null, "Build incremental models anew").of(RUN),
              flag("--fail-fast -x", "--no-fail-fast", "Stop at the first failure").of(RUN),
              flag("--empty", "--no-empty", "Read no rows of any ref or source").of(RUN),
              one("--sample", "WINDOW", "Read a span of time only: '3 days', or start and end")
                  .of(RUN)
                  .since("1.10"),
              one("--event-time-start", "TIME", "Microbatch models from this time on")
                  .of(RUN)
                  .since("1.9"),
              one("--event-time-end", "TIME", "Microbatch models up to this time")
                  .of(RUN)
                  .since("1.9"),
              flag("--store-failures", null, "Keep the rows that fail a test in a table")
                  .of(RUN)
                  .onlyOfBuild(),
              flag("--show", null, "Show a sample of seeds, where dbt does").of(RUN).onlyOfBuild(),
              flag("--export-saved-queries", "--no-export-saved-queries", "Export saved queries")
                  .of(RUN)
                  .onlyOfBuild(),
              flag("--include-saved-query", "--no-include-saved-query", "Saved queries too")
                  .of(RUN)
                  .onlyOfBuild(),
              flag("--populate-cache", "--no-populate-cache", "Look up existing relations first")
                  .of(RUN),
              flag(
                      "--cache-selected-only",
                      "--no-cache-selected-only",
                      "Look up the schemas of selected nodes only")
                  .of(RUN),

              // How it is told.
              flag("--debug -d", "--no-debug", "Print dbt's and fal's debug messages too")
                  .of(ALL)
                  .differs("each line has its level and thread, as with `--log-format debug`."),
              flag("--quiet -q", "--no-quiet", "Print errors only").of(ALL),
              flag("--print", "--no-print", "Print what macros print()").of(ALL),
              one("--log-format", "FORMAT", "text, debug (with level and thread), json or default")
                  .of(ALL),
              one("--log-level", "LEVEL", "debug, info, warn, error or none").of(ALL),
              flag("--use-colors", "--no-use-colors", "Colours")
                  .of(ALL)
                  .differs(
                      "without it there are colours on a terminal only; dbt has them in pipes too."),
              one("--printer-width", "N", "Width of dbt's lines").of(ALL),
              flag(
                      "--log-cache-events",
                      "--no-log-cache-events",
                      "Debug messages of dbt's cache too")
                  .of(ALL),
              flag(
                      "--show-all-deprecations",
                      "--no-show-all-deprecations",
                      "Each deprecation, not the first of a kind only")
                  .of(ALL)
                  .since("1.10"),
              one("--log-path", "DIR", "Where dbt's log goes").of(ALL),
              one("--log-format-file", "FORMAT", "--log-format of dbt's log").of(ALL),
              one("--log-level-file", "LEVEL", "--log-level of dbt's log").of(ALL),
              flag("--use-colors-file", "--no-use-colors-file", "Colours in dbt's log").of(ALL),
              one("--log-file-max-bytes", "N", "Size at which dbt's log is rotated").of(ALL),

              // dbt's inside.
              flag("--warn-error", null, "Warnings of dbt's are errors").of(ALL),
              one("--warn-error-options", "YAML", "Which of dbt's warnings are errors").of(ALL),
              flag("--write-json", "--no-write-json", "Write artifacts").of(ALL),
              flag("--version-check", "--no-version-check", "Check require-dbt-version").of(ALL),
              flag("--partial-parse", "--no-partial-parse", "Parse what has changed only").of(ALL),
              flag("--partial-parse-file-diff", "--no-partial-parse-file-diff", "").of(ALL),
              one("--partial-parse-file-path", "FILE", "").of(ALL),
              flag("--static-parser", "--no-static-parser", "dbt's static parser").of(ALL),
              flag("--use-experimental-parser", "--no-use-experimental-parser", "").of(ALL),
              flag("--use-fast-test-edges", "--no-use-fast-test-edges", "").of(ALL).since("1.10"),
              flag("--macro-debugging", "--no-macro-debugging", "").of(ALL),
              one("--sqlparse", "YAML", "Limits of sqlparse").of(RUN).since("1.11"),
              one("--record-timing-info -r", "FILE", "Write a profile of dbt's run, for snakeviz")
                  .of(RUN)
                  .differs("dbt's parse is not in the profile: fal has it done before."),
              flag(
                      "--send-anonymous-usage-stats",
                      "--no-send-anonymous-usage-stats",
                      "Statistics for dbt Labs")
                  .of(ALL),
              flag(
                      "--upload-to-artifacts-ingest-api",
                      "--no-upload-to-artifacts-ingest-api",
                      "Upload artifacts to dbt Cloud")
                  .of(RUN)
                  .since("1.10"),

              // What dbt keeps for old scripts and hides.
              one("--deprecated-defer", "BOOLEAN", "").of(LIST_AND_RUN),
              one("--deprecated-state", "DIR", "").of(LIST_AND_RUN),
              one("--deprecated-favor-state", "FLAG", "").of(LIST_AND_RUN),
              flag("--deprecated-print", "--deprecated-no-print", "").of(RUN),
              flag("--enable-legacy-logger", "--no-enable-legacy-logger", "")
                  .of(RUN)
                  .until("1.8")
                  .differs("fal prints the lines, so they stay as they are."),
              flag("--version -V -v", null, "")
                  .of(RUN)
                  .refused("`fal --version` prints fal's version, `fal debug` dbt's too."))
          .map(DbtOption.Builder::build)
          .toList();

  private DbtOptions() {}

  public static List<DbtOption> all() {
    return OPTIONS;
  }

  /** The option of this spelling, without {@code --no-}. */
  public static Optional<DbtOption> named(String spelling) {
    return OPTIONS.stream().filter(option -> option.spellings().contains(spelling)).findFirst();
  }

  private static DbtOption.Builder flag(
      String spellings, @Nullable String off, String description) {
    return new DbtOption.Builder(spellings, off, Values.FLAG, "", description);
  }

  private static DbtOption.Builder one(String spellings, String label, String description) {
    return new DbtOption.Builder(spellings, null, Values.ONE, label, description);
  }

  private static DbtOption.Builder many(String spellings, String label, String description) {
    return new DbtOption.Builder(spellings, null, Values.MANY, label, description);
  }

  private static DbtOption.Builder united(String spellings, String label, String description) {
    return new DbtOption.Builder(spellings, null, Values.UNITED, label, description);
  }
}
