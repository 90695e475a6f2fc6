package dev.falflow.source;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What {@code fal/_analysis.py} answers of a file's import statements.
 *
 * @param imports the names in them, relative ones with their dots
 * @param problems why it has none, when it cannot be read
 */
record FileImports(
    @JsonProperty("imports") List<String> imports,
    @JsonProperty("problems") List<FileAnalysis.Found> problems) {
  static FileImports crashed(String message) {
    return new FileImports(List.of(), List.of(FileAnalysis.Found.of("analysis-crashed", message)));
  }
}
