package dev.falflow.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of one Python model.
 *
 * @param file the user's file, relative to the project
 * @param thread dbt's thread that held it
 * @param rows published, 0 on failure
 * @param readTime from the hold until the last input of the graph was in its Arrow file
 * @param publishTime loading and swapping
 * @param roundTrip of a model that was published, else null
 * @param peakRssKb the worker's largest resident memory, kB
 * @param failure null on success
 * @param log what the model printed, null when it printed nothing
 */
public record ModelResult(
    String uniqueId,
    String name,
    String file,
    String thread,
    Instant started,
    Instant finished,
    long rows,
    Duration readTime,
    Duration publishTime,
    @Nullable RoundTrip roundTrip,
    long peakRssKb,
    @Nullable Failure failure,
    @Nullable Path log)
    implements NodeResult {
  /** One that could not be begun. */
  public static ModelResult failed(
      String uniqueId, String name, String file, String thread, Instant now, Failure failure) {
    return new ModelResult(
        uniqueId,
        name,
        file,
        thread,
        now,
        now,
        0,
        Duration.ZERO,
        Duration.ZERO,
        null,
        0,
        failure,
        null);
  }

  @Override
  public Duration executionTime() {
    return Duration.between(started, finished);
  }

  /** All of it but the log; times in seconds, {@code error} only after a failure. */
  @Override
  public ObjectNode toJson() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("unique_id", uniqueId);
    json.put("path", file);
    json.put("status", failure == null ? "success" : "error");
    json.put("thread_id", thread);
    json.put("execution_time", seconds(executionTime()));
    json.putArray("timing")
        .addObject()
        .put("name", "execute")
        .put("started_at", started.toString())
        .put("finished_at", finished.toString());
    json.put("read_time", seconds(readTime));
    json.put("publish_time", seconds(publishTime));
    json.put("rows", rows);
    json.put("peak_rss_kb", peakRssKb);
    if (roundTrip != null) {
      json.set("round_trip", roundTrip.toJson());
    }
    if (failure != null) {
      failure.into(json);
    }
    return json;
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
