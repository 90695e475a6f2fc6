package dev.falflow.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.AtomicFile;
import dev.falflow.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Our artifacts of one run under dbt's target path: {@code fal_results.json} (dbt's results and
 * ours, FAL.md 9) and {@code fal/logs/}.
 */
public final class RunArtifacts {
  private static final String RUN_RESULTS = "run_results.json";

  private final Path targetPath;
  private final List<NodeResult> results = new ArrayList<>();
  private @Nullable FileTime before;

  public RunArtifacts(Path targetPath) {
    this.targetPath = targetPath;
  }

  /** Before dbt runs: its results of an earlier run are not taken for this one's. */
  public void begin() {
    before = modified();
  }

  private @Nullable FileTime modified() {
    try {
      return Files.getLastModifiedTime(targetPath.resolve(RUN_RESULTS));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path targetPath() {
    return targetPath;
  }

  public ModelLog log(String uniqueId) {
    return new ModelLog(targetPath.resolve("fal").resolve("logs").resolve(uniqueId + ".log"));
  }

  public synchronized void add(NodeResult result) {
    results.add(result);
  }

  public synchronized List<NodeResult> results() {
    return List.copyOf(results);
  }

  private Path falResults() {
    return targetPath.resolve("fal_results.json");
  }

  /** Writes {@code fal_results.json} beside dbt's own results, which it repeats. */
  public void write() {
    ObjectNode file = dbtResults();
    ArrayNode all = file.withArray("results");
    ArrayNode models = file.putArray("python_models");
    for (NodeResult result : results()) {
      (result instanceof ModelResult ? models : all).add(toJson(result));
    }
    try {
      AtomicFile.write(
          falResults(), Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** dbt's {@code run_results.json}; an empty frame when dbt wrote none. */
  private ObjectNode dbtResults() {
    Path path = targetPath.resolve(RUN_RESULTS);
    try {
      if (!Objects.equals(before, modified())
          && Json.MAPPER.readTree(Files.readAllBytes(path)) instanceof ObjectNode found) {
        return found;
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("dbt left an unreadable " + path, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ObjectNode frame = Json.MAPPER.createObjectNode();
    frame.putObject("metadata");
    frame.putArray("results");
    frame.put("elapsed_time", 0.0);
    frame.putObject("args");
    return frame;
  }

  private JsonNode toJson(NodeResult result) {
    Path log = result.log();
    return result.toJson().put("log", log == null ? null : targetPath.relativize(log).toString());
  }
}
