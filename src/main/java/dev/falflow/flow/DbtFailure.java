package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.ProfilesFile;
import dev.falflow.project.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * dbt's own words for why it could not run, with what it does not say: where to look, what to do.
 */
final class DbtFailure {
  /** What dbt says of an option's value, without saying which option's. */
  private static final Pattern WRONG_VALUE =
      Pattern.compile("^'(.*)' is not (?:a valid |one of )", Pattern.DOTALL);

  private DbtFailure() {}

  static Problem explained(String code, String failure, FlowRequest request) {
    if (failure.contains("Could not set lock on file")) {
      return Problem.of("database-locked", failure)
          .withHint(
              "Another program has the DuckDB file open; its PID is above. Close it, or wait for it"
                  + " to end, then run again.");
    }
    if (failure.contains("Could not find profile named")) {
      return Problem.of("profile-not-found", failure).withHint(where(request.profilesFile()));
    }
    if (failure.contains("does not have a target named")) {
      return Problem.of("profile-not-found", failure)
          .withHint("Take one of them, or add it in " + request.profilesFile() + ".");
    }
    if (failure.contains("Env var required but not provided")) {
      return Problem.of(code, failure).withHint(Project.ENV_VAR_HINT);
    }
    if (failure.contains("no comparison manifest")) {
      return Problem.of(code, failure)
          .withHint("Name the folder that holds the manifest.json to compare with: --state DIR.");
    }
    if (failure.contains("'ephemeral' materialization has an invalid value")) {
      return Problem.of(code, failure)
          .withHint(
              "The SQL generated for a Python model is ephemeral, so that plain dbt works with it;"
                  + " dbt allows ephemeral models the access private or protected.");
    }
    Problem problem = Problem.of(code, failure);
    Matcher wrong = WRONG_VALUE.matcher(failure);
    return wrong.lookingAt() ? named(problem, wrong.group(1), request) : problem;
  }

  private static Problem named(Problem problem, String value, FlowRequest request) {
    return request.arguments().given().values().stream()
        .filter(argument -> argument.values().contains(value))
        .findFirst()
        .map(argument -> problem.withHint("It was given to " + argument.words().get(0) + "."))
        .orElse(problem);
  }

  private static String where(Path profiles) {
    if (!Files.exists(profiles)) {
      return "There is no " + profiles + ". Name its folder with --profiles-dir.";
    }
    try {
      return profiles
          + " has the profiles "
          + String.join(", ", ProfilesFile.names(profiles))
          + ".";
    } catch (FalException broken) {
      return "dbt looked into " + profiles + ".";
    }
  }
}
