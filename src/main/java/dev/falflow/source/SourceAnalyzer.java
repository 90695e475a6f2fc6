package dev.falflow.source;

import dev.falflow.project.ModelFiles;
import dev.falflow.project.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    Map<ModelFiles.Found, FileAnalysis> analyses = analyses(project, files.python());
    return new SourceChecks(project, files).check(analyses);
  }

  private Map<ModelFiles.Found, FileAnalysis> analyses(
      Project project, List<ModelFiles.Found> files) {
    AnalysisCache cache = AnalysisCache.open(cacheFile, cacheKey());
    Map<ModelFiles.Found, String> digests = new LinkedHashMap<>();
    Map<String, AnalysisProcess.Request> unknown = new LinkedHashMap<>();
    Map<String, FileAnalysis> known = new LinkedHashMap<>();
    for (ModelFiles.Found file : files) {
      String digest = digest(file.path());
      digests.put(file, digest);
      FileAnalysis answer = cache.get(digest);
      if (answer == null) {
        String name = project.relative(file.path());
        unknown.putIfAbsent(digest, new AnalysisProcess.Request(file.path(), name));
      } else {
        known.put(digest, answer);
      }
    }
    List<FileAnalysis> answers = process.analyze(List.copyOf(unknown.values()));
    int next = 0;
    for (String digest : unknown.keySet()) {
      known.put(digest, answers.get(next++));
    }
    cache.keep(known);
    Map<ModelFiles.Found, FileAnalysis> result = new LinkedHashMap<>();
    digests.forEach((file, digest) -> result.put(file, Objects.requireNonNull(known.get(digest))));
    return result;
  }

  private String cacheKey() {
    List<byte[]> parts = new ArrayList<>(List.of(pythonVersion.getBytes(StandardCharsets.UTF_8)));
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
