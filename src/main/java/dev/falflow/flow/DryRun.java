package dev.falflow.flow;

import dev.falflow.project.Project;
import dev.falflow.script.Role;
import dev.falflow.script.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The plan of a run, found without touching the project: dbt parses a copy in which the model paths
 * are real and everything else is a link, with a target folder of its own.
 */
final class DryRun {
  private static final String HOOK = "    ";

  /** The types of nodes that dbt's build runs, as unique_ids begin. */
  private static final Set<String> RUN =
      Set.of("model", "seed", "snapshot", "test", "unit_test", "function", "script");

  private DryRun() {}

  /** The project as a copy of it in its run's own folder. */
  static OpenProject overlaid(OpenProject asked) {
    Path copy = overlay(asked.project(), asked.folder().spill());
    return asked.in(Project.read(copy, asked.request().vars()));
  }

  /** A copy of the project in {@code folder}: stubs may be written there. */
  static Path overlay(Project project, Path folder) {
    Path copy = folder.resolve("project");
    try {
      Files.createDirectories(copy);
      try (Stream<Path> entries = Files.list(project.root())) {
        for (Path entry : entries.toList()) {
          place(project, entry, copy.resolve(entry.getFileName()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  private static void place(Project project, Path entry, Path to) throws IOException {
    if (entry.equals(project.targetPath())) {
      return;
    }
    boolean holdsModels =
        Stream.concat(project.modelPaths().stream(), project.falModelsPaths().stream())
            .anyMatch(path -> path.startsWith(entry));
    if (holdsModels) {
      copyTree(entry, to);
    } else if (entry.endsWith(".dbtignore")) {
      Files.copy(entry, to);
    } else {
      Files.createSymbolicLink(to, entry);
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(visited)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The plan's lines in dbt's order: what can be run, Python models with the user's file. */
  static List<String> lines(List<String> selected, PythonModels models, ScriptNodes scripts) {
    List<String> uniqueIds =
        selected.stream().filter(id -> RUN.contains(id.substring(0, id.indexOf('.')))).toList();
    List<String> lines = new ArrayList<>();
    for (String uniqueId : uniqueIds) {
      String place = "%d of %d  ".formatted(lines.size() - hooksIn(lines) + 1, uniqueIds.size());
      if (uniqueId.startsWith("script.")) {
        Script script = scripts.script(uniqueId);
        lines.add(place + "script " + script.id() + "  python " + script.file());
        continue;
      }
      hooks(lines, scripts.hooks(uniqueId, Role.PRE_HOOK), "pre-hook");
      String file = models.contains(uniqueId) ? "  python " + models.source(uniqueId).file() : "";
      lines.add(place + uniqueId + file);
      hooks(lines, scripts.hooks(uniqueId, Role.POST_HOOK), "post-hook");
    }
    return lines;
  }

  private static void hooks(List<String> lines, List<Script> hooks, String role) {
    hooks.forEach(hook -> lines.add(HOOK + role + " " + hook.id() + "  python " + hook.file()));
  }

  private static int hooksIn(List<String> lines) {
    return (int) lines.stream().filter(line -> line.startsWith(HOOK)).count();
  }
}
