package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Asks Python interpreters what they are and which packages they see. An answer is kept in the
 * cache until something it depends on changes, since asking costs a process.
 */
final class Interpreters {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Reads metadata only, imports no package. The answer depends on the folders under "watched": an
   * installer that adds or removes a package changes their time.
   */
  private static final String QUESTION =
      """
      import importlib.util, json, os, re, sys
      from importlib import metadata
      packages = {}
      for found in metadata.distributions():
          name = re.sub(r"[-_.]+", "-", found.metadata["Name"] or "").lower()
          if name in ("pandas", "pyarrow", "polars", "fal") or name.startswith("dbt-"):
              packages.setdefault(name, found.version)
      base = getattr(sys, "_base_executable", None) or sys.executable
      print(json.dumps({
          "executable": sys.executable,
          "version": "%d.%d.%d" % sys.version_info[:3],
          "prefix": sys.prefix,
          "base": os.path.realpath(base),
          "has_pip": importlib.util.find_spec("pip") is not None,
          "packages": packages,
          "watched": [p for p in sys.path if os.path.isdir(p)]
              + [os.path.join(sys.prefix, "pyvenv.cfg"), os.path.realpath(sys.executable)],
      }))
      """;

  private final CacheFolder cache;
  private final Map<String, String> environment;

  Interpreters(CacheFolder cache, Map<String, String> environment) {
    this.cache = cache;
    this.environment = environment;
  }

  /** What is at that path, empty when it is no working Python 3.8 or newer. */
  Optional<Interpreter> ask(Path executable) {
    Path absolute = executable.toAbsolutePath();
    // PYTHONPATH and PYENV_VERSION change what the same executable answers.
    String asked =
        String.join(
            "\n",
            absolute.toString(),
            environment.getOrDefault("PYTHONPATH", ""),
            environment.getOrDefault("PYENV_VERSION", ""));
    Path kept = cache.folder("interpreters").resolve(Hashes.shortSha256(asked) + ".json");
    try {
      Optional<JsonNode> known = readKept(kept);
      if (known.isEmpty()) {
        known = askNow(absolute, kept);
      }
      return known.filter(answer -> answer.has("version")).map(it -> interpreter(absolute, it));
    } catch (IOException e) {
      // Not executable, of another machine, gone meanwhile: no Python for us.
      return Optional.empty();
    }
  }

  private Optional<JsonNode> askNow(Path executable, Path kept) throws IOException {
    // Not -I: packages of the user's own site folder count, models see them too. The working folder
    // would be on sys.path, so it is one that holds no modules.
    Path neutral = cache.folder("interpreters");
    Command.Outcome outcome =
        new Command(List.of(executable.toString(), "-c", QUESTION), neutral, environment)
            .run(LIMIT);
    boolean isShim = Shebang.of(executable).isPresent();
    String lastLine = outcome.output().lines().reduce("", (earlier, line) -> line);
    JsonNode answer =
        outcome.isSuccess() ? Json.MAPPER.readTree(lastLine) : Json.MAPPER.createObjectNode();
    if (!(answer instanceof ObjectNode found) || !(outcome.isSuccess() || isShim)) {
      return Optional.empty();
    }
    // Of refusals only those of a version manager's shims are kept: they last, and there are many.
    List<String> watched = new ArrayList<>();
    found.path("watched").forEach(path -> watched.add(path.asText()));
    watched.add(executable.toString());
    if (isShim) {
      watched.add(pyenvVersionFile().toString());
    }
    found.remove("watched");
    keep(kept, found, watched);
    return Optional.of(found);
  }

  /** Where pyenv notes which version its shims stand for. */
  private Path pyenvVersionFile() {
    String root = environment.getOrDefault("PYENV_ROOT", "");
    return root.isEmpty()
        ? Path.of(environment.getOrDefault("HOME", "/"), ".pyenv", "version")
        : Path.of(root, "version");
  }

  private static void keep(Path kept, ObjectNode answer, List<String> watched) throws IOException {
    ObjectNode times = answer.putObject("times");
    for (String path : watched) {
      times.put(path, modified(Path.of(path)));
    }
    Path fresh = Files.createTempFile(kept.resolveSibling(""), "asking-", ".json");
    Json.MAPPER.writeValue(fresh.toFile(), answer);
    Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Optional<JsonNode> readKept(Path kept) throws IOException {
    if (!Files.exists(kept)) {
      return Optional.empty();
    }
    JsonNode answer = Json.MAPPER.readTree(kept.toFile());
    Set<Map.Entry<String, JsonNode>> times = answer.path("times").properties();
    if (times.isEmpty()) {
      return Optional.empty();
    }
    for (Map.Entry<String, JsonNode> watched : times) {
      if (modified(Path.of(watched.getKey())) != watched.getValue().asLong()) {
        return Optional.empty();
      }
    }
    return Optional.of(answer);
  }

  private static long modified(Path path) throws IOException {
    return Files.exists(path) ? Files.getLastModifiedTime(path).toMillis() : 0;
  }

  private static Interpreter interpreter(Path asked, JsonNode answer) {
    NavigableMap<String, String> packages = new TreeMap<>();
    answer
        .get("packages")
        .properties()
        .forEach(found -> packages.put(found.getKey(), found.getValue().asText()));
    String executable = answer.get("executable").asText();
    return new Interpreter(
        executable.isEmpty() ? asked : Path.of(executable),
        answer.get("version").asText(),
        Path.of(answer.get("prefix").asText()),
        Path.of(answer.get("base").asText()),
        answer.get("has_pip").asBoolean(),
        packages);
  }
}
