package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** dbt's own commands on a project, without fal: what came of each. */
final class PlainDbt {
  /** The commands one after the other; prints their outcomes. */
  private static final String SCRIPT =
      """
      import contextlib, json, os, sys
      from dbt.cli.main import dbtRunner

      outcomes = {}
      with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
          for command in sys.argv[1:]:
              done = dbtRunner().invoke([*command.split(), "--quiet"])
              results = getattr(done.result, "results", done.result)
              outcomes[command] = {
                  "success": done.success,
                  "exception": str(done.exception) if done.exception else None,
                  "results": [
                      each if isinstance(each, str) else f"{each.node.unique_id}: {each.status}"
                      for each in (results if isinstance(results, list) else [])
                  ],
              }
      print(json.dumps(outcomes))
      """;

  private final JsonNode outcomes;

  private PlainDbt(JsonNode outcomes) {
    this.outcomes = outcomes;
  }

  static PlainDbt run(SampleProject project, String... commands) throws IOException {
    return new PlainDbt(TestPython.run(project.root(), SCRIPT, commands));
  }

  /** What a command that went well said: a line {@code unique_id: status}, or a name, for each. */
  List<String> succeeded(String command) {
    JsonNode outcome = outcomes.path(command);
    assertThat(outcome.path("success").asBoolean())
        .as(() -> command + ": " + outcome.toPrettyString())
        .isTrue();
    List<String> results = new ArrayList<>();
    outcome.path("results").forEach(result -> results.add(result.asText()));
    return results;
  }
}
