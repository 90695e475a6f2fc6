package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same projects by plain dbt, with SQL in the place of Python: exit codes, statuses, tables and
 * artifacts are the same but for the fields listed here.
 */
class SameAsDbtTest {
  /** Of another run or folder, whoever makes it. */
  private static final Set<String> OF_EVERY_RUN =
      Set.of("created_at", "root_path", "timing", "execution_time", "thread_id", "completed_at");

  /**
   * What a Python model is not: it has a generated file of other content, is ephemeral on disk, and
   * its result says what Python did.
   */
  private static final Set<String> OF_PYTHON_MODELS =
      Set.of(
          "manifest python checksum",
          "manifest python raw_code",
          "manifest python compiled_code",
          "manifest python config materialized",
          "manifest python unrendered_config materialized",
          "run_results python message",
          "run_results python compiled_code",
          "run_results python adapter_response _message",
          "run_results python adapter_response code",
          "run_results python adapter_response rows_affected");

  @TempDir private Path scratch = Path.of("");

  private static void assertOnlyKnown(SqlTwin.Outcome outcome, String... known) {
    Set<String> differences = new TreeSet<>(outcome.differences());
    differences.removeIf(each -> OF_EVERY_RUN.contains(each.substring(each.lastIndexOf(' ') + 1)));
    differences.removeAll(OF_PYTHON_MODELS);
    assertThat(differences).containsExactlyInAnyOrder(known);
  }

  @Test
  void aChain() throws IOException {
    SqlTwin chain =
        new SqlTwin(
            "chain",
            scratch,
            Map.of(
                "m1.py", "select *, id + 1 as a from {{ ref('m0') }}",
                "m3.py", "select *, b / 2 as c from {{ ref('m2') }}"));
    assertOnlyKnown(chain.run("run"));
    assertOnlyKnown(chain.run("run", "--select", "m1+", "--exclude", "m4"));
    assertOnlyKnown(chain.run("build", "--select", "nothing_of_that_name"));
  }

  @Test
  void seedsTestsAndAFailingTest() throws IOException {
    SqlTwin built =
        new SqlTwin(
            "built",
            scratch,
            Map.of(
                "from_seed.py",
                    "select *, length(name)::bigint as length from {{ ref('countries') }}",
                "good.py",
                    "select distinct on (code) * from {{ ref('countries') }} order by code, name",
                "after_failing_test.py", "select * from {{ ref('from_seed') }}"));
    SqlTwin.Outcome outcome = built.run("build");
    assertThat(outcome.fal().exitCode()).isEqualTo(1);
    assertOnlyKnown(outcome);
    assertOnlyKnown(built.run("run"));
  }

  @Test
  void aFailingModelItsSkippedChildrenAndFailFast() throws IOException {
    SqlTwin broken =
        new SqlTwin(
            "broken",
            scratch,
            Map.of(
                "raises.py", "select error('boom') from {{ ref('orders') }}",
                "fine.py", "select * from {{ ref('orders') }}",
                "after_after_raises.py", "select * from {{ ref('after_raises') }}"));
    // Where dbt put the SQL that failed in the database; ours failed before there was any.
    String notWritten = "manifest python build_path";
    assertOnlyKnown(broken.run("build"), notWritten);
    assertOnlyKnown(broken.run("run"), notWritten);
    assertOnlyKnown(
        broken.run("run", "--fail-fast", "--threads", "1", "-s", "raises+"), notWritten);
  }

  @Test
  void stateAndDefer() throws IOException {
    SqlTwin state =
        new SqlTwin(
            "state",
            scratch,
            Map.of(
                "score.py", "select *, (id * 10)::bigint as score from {{ ref('orders') }}",
                "explored.ipynb", "select * from {{ ref('orders') }}",
                "marts/also_after_score.py", "select * from {{ ref('score') }}"));
    assertOnlyKnown(state.run("run", "--target", "prod"));
    for (SampleProject project : new SampleProject[] {state.ours, state.twin}) {
      project.write("prod/manifest.json", project.read("target/manifest.json"));
    }
    state.ours.write("prod/fal_manifest.json", state.ours.read("target/fal_manifest.json"));
    assertOnlyKnown(state.run("run", "-s", "after_score", "--defer", "--state", "prod"));
    assertOnlyKnown(state.run("run", "-s", "state:modified", "--state", "prod"));
    state.ours.write("models/score.py", state.ours.read("models/score.py") + "# changed\n");
    state.twin.write(
        "models/fal/score.sql", state.twin.read("models/fal/score.sql") + "-- changed\n");
    assertOnlyKnown(state.run("build", "-s", "state:modified+", "--defer", "--state", "prod"));
  }

  @Test
  void hooksVersionsGroupsAndExposures() throws IOException {
    SqlTwin around =
        new SqlTwin(
            "around",
            scratch,
            Map.of(
                "scored.py", "select *, (id * 10)::bigint as score from {{ ref('orders') }}",
                "priced_v1.py", "select *, 1.0::double as price from {{ ref('orders') }}",
                "priced_v2.py", "select *, 'EUR' as currency from {{ ref('priced', v=1) }}"));
    // They hold the invocation_id.
    assertOnlyKnown(
        around.run("build"),
        "manifest operation compiled_code",
        "run_results operation compiled_code");
  }
}
