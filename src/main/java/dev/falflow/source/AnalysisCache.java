package dev.falflow.source;

import dev.falflow.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers of earlier runs, in one file: what a file imports by its content, what it is and needs by
 * its content and that of its modules. The answers of another version of the analysis or of another
 * Python are not used. A file that cannot be read is no error: everything in it can be had again.
 */
final class AnalysisCache {
  private static final String FORMAT = "1 ";

  private final @Nullable Path file;
  private final String key;
  private final Answers known;

  /** An answer, and a digest of the values of the variables it asked for. */
  record Kept(FileAnalysis analysis, String asked) {}

  /** What is kept between runs, by digest. */
  record Answers(Map<String, FileImports> imports, Map<String, Kept> analyses) {
    static Answers none() {
      return new Answers(new HashMap<>(), new HashMap<>());
    }

    private boolean hasKeysOf(Answers other) {
      return imports.keySet().equals(other.imports().keySet())
          && analyses.keySet().equals(other.analyses().keySet());
    }

    private static Answers of(Packed packed) {
      Answers answers = none();
      for (int left = packed.number(); left > 0; left--) {
        answers.imports.put(packed.text(), FileImports.of(packed));
      }
      for (int left = packed.number(); left > 0; left--) {
        String digest = packed.text();
        String asked = packed.text();
        answers.analyses.put(digest, new Kept(FileAnalysis.of(packed), asked));
      }
      return answers;
    }

    private void pack(Packed.Writer packed) {
      packed.number(imports.size());
      imports.forEach((digest, answer) -> answer.pack(packed.text(digest)));
      packed.number(analyses.size());
      analyses.forEach(
          (digest, kept) -> kept.analysis().pack(packed.text(digest).text(kept.asked())));
    }
  }

  private AnalysisCache(@Nullable Path file, String key, Answers known) {
    this.file = file;
    this.key = FORMAT + key;
    this.known = known;
  }

  static AnalysisCache open(@Nullable Path file, String key) {
    if (file != null && Files.exists(file)) {
      try {
        Packed packed = new Packed(Files.readAllBytes(file));
        if (packed.text().equals(FORMAT + key)) {
          return new AnalysisCache(file, key, Answers.of(packed));
        }
      } catch (IOException | RuntimeException e) {
        // Cut off or not ours: as if it were not there.
      }
    }
    return new AnalysisCache(file, key, Answers.none());
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
    Packed.Writer packed = new Packed.Writer().text(key);
    answers.pack(packed);
    try {
      AtomicFile.write(file, packed.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
