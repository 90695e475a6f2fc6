package dev.falflow.source;

import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import dev.falflow.project.StubTailRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the Python models with the stubs on disk. */
final class StubPlanner {
  private final Project project;
  private final List<Path> stubFolders;
  private final PythonSources sources;
  private final StubTailRule tailRule;
  private final List<StubChange> changes = new ArrayList<>();
  private final List<Problem> errors;
  private final List<Problem> warnings = new ArrayList<>();

  StubPlanner(Project project, PythonSources sources) {
    this.project = project;
    this.stubFolders = project.stubFolders();
    this.sources = sources;
    this.tailRule = new StubTailRule(project, sources.files());
    this.errors = new ArrayList<>(sources.errors());
  }

  StubPlan plan() {
    Set<Path> expected = new LinkedHashSet<>();
    Map<String, PythonSource> byName = new HashMap<>();
    for (PythonSource model : sources.models()) {
      byName.put(model.name(), model);
      // Two files for one stub are an error by their name already.
      if (expected.add(model.stubPath(project))) {
        changes.add(changeFor(model, model.stubPath(project)));
      }
    }
    for (Path sql : sources.files().sql()) {
      if (isInStubFolder(sql) && !expected.contains(sql)) {
        planOrphan(sql, byName);
      }
    }
    return new StubPlan(project, changes, dbtIgnore(), errors, warnings);
  }

  private StubChange changeFor(PythonSource model, Path path) {
    List<String> lines = model.dependencies().stream().map(Dependency::stubLine).toList();
    Stub.Tail tail =
        tailRule.isPlacedByProject(model.stubFqn()) ? Stub.Tail.THIS : Stub.Tail.SCHEMA_AND_NAME;
    if (!Files.exists(path)) {
      String content = Stub.generate(lines, tail).content();
      return new StubChange(StubChange.Action.CREATE, path, model, content);
    }
    String found = text(path);
    switch (Stub.verify(found)) {
      case GENUINE -> {
        if (model.kind() == PythonSource.Kind.BROKEN_MODEL) {
          break; // what it depends on cannot be told now: its stub stays
        }
        Stub stub = Stub.generate(lines, Stub.Tail.of(found).orElse(tail));
        if (!stub.isSaidBy(found)) {
          return new StubChange(StubChange.Action.UPDATE, path, model, stub.content());
        }
      }
      case EDITED -> errors.add(edited(model, path));
      case NOT_OURS -> errors.add(inTheWay(model, path));
    }
    return new StubChange(StubChange.Action.KEEP, path, model, null);
  }

  private void planOrphan(Path sql, Map<String, PythonSource> byName) {
    String fileName = sql.getFileName().toString();
    PythonSource equal = byName.get(fileName.substring(0, fileName.length() - ".sql".length()));
    Stub.Verdict verdict = Stub.verify(text(sql));
    if (verdict == Stub.Verdict.GENUINE) {
      changes.add(new StubChange(StubChange.Action.DELETE, sql, null, null));
    } else if (equal != null) {
      errors.add(
          Problem.at(
                  Location.of(equal.file()),
                  "duplicate-model-name",
                  "2 files make a model named '"
                      + equal.name()
                      + "': "
                      + equal.file()
                      + ", "
                      + project.relative(sql))
              .withHint("Rename one of them, or delete " + project.relative(sql) + "."));
    } else if (verdict == Stub.Verdict.EDITED) {
      warnings.add(
          Problem.at(
                  Location.of(project.relative(sql)),
                  "orphan-stub-edited",
                  "the Python file this model was generated from is gone; it was edited, so it"
                      + " stays")
              .withHint("Delete it, or move it out of the fal folder to keep it as your own."));
    }
  }

  private Problem edited(PythonSource model, Path path) {
    String stub = project.relative(path);
    return Problem.at(
            Location.of(stub),
            "stub-edited",
            "this file was generated from '"
                + model.file()
                + "' and edited since: it is not"
                + " overwritten")
        .withHint(
            "Either delete '"
                + stub
                + "' and fal writes it anew, or keep your edit: move it to a model of another name"
                + " and change '"
                + model.file()
                + "' instead.");
  }

  private Problem inTheWay(PythonSource model, Path path) {
    String stub = project.relative(path);
    return Problem.at(
            Location.of(stub),
            "stub-in-the-way",
            "File '"
                + stub
                + "' not generated by fal would be overwritten by generated model of '"
                + model.file()
                + "'. Please rename or remove.")
        .withHint("Rename or remove one of the two files.");
  }

  private StubPlan.DbtIgnoreChange dbtIgnore() {
    Path path = project.root().resolve(DbtIgnore.FILE);
    String before = Files.exists(path) ? new String(bytes(path), StandardCharsets.ISO_8859_1) : "";
    String after = DbtIgnore.with(before, DbtIgnore.lines(project, sources.all()));
    return new StubPlan.DbtIgnoreChange(path, before, after);
  }

  private boolean isInStubFolder(Path sql) {
    return stubFolders.stream().anyMatch(sql::startsWith);
  }

  private static String text(Path path) {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
