package dev.falflow.source;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.falflow.Location;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code fal/_analysis.py} answers for one file, field for field; its docstring is the
 * contract. It depends on the file's content alone, which is why answers can be kept.
 */
record FileAnalysis(
    @JsonProperty("kind") String kind,
    @JsonProperty("writes") List<Place> writes,
    @JsonProperty("dependencies") List<Call> dependencies,
    @JsonProperty("unresolved") List<Unresolved> unresolved,
    @JsonProperty("module_level_calls") boolean moduleLevelCalls,
    @JsonProperty("imports") List<String> imports,
    @JsonProperty("problems") List<Found> problems,
    @JsonProperty("docstring_line") @Nullable Integer docstringLine) {

  record Place(
      @JsonProperty("line") int line,
      @JsonProperty("column") int column,
      @JsonProperty("cell") @Nullable Integer cell) {}

  record Call(
      @JsonProperty("kind") String kind,
      @JsonProperty("arguments") List<String> arguments,
      @JsonProperty("version") @Nullable Object version,
      @JsonProperty("text") String text,
      @JsonProperty("line") int line,
      @JsonProperty("column") int column,
      @JsonProperty("cell") @Nullable Integer cell,
      @JsonProperty("origin") String origin,
      @JsonProperty("batches") boolean batches) {
    Dependency in(String file) {
      return new Dependency(
          Dependency.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
          arguments,
          version,
          text,
          new Location(file, line, column, cell),
          Dependency.Origin.valueOf(origin.toUpperCase(Locale.ROOT)),
          batches);
    }
  }

  record Unresolved(
      @JsonProperty("line") int line,
      @JsonProperty("column") int column,
      @JsonProperty("cell") @Nullable Integer cell,
      @JsonProperty("text") String text) {}

  record Found(
      @JsonProperty("code") String code,
      @JsonProperty("message") String message,
      @JsonProperty("line") int line,
      @JsonProperty("column") int column,
      @JsonProperty("cell") @Nullable Integer cell,
      @JsonProperty("source_line") @Nullable String sourceLine) {}

  static FileAnalysis broken(String code, String message) {
    Found problem = new Found(code, message, 0, 0, null, null);
    return new FileAnalysis(
        "broken", List.of(), List.of(), List.of(), false, List.of(), List.of(problem), null);
  }

  PythonSource.Kind sourceKind() {
    return PythonSource.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
  }
}
