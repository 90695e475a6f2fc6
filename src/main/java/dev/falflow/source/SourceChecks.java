package dev.falflow.source;

import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.ModelFiles;
import dev.falflow.project.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Turns the answers for single files into sources, and finds what is wrong between files. */
final class SourceChecks {
  private static final String DOCSTRING_HINT =
      "Name it by a literal, ref('model_name'), or in the docstring at the top of the model: \"\"\"- ref('model_name')\"\"\"";

  private final Project project;
  private final List<Path> stubFolders;
  private final ModelFiles files;
  private final Map<Path, Set<Path>> modules;
  private final Set<Path> imported;
  private final Map<Path, Problem> broken = new LinkedHashMap<>();
  private final List<PythonSource> sources = new ArrayList<>();
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings;
  private final List<Problem> infos = new ArrayList<>();
  private final Map<String, Problem> flaws = new LinkedHashMap<>();

  /**
   * @param modules of each Python file, the modules it imports, directly or not
   * @param broken what keeps modules from being read
   */
  SourceChecks(
      Project project,
      ModelFiles files,
      Map<Path, Set<Path>> modules,
      Map<Path, List<FileAnalysis.Found>> broken) {
    this.project = project;
    this.modules = modules;
    this.imported = new HashSet<>();
    broken.forEach(
        (path, problems) -> {
          if (!problems.isEmpty()) {
            this.broken.put(path, located(project.relative(path), problems.get(0)));
          }
        });
    modules.values().forEach(imported::addAll);
    this.stubFolders = project.stubFolders();
    this.files = files;
    this.warnings = new ArrayList<>(files.problems());
  }

  /** What is wrong between the files added so far, and all there is to say. */
  PythonSources finish() {
    findEqualNames();
    findHelpersThatRead();
    broken.forEach((path, problem) -> flaws.putIfAbsent(project.relative(path), problem));
    return new PythonSources(files, sources, errors, warnings, infos, flaws);
  }

  /**
   * Adds a file.
   *
   * @param mentionsWrite whether its text has {@code write_to_model} somewhere, asked of a broken
   *     one
   */
  void add(
      ModelFiles.Found found,
      FileAnalysis analysis,
      List<String> imports,
      PythonSource.Code code,
      BooleanSupplier mentionsWrite) {
    String file = project.relative(found.path());
    Problem unread = unread(found.path(), analysis);
    PythonSource source =
        new PythonSource(
            found.path(),
            file,
            found.root(),
            unread == null
                ? kind(found.path(), analysis)
                : unreadKind(found, analysis, mentionsWrite),
            analysis.dependencies().stream().map(FileAnalysis.Call::dependency).toList(),
            imports,
            analysis.moduleLevelCalls(),
            analysis.docstringLine(),
            code);
    sources.add(source);
    if (unread != null) {
      flaws.put(file, unread);
    }
    if (source.isModel() && source.name().contains(" ")) {
      errors.add(
          Problem.at(
              Location.of(file),
              "space-in-model-name",
              "dbt refuses a model named '" + source.name() + "': rename the file"));
    }
    switch (source.kind()) {
      case MODEL -> {
        if (source.dependencies().stream()
            .noneMatch(dependency -> dependency.origin() == Dependency.Origin.DOCSTRING)) {
          // Whoever has a docstring for it knows; what it lacks is an error when it runs.
          analysis.unresolved().stream()
              .map(SourceChecks::unresolved)
              .filter(warning -> !warnings.contains(warning)) // a helper's, told of once
              .forEach(warnings::add);
        }
        if (analysis.writes().size() > 1) {
          flaws.put(file, severalWrites(file, analysis.writes()));
        }
      }
      case HELPER ->
          infos.add(
              Problem.at(
                  Location.of(file), "helper-module", "is a helper: it calls no write_to_model"));
      case DBT_MODEL ->
          infos.add(Problem.at(Location.of(file), "dbt-model", "is left to dbt: def model"));
      case BROKEN_MODEL, BROKEN -> {}
    }
  }

