package dev.falflow.source;

import dev.falflow.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A dbt project in a temporary folder, and the analyzer that reads it. */
final class TestProject {
  static final Path PACKAGE = Path.of("src/main/python").toAbsolutePath();
  static final Path PYTHON = Path.of(System.getenv().getOrDefault("FAL_TEST_PYTHON", "python3"));

  final Path root;
  final Path cache;

  TestProject(Path folder) throws IOException {
    root = folder.resolve("project");
    cache = folder.resolve("cache/analysis.json");
    write("dbt_project.yml", "name: shop\nprofile: shop\n");
    Files.createDirectories(root.resolve("models"));
  }

  /** A copy of {@code src/test/projects/NAME}. */
  static TestProject copyOf(String name, Path folder) throws IOException {
    TestProject project = new TestProject(folder);
    Path sample = Path.of("src/test/projects", name);
    try (Stream<Path> files = Files.walk(sample)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        project.write(sample.relativize(file).toString(), Files.readString(file));
      }
    }
    return project;
  }

  Path write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  String read(String file) throws IOException {
    return Files.readString(root.resolve(file));
  }

  boolean has(String file) {
    return Files.exists(root.resolve(file));
  }

  void delete(String file) throws IOException {
    Files.delete(root.resolve(file));
  }

  Project project() {
    return Project.read(root);
  }

  SourceAnalyzer analyzer() {
    return new SourceAnalyzer(PYTHON, "test", PACKAGE, cache);
  }

  PythonSources analyze() {
    return analyzer().analyze(project());
  }

  StubPlan plan() {
    return StubPlan.of(project(), analyze());
  }

  StubPlan apply() {
    StubPlan plan = plan();
    plan.apply();
    return plan;
  }

  /** Every file with its content, to compare the folder before and after. */
  Map<String, String> files() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }
}
