package dev.falflow.e2e;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.falflow.Folders;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A dbt project in a scratch folder: its files, its artifacts, and its DuckDB file. */
final class SampleProject {
  private static final Path SAMPLES = Path.of("src/test/projects").toAbsolutePath();
  private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
  private static final String MADE_BY_A_RUN =
      "(target|logs)/.*|.*\\.duckdb(\\.wal)?|\\.user\\.yml|.*__pycache__/.*";
  private static final String DATABASE = "shop.duckdb";
  private static final String PARSE = "target/partial_parse.msgpack";

  /** Of each sample that dbt has parsed in this JVM. */
  private static final Map<String, byte[]> PARSES = new TreeMap<>();

  private final Path root;
  private final FalCli fal;

  private SampleProject(Path root, FalCli fal) {
    this.root = root;
    this.fal = fal;
  }

  /** The same project, run by this engine. */
  SampleProject on(Engine engine) {
    return new SampleProject(root, fal.on(engine));
  }

  /** A copy of {@code src/test/projects/NAME}. */
  static SampleProject copyOf(String name, Path scratch) throws IOException {
    return copyOf(SAMPLES.resolve(name), scratch);
  }

  /**
   * The same as after an earlier run, of which dbt's parse is left: dbt parses what a test changes,
   * and not all its macros again.
   */
  static SampleProject parsedCopyOf(String name, Path scratch) throws IOException {
    byte[] parse = PARSES.get(name);
    if (parse == null) {
      SampleProject first = copyOf(name, scratch.resolve("first"));
      CommandResult run = first.fal.run("flow", "run", "--select", "nothing_of_that_name");
      assertThat(run.exitCode()).as(run::toString).isZero();
      parse = first.parse();
      PARSES.put(name, parse);
      Folders.delete(scratch.resolve("first"));
    }
    return copyOf(name, scratch).withParse(parse);
  }

  /** What dbt's last run keeps of its parse. */
  byte[] parse() throws IOException {
    return Files.readAllBytes(root.resolve(PARSE));
  }

  SampleProject withParse(byte[] parse) throws IOException {
    Files.createDirectories(root.resolve("target"));
    Files.write(root.resolve(PARSE), parse);
    return this;
  }

  /** A copy with all that runs have left in this one. */
  SampleProject copyTo(Path scratch) throws IOException {
    Path copy = scratch.resolve("project");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(root.relativize(file)), COPY_ATTRIBUTES);
      }
    }
    return new SampleProject(copy, new FalCli(copy, scratch));
  }

  /** A copy of {@code examples/NAME} as a clone has it. */
  static SampleProject example(String name, Path scratch) throws IOException {
    return copyOf(EXAMPLES.resolve(name), scratch);
  }

  private static SampleProject copyOf(Path sample, Path scratch) throws IOException {
    Path root = scratch.resolve("project");
    SampleProject project = new SampleProject(root, new FalCli(root, scratch));
    try (Stream<Path> files = Files.walk(sample)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = sample.relativize(file).toString();
        if (!name.matches(MADE_BY_A_RUN)) {
          project.write(name, Files.readString(file));
        }
      }
    }
    return project;
  }

  Path root() {
    return root;
  }

  /** fal, typed in the project's folder. */
  FalCli fal() {
    return fal;
  }

  SampleProject write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    return this;
  }

  String read(String file) throws IOException {
    return Files.readString(root.resolve(file));
  }

  boolean has(String file) {
    return Files.exists(root.resolve(file));
  }

  /** The files below a folder, as seen from the project. */
  List<String> files(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(folder))) {
      return files.filter(Files::isRegularFile).map(root::relativize).map(Path::toString).toList();
    }
  }

  void delete(String file) throws IOException {
    Files.delete(root.resolve(file));
  }

  /** The rows of a query on the project's database, values joined by comma and blank. */
  List<String> rows(String query) throws IOException {
    return rowsIn(root.resolve(DATABASE), query);
  }

  static List<String> rowsIn(Path database, String query) throws IOException {
    assertThat(database).exists();
    return DuckDbFiles.execute(database, query);
  }

  /** Changes the database before a run. */
  void execute(String... statements) throws IOException {
    DuckDbFiles.execute(root.resolve(DATABASE), statements);
  }

  JsonNode artifact(String name) throws IOException {
    return json(root.resolve("target").resolve(name));
  }

  static JsonNode json(Path file) throws IOException {
    return Json.MAPPER.readTree(file.toFile());
  }

  /** The entry of {@code run_results.json}, a missing node without one. */
  JsonNode result(String uniqueId) throws IOException {
    for (JsonNode result : artifact("run_results.json").path("results")) {
      if (result.path("unique_id").asText().equals(uniqueId)) {
        return result;
      }
    }
    return MissingNode.getInstance();
  }

  /** Status of every node by unique_id, as in {@code run_results.json}. */
  Map<String, String> statuses() throws IOException {
    Map<String, String> statuses = new TreeMap<>();
    artifact("run_results.json")
        .path("results")
        .forEach(
            result ->
                statuses.put(result.path("unique_id").asText(), result.path("status").asText()));
    return statuses;
  }

  /** Every file the user would commit with its content and time of change, to compare runs. */
  Map<String, String> sources() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (!name.matches(MADE_BY_A_RUN)) {
          found.put(name, Files.getLastModifiedTime(file) + "\n" + Files.readString(file));
        }
      }
    }
    return found;
  }
}
