package dev.falflow.source;

import dev.falflow.project.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The project's own modules that a script reaches by import statements, its own and those of the
 * modules themselves. Looked for where a running script finds them; relative names, in the
 * importing module's package.
 */
final class LocalModules {
  private final Project project;
  private final Map<Path, Optional<Path>> files = new HashMap<>();

  LocalModules(Project project) {
    this.project = project;
  }

  /**
   * All of a script's modules.
   *
   * @param imports the names a file imports, empty for one that has not been read yet
   */
  Set<Path> of(Path script, Function<Path, List<String>> imports) {
    List<Path> places = project.importFolders(script);
    Set<Path> found = new TreeSet<>();
    Deque<Path> open = new ArrayDeque<>(List.of(script));
    while (!open.isEmpty()) {
      Path importer = open.pop();
      for (String name : imports.apply(importer)) {
        for (Path module : modules(name, importer, places)) {
          if (!module.equals(script) && found.add(module)) {
            open.push(module);
          }
        }
      }
    }
    return found;
  }

  /** The files that importing this name runs: packages on the way, then the module itself. */
  private Set<Path> modules(String name, Path importer, List<Path> places) {
    int dots = 0;
    while (dots < name.length() && name.charAt(dots) == '.') {
      dots++;
    }
    String[] parts = name.substring(dots).split("\\.", -1);
    if (dots == 0) {
      for (Path place : places) {
        Set<Path> modules = modulesIn(place, parts);
        if (!modules.isEmpty()) {
          return modules;
        }
      }
      return Set.of();
    }
    Path place = importer.resolveSibling("");
    for (int up = 1; up < dots; up++) {
      place = place.resolve("..").normalize();
    }
    return modulesIn(place, parts);
  }

  private Set<Path> modulesIn(Path place, String[] parts) {
    Set<Path> modules = new LinkedHashSet<>();
    Path folder = place;
    for (String part : parts) {
      if (part.isEmpty()) {
        break;
      }
      folder = folder.resolve(part);
      file(folder).ifPresent(modules::add);
    }
    return modules;
  }

  private Optional<Path> file(Path module) {
    return files.computeIfAbsent(
        module,
        path -> {
          Path inFolder = path.resolve("__init__.py");
          Path itself = path.resolveSibling(path.getFileName() + ".py");
          return List.of(inFolder, itself).stream().filter(Files::isRegularFile).findFirst();
        });
  }
}
