package dev.falflow.python;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The folders of {@code PATH}, in order. */
record SearchPath(List<Path> folders) {

  /**
   * Empty and unreadable entries are left out, as are relative ones: they mean the moment's folder.
   */
  static SearchPath of(String variable) {
    List<Path> folders = new ArrayList<>();
    for (String entry : variable.split(File.pathSeparator, -1)) {
      try {
        Path folder = Path.of(entry);
        if (folder.isAbsolute()) {
          folders.add(folder);
        }
      } catch (InvalidPathException e) {
        // No folder can have such a name; a shell passes over it as well.
      }
    }
    return new SearchPath(List.copyOf(folders));
  }

  /** Every executable file of that name, in the order in which a shell looks. */
  List<Path> findAll(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .distinct()
        .toList();
  }

  Optional<Path> find(String name) {
    return findAll(name).stream().findFirst();
  }
}
