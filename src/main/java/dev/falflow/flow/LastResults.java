package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What earlier runs of dbt left in the target folder.
 *
 * @param runResults {@code run_results.json}; missing where there is none
 * @param sources {@code sources.json}; missing where there is none
 * @param folder they were looked for in
 */
record LastResults(JsonNode runResults, JsonNode sources, Path folder) {
  static LastResults in(Path targetPath) {
    return new LastResults(
        read(targetPath.resolve("run_results.json")),
        read(targetPath.resolve("sources.json")),
        targetPath);
  }

  private static JsonNode read(Path file) {
    if (!Files.exists(file)) {
      return Json.MAPPER.missingNode();
    }
    try {
      return Json.MAPPER.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new FalException(
          Problem.at(Location.of(file.toString()), "unreadable-file", "is no JSON: " + e)
              .withHint("Remove it, or run dbt again."),
          e);
    }
  }

  boolean isThere() {
    return !runResults.isMissingNode();
  }

  /** The target that was asked for in that run; null when none was, or it was another project's. */
  @Nullable String target(String project) {
    return isOf(project) ? asked("target") : null;
  }

  /**
   * Makes sure that they tell of these models on this target: models are chosen by them.
   *
   * @throws FalException {@code other-results}
   */
  void check(String project, String target, Iterable<String> models) {
    String given = asked("target");
    if (given != null && !given.equals(target)) {
      throw refused("of the target '" + given + "', and this is '" + target + "'")
          .apply("Give --target " + given + ", or choose models by --select or --all.");
    }
    boolean isOurs = runResults.path("results").isEmpty() || isOf(project);
    for (String model : models) {
      isOurs = isOurs || knows(model);
    }
    if (!isOurs) {
      throw refused("of another project than '" + project + "'")
          .apply("Run dbt in this project, or choose models by --select or --all.");
    }
  }

  private boolean isOf(String project) {
    Pattern ours = Pattern.compile("[^.]+\\." + Pattern.quote(project) + "\\..*");
    return runResults
        .path("results")
        .valueStream()
        .anyMatch(result -> ours.matcher(result.path("unique_id").asText()).matches());
  }

  private boolean knows(String uniqueId) {
    return runResults
        .path("results")
        .valueStream()
        .anyMatch(result -> result.path("unique_id").asText().equals(uniqueId));
  }

  private @Nullable String asked(String argument) {
    return runResults.path("args").path(argument).asText(null);
  }

  private Function<String, FalException> refused(String why) {
    String message = "the results in " + folder.resolve("run_results.json") + " are " + why;
    return hint -> new FalException(Problem.of("other-results", message).withHint(hint));
  }
}
