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
    @Nullable Path log) {
  /**
   * Why a model failed.
   *
   * @param code stable, see {@code docs/errors.md}
   * @param message one line with the place in the user's file where there is one
   * @param traceback cut to the user's frames, null where no Python error was raised
   */
  public record Failure(String code, String message, @Nullable String traceback) {}

  public Duration executionTime() {
    return Duration.between(started, finished);
  }

  /** All of it but the log; times in seconds, {@code error} only after a failure. */
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
      json.putObject("error")
          .put("code", failure.code())
          .put("message", failure.message())
          .put("traceback", failure.traceback());
    }
    return json;
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
