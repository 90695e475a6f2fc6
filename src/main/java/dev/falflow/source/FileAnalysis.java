package dev.falflow.source;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.falflow.Location;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code fal/_analysis.py} answers for one file, field for field; its docstring is the
 * contract. It depends on the contents of the file and of the modules it imports, and on the
 * variables it names as asked, alone, which is why answers can be kept.
 */
record FileAnalysis(
    @JsonProperty("kind") String kind,
    @JsonProperty("writes") List<Place> writes,
    @JsonProperty("writes_when_run") boolean writesWhenRun,
    @JsonProperty("dependencies") List<Call> dependencies,
    @JsonProperty("unresolved") List<Unresolved> unresolved,
    @JsonProperty("module_level_calls") boolean moduleLevelCalls,
    @JsonProperty("problems") List<Found> problems,
    @JsonProperty("docstring_line") @Nullable Integer docstringLine,
    @JsonProperty("asked_vars") List<String> askedVars,
    @JsonProperty("asked_environment") List<String> askedEnvironment) {

  record Place(
      @JsonProperty("file") String file,
      @JsonProperty("line") int line,
      @JsonProperty("column") int column,
      @JsonProperty("cell") @Nullable Integer cell) {
    Location location() {
      return new Location(file, line, column, cell);
    }
  }

  record Call(
      @JsonProperty("kind") String kind,
      @JsonProperty("arguments") List<String> arguments,
      @JsonProperty("version") @Nullable Object version,
      @JsonProperty("text") String text,
      @JsonProperty("file") String file,
      @JsonProperty("line") int line,
      @JsonProperty("column") int column,
      @JsonProperty("cell") @Nullable Integer cell,
      @JsonProperty("origin") String origin,
      @JsonProperty("batches") boolean batches) {
    Dependency dependency() {
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
      @JsonProperty("file") String file,
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
      @JsonProperty("source_line") @Nullable String sourceLine) {
    static Found of(String code, String message) {
      return new Found(code, message, 0, 0, null, null);
    }
  }

  /** Of a file that took the interpreter down. */
  static FileAnalysis crashed(String message) {
    return new FileAnalysis(
        "broken",
        List.of(),
        false,
        List.of(),
        List.of(),
        false,
        List.of(Found.of("analysis-crashed", message)),
        null,
        List.of(),
        List.of());
  }

  PythonSource.Kind sourceKind() {
    return PythonSource.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
  }
}
