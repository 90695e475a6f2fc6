package dev.falflow.project;

import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The files below a project's model paths, found in one walk and sorted. As dbt's own walk it does
 * not enter linked folders, so a loop of links cannot hold it.
 *
 * @param python scripts and notebooks, also those of {@code fal-models-paths}; none of a stub
 *     folder
 * @param sql the SQL models and the stubs
 * @param properties YAML files
 * @param problems folders that could not be read
 */
public record ModelFiles(
    List<Found> python, List<Path> sql, List<Path> properties, List<Problem> problems) {
  /** A file, and the model path or fal models path it was found under. */
  public record Found(Path path, Path root) {}

  private static final Set<String> SKIPPED_FOLDERS = Set.of("__pycache__", "node_modules");

  public static ModelFiles of(Project project) {
    Walk walk = new Walk(project);
    project.modelPaths().forEach(root -> walk.walk(root, true));
    project.falModelsPaths().forEach(root -> walk.walk(root, false));
    walk.python.sort(Comparator.comparing(Found::path));
    return new ModelFiles(
        walk.python,
        walk.sql.stream().sorted().toList(),
        walk.properties.stream().sorted().toList(),
        walk.problems);
  }

  private static final class Walk {
    final List<Found> python = new ArrayList<>();
    final Set<Path> sql = new LinkedHashSet<>();
    final Set<Path> properties = new LinkedHashSet<>();
    final List<Problem> problems = new ArrayList<>();
    private final Project project;
    private final List<Path> stubFolders;
    private final Set<Path> seen = new LinkedHashSet<>();

    Walk(Project project) {
      this.project = project;
      this.stubFolders = project.stubFolders();
    }

    void walk(Path root, boolean isDbts) {
      if (!Files.isDirectory(root)) {
        return;
      }
      try {
        // The root itself may be a link, and is then followed; paths keep the project's names.
        Path start = root.toRealPath();
        Files.walkFileTree(
            start,
            new SimpleFileVisitor<Path>() {
              @Override
              public FileVisitResult preVisitDirectory(
                  Path folder, BasicFileAttributes attributes) {
                Path path = root.resolve(start.relativize(folder)).normalize();
                return !folder.equals(start) && isSkipped(path)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                boolean isFile = attributes.isRegularFile() || Files.isRegularFile(file);
                if (isFile) {
                  Path path = start.equals(root) ? file : root.resolve(start.relativize(file));
                  add(path, root, isDbts);
                }
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException e) {
                Path path = root.resolve(start.relativize(file));
                problems.add(
                    Problem.at(
                        Location.of(project.relative(path)),
                        "unreadable-file",
                        "cannot be read: " + e.getMessage()));
                return FileVisitResult.CONTINUE;
              }
            });
      } catch (IOException e) {
        problems.add(
            Problem.at(
                Location.of(project.relative(root)),
                "unreadable-file",
                "cannot be read: " + e.getMessage()));
      }
    }

    private boolean isSkipped(Path folder) {
      String name = folder.getFileName().toString();
      return name.startsWith(".")
          || SKIPPED_FOLDERS.contains(name)
          || folder.equals(project.packagesInstallPath())
          || folder.equals(project.targetPath())
          || Files.exists(folder.resolve("pyvenv.cfg"));
    }

    private void add(Path file, Path root, boolean isDbts) {
      String name = file.getFileName().toString();
      if (name.startsWith(".")) {
        return;
      }
      if (name.endsWith(".py") || name.endsWith(".ipynb")) {
        boolean inStubFolder = isDbts && stubFolders.stream().anyMatch(file::startsWith);
        if (!inStubFolder && seen.add(file)) {
          python.add(new Found(file, root));
        }
      } else if (isDbts && name.endsWith(".sql")) {
        sql.add(file);
      } else if (isDbts && (name.endsWith(".yml") || name.endsWith(".yaml"))) {
        properties.add(file);
      }
    }
  }
}