  /** What keeps it, or a module it imports, from being read; null when all are read. */
  private @Nullable Problem unread(Path path, FileAnalysis analysis) {
    if (!analysis.problems().isEmpty()) {
      return located(project.relative(path), analysis.problems().get(0));
    }
    return Objects.requireNonNull(modules.get(path)).stream()
        .map(broken::get)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /**
   * Of a file that is not known whole: what it depends on, and whether it is a model, may be in the
   * part that is not. Its stub tells, or what there is of it.
   */
  private PythonSource.Kind unreadKind(
      ModelFiles.Found found, FileAnalysis analysis, BooleanSupplier mentionsWrite) {
    PythonSource.Kind kind = kind(found.path(), analysis);
    boolean isModel =
        switch (kind) {
          case MODEL, BROKEN_MODEL -> true;
          case DBT_MODEL -> false;
          case BROKEN -> mentionsWrite.getAsBoolean() || hasStub(found);
          case HELPER -> hasStub(found);
        };
    return isModel ? PythonSource.Kind.BROKEN_MODEL : kind;
  }

  private boolean hasStub(ModelFiles.Found found) {
    return Files.exists(PythonSource.stubPath(project, found.root(), found.path()));
  }

  /**
   * A file that only defines functions that write, for others to import, is no model: its own run
   * would write nothing.
   */
  private PythonSource.Kind kind(Path path, FileAnalysis analysis) {
    PythonSource.Kind kind = analysis.sourceKind();
    boolean isForOthers =
        kind == PythonSource.Kind.MODEL && !analysis.writesWhenRun() && imported.contains(path);
    return isForOthers ? PythonSource.Kind.HELPER : kind;
  }

  private static Problem severalWrites(String file, List<FileAnalysis.Place> writes) {
    List<String> lines = writes.stream().map(place -> words(file, place)).toList();
    String all = String.join(", ", lines.subList(0, lines.size() - 1));
    return Problem.at(
        writes.get(1).location(),
        "multiple-writes",
        "write_to_model is called "
            + writes.size()
            + " times, a model calls it exactly once: "
            + all
            + " and "
            + lines.get(lines.size() - 1));
  }

  private static String words(String file, FileAnalysis.Place place) {
    String inFile = place.file().equals(file) ? "" : place.file() + " ";
    return inFile
        + (place.cell() == null ? "" : "cell " + place.cell() + " ")
        + "line "
        + place.line();
  }

  private static Problem located(String file, FileAnalysis.Found problem) {
    Location where = new Location(file, problem.line(), problem.column(), problem.cell());
    String message = problem.message();
    String line = problem.sourceLine();
    if (line != null) {
      String text = line.strip();
      int indent = line.length() - line.stripLeading().length();
      int caret = Math.max(0, Math.min(problem.column() - 1 - indent, text.length()));
      message += "\n    " + text + "\n    " + " ".repeat(caret) + "^";
    }
    return Problem.at(where, problem.code(), message);
  }

  private static Problem unresolved(FileAnalysis.Unresolved call) {
    Location where = new Location(call.file(), call.line(), call.column(), call.cell());
    return Problem.at(
            where,
            "unresolved-call",
            "what " + call.text() + " names is known only when it runs, so dbt cannot order it")
        .withHint(DOCSTRING_HINT);
  }

  /**
   * Models of one name: dbt would refuse the project, and name the stubs instead of the sources.
   */
  private void findEqualNames() {
    Map<String, List<String>> byName = new LinkedHashMap<>();
    for (PythonSource source : sources) {
      if (source.isModel() || source.kind() == PythonSource.Kind.DBT_MODEL) {
        byName.computeIfAbsent(source.name(), name -> new ArrayList<>()).add(source.file());
      }
    }
    for (Path sql : files.sql()) {
      String fileName = sql.getFileName().toString();
      List<String> equal = byName.get(fileName.substring(0, fileName.length() - ".sql".length()));
      if (equal != null && !isInStubFolder(sql)) {
        equal.add(project.relative(sql));
      }
    }
    byName.forEach(
        (name, equal) -> {
          if (equal.size() > 1) {
            errors.add(equalNames(name, equal));
          }
        });
  }

  private static Problem equalNames(String name, List<String> equal) {
    return Problem.at(
            Location.of(equal.get(0)),
            "duplicate-model-name",
            equal.size() + " files make a model named '" + name + "': " + String.join(", ", equal))
        .withHint("Rename all but one: dbt knows a model by its file's name, whatever its folder.");
  }

  private boolean isInStubFolder(Path sql) {
    return stubFolders.stream().anyMatch(sql::startsWith);
  }

  /** A script that reads but does not write and is not imported: most likely a model unfinished. */
  private void findHelpersThatRead() {
    for (PythonSource source : sources) {
      boolean reads = source.kind() == PythonSource.Kind.HELPER && source.readsWhenImported();
      if (reads && sources.stream().noneMatch(other -> imports(other, source))) {
        errors.add(
            Problem.at(
                    Location.of(source.file()),
                    "helper-with-ref",
                    "calls ref or source, but never write_to_model, and no file imports it")
                .withHint(
                    "Call write_to_model(df) once to make it a model, or move the calls into a"
                        + " function that a model calls."));
      }
    }
  }

  /** Whether an import statement can mean this helper, from whatever folder it is looked up. */
  private static boolean imports(PythonSource importer, PythonSource helper) {
    if (importer.equals(helper)) {
      return false;
    }
    String module = helper.file().replaceFirst("(/__init__)?\\.(py|ipynb)$", "").replace('/', '.');
    return importer.imports().stream()
        .map(name -> name.replaceFirst("^\\.+", ""))
        .filter(name -> !name.isEmpty())
        .anyMatch(name -> ("." + module).endsWith("." + name));
  }
}
