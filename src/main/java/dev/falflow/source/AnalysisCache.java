package dev.falflow.source;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.falflow.AtomicFile;
import dev.falflow.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers of earlier runs by the content of the file, in one JSON file. The answers of another
 * version of the analysis or of another Python are not used. A file that cannot be read is no
 * error: everything in it can be had again.
 */
final class AnalysisCache {
  private final @Nullable Path file;
  private final String key;
  private final Map<String, FileAnalysis> known;

  private record Contents(
      @JsonProperty("key") String key,
      @JsonProperty("answers") Map<String, FileAnalysis> answers) {}

  private AnalysisCache(@Nullable Path file, String key, Map<String, FileAnalysis> known) {
    this.file = file;
    this.key = key;
    this.known = known;
  }

  static AnalysisCache open(@Nullable Path file, String key) {
    if (file != null && Files.exists(file)) {
      try {
        Contents contents = Json.MAPPER.readValue(file.toFile(), Contents.class);
        if (key.equals(contents.key())) {
          return new AnalysisCache(file, key, contents.answers());
        }
      } catch (IOException | RuntimeException e) {
        // Cut off or not ours: as if it were not there.
      }
    }
    return new AnalysisCache(file, key, Map.of());
  }

  @Nullable FileAnalysis get(String digest) {
    return known.get(digest);
  }

  /** Keeps exactly these answers; writes only when they are others than before. */
  void keep(Map<String, FileAnalysis> answers) {
    if (file == null || known.keySet().equals(answers.keySet())) {
      return;
    }
    try {
      AtomicFile.write(file, Json.MAPPER.writeValueAsBytes(new Contents(key, answers)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
