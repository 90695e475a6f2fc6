package dev.falflow.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells what every Python file of a project is and needs. The reading is done by CPython's own
 * syntax tree, in the project's interpreter; what it said of a content once is kept, and when all
 * is known no process is started.
 */
public final class SourceAnalyzer {
  private static final List<String> MODULES =
      List.of(
          "_analysis.py",
          "_attributes.py",
          "_calls.py",
          "_docstring.py",
          "_evaluation.py",
          "_evaluator.py",
          "_expressions.py",
          "_flow.py",
          "_growth.py",
          "_modules.py",
          "_names.py",
          "_notebook.py",
          "_operations.py",
          "_program.py",
          "_results.py",
          "_scopes.py",
          "_source.py",
          "_values.py",
          "_view.py",
          "_worlds.py");

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
    CompletableFuture<AnalysisCache> cache =
        CompletableFuture.supplyAsync(() -> AnalysisCache.open(cacheFile, cacheKey()));
    ModelFiles files = ModelFiles.of(project);
    Reading reading = new Reading(project, cache.join());
    Map<Path, Set<Path>> modules = reading.modulesOf(files.python());
    Map<Path, FileAnalysis> analyses = reading.analysesOf(modules);
    SourceChecks checks = new SourceChecks(project, files, modules, reading.modules());
    for (ModelFiles.Found file : files.python()) {
      Path path = file.path();
      PythonSource.Code code = reading.code(path, Objects.requireNonNull(modules.get(path)));
      checks.add(
          file,
          Objects.requireNonNull(analyses.get(path)),
          reading.imports(path),
          code,
          () -> reading.mentionsWrite(path));
    }
    return checks.finish();
  }

  /** What one analysis has read so far. */
  private final class Reading {
    private final Project project;
    private final AnalysisCache cache;
    private final Map<Path, Content> contents = new LinkedHashMap<>();
    private final Map<String, FileImports> imports = new LinkedHashMap<>();
    private final Set<Path> modules = new TreeSet<>();
    private final Map<Set<Path>, Modules> described = new HashMap<>();

    Reading(Project project, AnalysisCache cache) {
      this.project = project;
      this.cache = cache;
    }

    /** The local modules of each script; modules outside the model paths are read for it. */
    Map<Path, Set<Path>> modulesOf(List<ModelFiles.Found> scripts) {
      LocalModules local = new LocalModules(project, this::imports);
      List<Path> paths = scripts.stream().map(ModelFiles.Found::path).toList();
      Collection<Path> unread = paths;
      while (!unread.isEmpty()) {
        read(unread);
        modules.addAll(local.ofAll(paths));
        unread = modules.stream().filter(module -> !contents.containsKey(module)).toList();
      }
      Map<Path, Set<Path>> found = new LinkedHashMap<>();
      paths.forEach(script -> found.put(script, local.of(script)));
      return found;
    }

    private void read(Collection<Path> files) {
      Map<String, AnalysisProcess.ImportsOf> unknown = new LinkedHashMap<>();
      List<Path> paths = List.copyOf(files);
      List<Content> read = paths.parallelStream().map(Content::of).toList();
      for (int index = 0; index < paths.size(); index++) {
        Path file = paths.get(index);
        String digest = read.get(index).digest;
        contents.put(file, read.get(index));
        FileImports known = cache.imports(digest);
        if (known != null) {
          imports.put(digest, known);
        } else if (!imports.containsKey(digest)) {
          unknown.put(digest, new AnalysisProcess.ImportsOf(file));
        }
      }
      List<FileImports> answers =
          process.ask(
              AnalysisProcess.Setting.NONE,
              List.copyOf(unknown.values()),
              FileImports::of,
              FileImports::crashed);
      int next = 0;
      for (String digest : unknown.keySet()) {
        imports.put(digest, answers.get(next++));
      }
    }

    List<String> imports(Path file) {
      return contents.containsKey(file) ? found(digest(file)).imports() : List.of();
    }

    private String digest(Path file) {
      return content(file).digest;
    }

    private Content content(Path file) {
      return Objects.requireNonNull(contents.get(file));
    }

    /** In any encoding that has ASCII's letters. */
    boolean mentionsWrite(Path file) {
      return new String(content(file).bytes, ISO_8859_1).contains("write_to_model");
    }

    private FileImports found(String digest) {
      return Objects.requireNonNull(imports.get(digest));
    }

    /** The modules with what is wrong with them, those of the model paths among them. */
    Map<Path, List<FileAnalysis.Found>> modules() {
      Map<Path, List<FileAnalysis.Found>> problems = new LinkedHashMap<>();
      modules.forEach(path -> problems.put(path, found(digest(path)).problems()));
      return problems;
    }

    /** What each script is and needs; the answers are kept for the next run. */
    Map<Path, FileAnalysis> analysesOf(Map<Path, Set<Path>> scripts) {
      Map<String, AnalysisCache.Kept> kept = new LinkedHashMap<>();
      Map<Path, FileAnalysis> found = new LinkedHashMap<>();
      Map<Path, String> unknown = new LinkedHashMap<>();
      scripts.forEach(
          (script, reached) -> {
            String key = key(script, reached);
            AnalysisCache.Kept known = cache.analysis(key);
            if (known != null && known.asked().equals(valuesFor(known.analysis()))) {
              kept.put(key, known);
              found.put(script, known.analysis());
            } else {
              unknown.put(script, key);
            }
          });
      List<FileAnalysis> answers = ask(unknown.keySet());
      int next = 0;
      for (Map.Entry<Path, String> asked : unknown.entrySet()) {
        FileAnalysis answer = answers.get(next++);
        kept.put(asked.getValue(), new AnalysisCache.Kept(answer, valuesFor(answer)));
        found.put(asked.getKey(), answer);
      }
      cache.keep(new AnalysisCache.Answers(imports, kept), !unknown.isEmpty());
      return found;
    }

    private List<FileAnalysis> ask(Collection<Path> scripts) {
      Map<String, String> names = new LinkedHashMap<>();
      modules.forEach(path -> names.put(path.toString(), project.relative(path)));
      List<AnalysisProcess.AnalysisOf> questions =
          scripts.stream()
              .map(
                  path ->
                      new AnalysisProcess.AnalysisOf(
                          path, project.relative(path), project.importFolders(path)))
              .toList();
      return process.ask(
          new AnalysisProcess.Setting(names, project.vars()),
          questions,
          FileAnalysis::of,
          FileAnalysis::crashed);
    }

    /** Another one when the script or one of its modules is another. */
    private String key(Path script, Set<Path> reached) {
      List<byte[]> parts = new ArrayList<>();
      parts.add((project.relative(script) + digest(script)).getBytes(UTF_8));
      parts.add(described(reached).contents().getBytes(UTF_8));
      return sha256(parts);
    }

    private Modules described(Set<Path> reached) {
      return described.computeIfAbsent(
          reached,
          paths -> {
            List<String> names = paths.stream().map(project::relative).toList();
            StringBuilder contents = new StringBuilder();
            paths.forEach(path -> contents.append(project.relative(path)).append(digest(path)));
            return new Modules(names, contents.toString());
          });
    }

    /** A digest, since the values may be nobody's business. */
    private String valuesFor(FileAnalysis analysis) {
      if (analysis.askedVars().isEmpty() && analysis.askedEnvironment().isEmpty()) {
        return "";
      }
      List<byte[]> parts = new ArrayList<>();
      for (String name : analysis.askedVars()) {
        parts.add((name + "=" + project.vars().get(name) + "\n").getBytes(UTF_8));
      }
      for (String name : analysis.askedEnvironment()) {
        parts.add((name + "=" + System.getenv(name) + "\n").getBytes(UTF_8));
      }
      return sha256(parts);
    }

    PythonSource.Code code(Path script, Set<Path> reached) {
      List<byte[]> parts = new ArrayList<>();
      parts.add(NotebookCode.of(script, content(script).bytes));
      Modules modules = described(reached);
      parts.add(modules.contents().getBytes(UTF_8));
      return new PythonSource.Code(sha256(parts), modules.names());
    }
  }

  private String cacheKey() {
    List<byte[]> parts = new ArrayList<>(List.of(pythonVersion.getBytes(UTF_8)));
    MODULES.forEach(module -> parts.add(bytes(modules.resolve(module))));
    return sha256(parts);
  }

  /** Modules relative to the project, and what another digest comes of when one is another. */
  private record Modules(List<String> names, String contents) {
    Modules {
      names = List.copyOf(names);
    }
  }

  /** A file as it is now. */
  private static final class Content {
    final byte[] bytes;

    /** Of the content, and of the kind of file, since the same text can be both. */
    final String digest;

    private Content(byte[] bytes, String digest) {
      this.bytes = bytes;
      this.digest = digest;
    }

    static Content of(Path file) {
      String suffix = file.toString().endsWith(".py") ? "py:" : "ipynb:";
      try {
        byte[] bytes = Files.readAllBytes(file);
        return new Content(bytes, suffix + sha256(List.of(bytes)));
      } catch (IOException e) {
        // Not kept under a content it does not have; the analysis says why it cannot be read.
        return new Content(new byte[0], "unreadable:" + file);
      }
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
