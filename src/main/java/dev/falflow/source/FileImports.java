package dev.falflow.source;

import java.util.List;

/**
 * What {@code fal/_analysis.py} answers of a file's import statements.
 *
 * @param imports the names in them, relative ones with their dots
 * @param problems why it has none, when it cannot be read
 */
record FileImports(List<String> imports, List<FileAnalysis.Found> problems) {
  static FileImports of(Fields fields) {
    return new FileImports(
        fields.texts("imports"), fields.list("problems", FileAnalysis.Found::of));
  }

  void pack(Packed.Writer packed) {
    packed.texts(imports).list(problems, FileAnalysis.Found::pack);
  }

  static FileImports crashed(String message) {
    return new FileImports(List.of(), List.of(FileAnalysis.Found.of("analysis-crashed", message)));
  }
}
