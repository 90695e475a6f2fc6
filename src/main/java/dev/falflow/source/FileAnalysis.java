package dev.falflow.source;

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
    String kind,
    List<Place> writes,
    boolean writesWhenRun,
    List<Call> dependencies,
    List<Unresolved> unresolved,
    boolean moduleLevelCalls,
    List<Found> problems,
    @Nullable Integer docstringLine,
    List<String> askedVars,
    List<String> askedEnvironment) {

  record Place(String file, int line, int column, @Nullable Integer cell) {
    static Place of(Fields fields) {
      return new Place(
          fields.text("file"),
          fields.number("line"),
          fields.number("column"),
          fields.numberOrNull("cell"));
    }

    void pack(Packed.Writer packed) {
      packed.text(file).number(line).number(column).value(cell);
    }

    Location location() {
      return new Location(file, line, column, cell);
    }
  }

  record Call(
      String kind,
      List<String> arguments,
      @Nullable Object version,
      String text,
      String file,
      int line,
      int column,
      @Nullable Integer cell,
      String origin,
      boolean batches) {
    static Call of(Fields fields) {
      return new Call(
          fields.text("kind"),
          fields.texts("arguments"),
          fields.value("version"),
          fields.text("text"),
          fields.text("file"),
          fields.number("line"),
          fields.number("column"),
          fields.numberOrNull("cell"),
          fields.text("origin"),
          fields.flag("batches"));
    }

    void pack(Packed.Writer packed) {
      packed.text(kind).texts(arguments).value(version).text(text);
      packed.text(file).number(line).number(column).value(cell).text(origin).flag(batches);
    }

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

  record Unresolved(String file, int line, int column, @Nullable Integer cell, String text) {
    static Unresolved of(Fields fields) {
      return new Unresolved(
          fields.text("file"),
          fields.number("line"),
          fields.number("column"),
          fields.numberOrNull("cell"),
          fields.text("text"));
    }

    void pack(Packed.Writer packed) {
      packed.text(file).number(line).number(column).value(cell).text(text);
    }
  }

  record Found(
      String code,
      String message,
      int line,
      int column,
      @Nullable Integer cell,
      @Nullable String sourceLine) {
    static Found of(Fields fields) {
      return new Found(
          fields.text("code"),
          fields.text("message"),
          fields.number("line"),
          fields.number("column"),
          fields.numberOrNull("cell"),
          fields.textOrNull("source_line"));
    }

    void pack(Packed.Writer packed) {
      packed.text(code).text(message).number(line).number(column).value(cell).value(sourceLine);
    }

    static Found of(String code, String message) {
      return new Found(code, message, 0, 0, null, null);
    }
  }

  static FileAnalysis of(Fields fields) {
    return new FileAnalysis(
        fields.text("kind"),
        fields.list("writes", Place::of),
        fields.flag("writes_when_run"),
        fields.list("dependencies", Call::of),
        fields.list("unresolved", Unresolved::of),
        fields.flag("module_level_calls"),
        fields.list("problems", Found::of),
        fields.numberOrNull("docstring_line"),
        fields.texts("asked_vars"),
        fields.texts("asked_environment"));
  }

  /** As {@link #of} reads it. */
  void pack(Packed.Writer packed) {
    packed.text(kind).list(writes, Place::pack).flag(writesWhenRun);
    packed.list(dependencies, Call::pack).list(unresolved, Unresolved::pack).flag(moduleLevelCalls);
    packed.list(problems, Found::pack).value(docstringLine);
    packed.texts(askedVars).texts(askedEnvironment);
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
