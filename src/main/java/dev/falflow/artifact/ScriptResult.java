package dev.falflow.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of one script or hook.
 *
 * @param name as messages call it, {@code (model, after.py)}
 * @param path absolute
 * @param file relative to the project
 * @param declared as its YAML names it
 * @param model unique_id of the model it belongs to, null for a global one
 * @param role {@code before}, {@code post-hook}, …
 * @param environment that was named for it, null for the run's own
 * @param thread that waited for it
 * @param peakRssKb the worker's largest resident memory, kB
 * @param failure null on success
 * @param log what it printed, null when it printed nothing
 */
public record ScriptResult(
    String uniqueId,
    String name,
    Path path,
    String file,
    String declared,
    @Nullable String model,
    String role,
    boolean isHook,
    @Nullable String environment,
    String thread,
    Instant started,
    Instant finished,
    long peakRssKb,
    @Nullable Failure failure,
    @Nullable Path log)
    implements NodeResult {
  @Override
  public Duration executionTime() {
    return Duration.between(started, finished);
  }

  /** The first keys are those the old tool wrote (FAL.md 9), its {@code unique_id} a path. */
  @Override
  public ObjectNode toJson() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("path", path.toString());
    json.put("unique_id", declared);
    json.put("status", failure == null ? "success" : "fail");
    json.put("thread_id", thread);
    json.put("is_hook", isHook);
    json.put("execution_time", ModelResult.seconds(executionTime()));
    json.putArray("timing")
        .addObject()
        .put("name", "execute")
        .put("started_at", started.toString())
        .put("finished_at", finished.toString());
    json.put("script_id", uniqueId);
    json.put("model", model);
    json.put("role", role);
    json.put("environment", environment);
    json.put("peak_rss_kb", peakRssKb);
    if (failure != null) {
      failure.into(json);
    }
    return json;
  }
}
