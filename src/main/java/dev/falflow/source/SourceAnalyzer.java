package dev.falflow.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falflow.project.ModelFiles;
import dev.falflow.project.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells what every Python file of a project is and needs. The reading is done by CPython's own
 * syntax tree, in the project's interpreter; what it said of a content once is kept, and when all
 * is known no process is started.
 */
public final class SourceAnalyzer {
  private static final List<String> MODULES =
      List.of("_analysis.py", "_constants.py", "_source.py", "_notebook.py");

  private final AnalysisProcess process;
  private final Path modules;
  private final String pythonVersion;
  private final @Nullable Path cacheFile;

  /**
   * @param python the interpreter of the project's environment
   * @param pythonVersion its version: answers of another one are not used
   * @param packageFolder the folder that holds the package {@code fal}
   * @param cacheFile where answers are kept between runs, null to keep none
   */
  public SourceAnalyzer(
      Path python, String pythonVersion, Path packageFolder, @Nullable Path cacheFile) {
    this.modules = packageFolder.resolve("fal");
    this.process = new AnalysisProcess(python, modules.resolve(MODULES.get(0)));
    this.pythonVersion = pythonVersion;
    this.cacheFile = cacheFile;
  }

  /** Reads all Python files; what is wrong with them is in the answer, nothing is thrown for it. */
  public PythonSources analyze(Project project) {
    ModelFiles files = ModelFiles.of(project);
    Reading reading = new Reading(project);
    reading.read(files.python().stream().map(ModelFiles.Found::path).toList());
    Map<Path, Set<Path>> modules = reading.modulesOf(files.python());
    reading.keep();
    SourceChecks checks = new SourceChecks(project, files);
    for (ModelFiles.Found file : files.python()) {
      Set<Path> reached = Objects.requireNonNull(modules.get(file.path()));
      checks.add(file, reading.answer(file.path()), reading.code(file.path(), reached));
    }
    return checks.finish();
  }

  /** What one analysis has read so far. */
  private final class Reading {
    private final Project project;
    private final AnalysisCache cache = AnalysisCache.open(cacheFile, cacheKey());
    private final Map<Path, String> digests = new LinkedHashMap<>();
    private final Map<String, FileAnalysis> answers = new LinkedHashMap<>();

    Reading(Project project) {
      this.project = project;
    }

    void read(Collection<Path> files) {
      Map<String, AnalysisProcess.Request> unknown = new LinkedHashMap<>();
      for (Path file : files) {
        String digest = digest(file);
        digests.put(file, digest);
        FileAnalysis answer = cache.get(digest);
        if (answer != null) {
          answers.put(digest, answer);
        } else if (!answers.containsKey(digest)) {
          unknown.put(digest, new AnalysisProcess.Request(file, project.relative(file)));
        }
      }
      List<FileAnalysis> found = process.analyze(List.copyOf(unknown.values()));
      int next = 0;
      for (String digest : unknown.keySet()) {
        answers.put(digest, found.get(next++));
      }
    }

    /** The local modules of each script; modules outside the model paths are read for it. */
    Map<Path, Set<Path>> modulesOf(List<ModelFiles.Found> scripts) {
      LocalModules local = new LocalModules(project.root());
      while (true) {
        Map<Path, Set<Path>> modules = new LinkedHashMap<>();
        Set<Path> unread = new TreeSet<>();
        for (ModelFiles.Found script : scripts) {
          Set<Path> reached = local.of(script.path(), this::imports);
          modules.put(script.path(), reached);
          unread.addAll(reached);
        }
        unread.removeAll(digests.keySet());
        if (unread.isEmpty()) {
          return modules;
        }
        read(unread);
      }
    }

    private List<String> imports(Path file) {
      return digests.containsKey(file) ? answer(file).imports() : List.of();
    }

    FileAnalysis answer(Path file) {
      return Objects.requireNonNull(answers.get(digests.get(file)));
    }

    PythonSource.Code code(Path script, Set<Path> modules) {
      List<String> names = modules.stream().map(project::relative).toList();
      List<byte[]> parts = new ArrayList<>(List.of(NotebookCode.of(script)));
      modules.forEach(
          module -> {
            parts.add((project.relative(module) + digests.get(module)).getBytes(UTF_8));
          });
      return new PythonSource.Code(sha256(parts), names);
    }

    void keep() {
      cache.keep(answers);
    }
  }

  private String cacheKey() {
    List<byte[]> parts = new ArrayList<>(List.of(pythonVersion.getBytes(UTF_8)));
    MODULES.forEach(module -> parts.add(bytes(modules.resolve(module))));
    return sha256(parts);
  }

  /** Of the content, and of the kind of file, since the same text can be both. */
  private static String digest(Path file) {
    String suffix = file.toString().endsWith(".py") ? "py:" : "ipynb:";
    try {
      return suffix + sha256(List.of(Files.readAllBytes(file)));
    } catch (IOException e) {
      // Not kept under a content it does not have; the analysis says why it cannot be read.
      return "unreadable:" + file;
    }
  }

  private static String sha256(List<byte[]> parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      parts.forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
