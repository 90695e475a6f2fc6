package dev.falflow.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.falflow.Json;
import dev.falflow.artifact.Failure;
import dev.falflow.artifact.ModelResult;
import dev.falflow.dbt.DbtEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** What dbt 1.11 sends, cut to what reporters read, and results of Python models. */
final class Events {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private Events() {}

  static DbtEvent event(String name, String level, String message) {
    return event(name, level, message, "{\"thread\": \"MainThread\"}");
  }

  static DbtEvent event(String name, String level, String message, String json) {
    try {
      return new DbtEvent(name, level, message, Json.MAPPER.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  static DbtEvent ofNode(String name, String message, String model, String materialized) {
    return event(
        name,
        "info",
        message,
        """
        {"thread": "Thread-1 (worker)", "index": 1, "total": 3, "node": {"unique_id": "model.shop.%s",
         "name": "%s", "resource_type": "model", "materialized": "%s"}}
        """
            .formatted(model, model, materialized));
  }

  static ModelResult result(String name, long millis, @Nullable Failure failure) {
    Path log = failure == null ? null : Path.of("/logs/model.shop." + name + ".log");
    return new ModelResult(
        "model.shop." + name,
        name,
        "models/" + name + ".py",
        "Thread-1 (worker)",
        NOW,
        NOW.plusMillis(millis),
        failure == null ? 7 : 0,
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        null,
        1000,
        failure,
        log);
  }
}
