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
 * Answers of earlier runs, in one JSON file: what a file imports by its content, what it is and
 * needs by its content and that of its modules. The answers of another version of the analysis or
 * of another Python are not used. A file that cannot be read is no error: everything in it can be
 * had again.
 */
final class AnalysisCache {
  private final @Nullable Path file;
  private final String key;
  private final Answers known;

  /** An answer, and a digest of the values of the variables it asked for. */
  record Kept(
      @JsonProperty("analysis") FileAnalysis analysis, @JsonProperty("asked") String asked) {}

  /** What is kept between runs. */
  record Answers(
      @JsonProperty("imports") Map<String, FileImports> imports,
      @JsonProperty("analyses") Map<String, Kept> analyses) {
    private boolean hasKeysOf(Answers other) {
      return imports.keySet().equals(other.imports().keySet())
          && analyses.keySet().equals(other.analyses().keySet());
    }
  }

  private record Contents(
      @JsonProperty("key") String key, @JsonProperty("answers") Answers answers) {}

  private AnalysisCache(@Nullable Path file, String key, Answers known) {
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
    return new AnalysisCache(file, key, new Answers(Map.of(), Map.of()));
  }

  @Nullable FileImports imports(String digest) {
    return known.imports().get(digest);
  }

  @Nullable Kept analysis(String digest) {
    return known.analyses().get(digest);
  }

  /**
   * Keeps exactly these answers; writes only when they are others than before.
   *
   * @param isNew whether one of them was asked for anew
   */
  void keep(Answers answers, boolean isNew) {
    if (file == null || (!isNew && known.hasKeysOf(answers))) {
      return;
    }
    try {
      AtomicFile.write(file, Json.MAPPER.writeValueAsBytes(new Contents(key, answers)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
