package dev.falflow.source;

import dev.falflow.project.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
  private final Function<Path, List<String>> imports;
  private final Map<Path, Optional<Path>> files = new HashMap<>();

  /** By the folders that a name is looked up in: scripts of one folder import the same. */
  private final Map<List<Path>, Map<String, Set<Path>>> modules = new HashMap<>();

  /** By those folders and the modules that a script imports itself: many import the same few. */
  private final Map<List<Path>, Map<Set<Path>, Set<Path>>> reached = new HashMap<>();

  /**
   * @param imports the names a file imports, empty for one that has not been read yet
   */
  LocalModules(Project project, Function<Path, List<String>> imports) {
    this.project = project;
    this.imports = imports;
  }

  /** What some of these scripts reach by the files that have been read. */
  Set<Path> ofAll(Collection<Path> scripts) {
    Map<List<Path>, Set<Path>> imported = new LinkedHashMap<>();
    for (Path script : scripts) {
      List<Path> places = project.importFolders(script);
      imported
          .computeIfAbsent(places, each -> new LinkedHashSet<>())
          .addAll(importedBy(script, places));
    }
    Set<Path> found = new TreeSet<>();
    imported.forEach((places, first) -> found.addAll(closure(first, places)));
    return found;
  }

  /** What one script reaches, once all that it reaches has been read. */
  Set<Path> of(Path script) {
    List<Path> places = project.importFolders(script);
    Set<Path> found =
        reached
            .computeIfAbsent(places, each -> new HashMap<>())
            .computeIfAbsent(importedBy(script, places), first -> closure(first, places));
    if (!found.contains(script)) {
      return found;
    }
    Set<Path> others = new TreeSet<>(found);
    others.remove(script);
    return others;
  }

  private Set<Path> closure(Set<Path> first, List<Path> places) {
    Set<Path> found = new TreeSet<>(first);
    Deque<Path> open = new ArrayDeque<>(first);
    while (!open.isEmpty()) {
      for (Path module : importedBy(open.pop(), places)) {
        if (found.add(module)) {
          open.push(module);
        }
      }
    }
    return found;
  }

  private Set<Path> importedBy(Path importer, List<Path> places) {
    Map<String, Set<Path>> known = lookedUpIn(places);
    Set<Path> found = new HashSet<>();
    for (String name : imports.apply(importer)) {
      found.addAll(
          name.startsWith(".")
              ? relative(name, importer.resolveSibling(""))
              : known.computeIfAbsent(name, each -> absolute(each, places)));
    }
    return found;
  }

  private Map<String, Set<Path>> lookedUpIn(List<Path> places) {
    return modules.computeIfAbsent(places, each -> new HashMap<>());
  }

  /** The files that importing this name runs: packages on the way, then the module itself. */
  private Set<Path> absolute(String name, List<Path> places) {
    for (Path place : places) {
      Set<Path> found = modulesIn(place, name);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return Set.of();
  }

  /** The same of a name with dots before it. */
  private Set<Path> relative(String name, Path folder) {
    int dots = 1;
    Path place = folder;
    for (; name.startsWith(".", dots); dots++) {
      place = place.resolve("..").normalize();
    }
    Path start = place;
    return lookedUpIn(List.of(start))
        .computeIfAbsent(name.substring(dots), rest -> modulesIn(start, rest));
  }

  private Set<Path> modulesIn(Path place, String name) {
    Set<Path> modules = new LinkedHashSet<>();
    Path folder = place;
    for (String part : name.split("\\.", -1)) {
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
