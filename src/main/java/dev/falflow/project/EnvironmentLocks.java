package dev.falflow.project;

import dev.falflow.AtomicFile;
import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The project's {@code fal.lock}: for each environment and Python the exact versions that were
 * installed, so that another machine installs the same. A run reads it; {@code fal env lock} alone
 * writes it.
 *
 * @param entries sorted by name and Python
 */
public record EnvironmentLocks(List<Entry> entries) {
  public static final String FILE = "fal.lock";

  private static final String HEAD =
      """
      # Written by `fal env lock`; commit it. Versions of the environments of fal_project.yml and of Python files.
      """;

  /**
   * One environment on one Python.
   *
   * @param python {@code 3.11}
   * @param platform {@code linux-amd64}
   * @param hash of what was asked for: with another one the entry is stale
   * @param asked what was asked for, in words
   * @param packages all that was installed, {@code name==version}; with conda {@code
   *     name=version=build}
   */
  public record Entry(
      String name,
      String kind,
      String python,
      String platform,
      String hash,
      List<String> asked,
      List<String> packages) {
    public Entry {
      asked = List.copyOf(asked);
      packages = List.copyOf(packages);
    }
  }

  public EnvironmentLocks {
    entries =
        entries.stream()
            .sorted(Comparator.comparing(Entry::name).thenComparing(Entry::python))
            .toList();
  }

  /**
   * Reads the file; without one there are no entries.
   *
   * @throws FalException when it is none of ours
   */
  public static EnvironmentLocks read(Project project) {
    Path file = project.root().resolve(FILE);
    if (!Files.exists(file)) {
      return new EnvironmentLocks(List.of());
    }
    List<Entry> entries = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (YamlPlaces item : YamlPlaces.read(file, FILE).get("environments").items()) {
      Entry entry =
          new Entry(
              text(item, "name"),
              text(item, "kind"),
              text(item, "python"),
              text(item, "platform"),
              text(item, "hash"),
              texts(item, "asked"),
              texts(item, "packages"));
      boolean isWhole =
          !entry.name().isEmpty() && !entry.hash().isEmpty() && !entry.packages().isEmpty();
      if (isWhole) {
        entries.add(entry);
      } else {
        problems.add(broken(item.where()));
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
    return new EnvironmentLocks(entries);
  }

  private static Problem broken(Location where) {
    return Problem.at(where, "broken-lock", "the entry lacks its name, hash or packages")
        .withHint("Take the file from your version control, or delete it and run `fal env lock`.");
  }

  private static String text(YamlPlaces item, String key) {
    String text = item.get(key).text();
    return text == null ? "" : text;
  }

  private static List<String> texts(YamlPlaces item, String key) {
    return item.get(key).items().stream()
        .map(YamlPlaces::text)
        .flatMap(text -> Optional.ofNullable(text).stream())
        .toList();
  }

  /** The entry of that environment on that Python, stale or not. */
  public Optional<Entry> find(String name, Kind kind, String python) {
    return entries.stream()
        .filter(entry -> entry.name().equals(name))
        .filter(entry -> entry.kind().equals(kind.word()) && entry.python().equals(python))
        .findFirst();
  }

  /** The same with these entries in place of those of the same environment and Python. */
  public EnvironmentLocks with(List<Entry> fresh) {
    Map<List<String>, Entry> all = new LinkedHashMap<>();
    entries.forEach(entry -> all.put(List.of(entry.name(), entry.python()), entry));
    fresh.forEach(entry -> all.put(List.of(entry.name(), entry.python()), entry));
    return new EnvironmentLocks(List.copyOf(all.values()));
  }

  /** Without the entries of environments that have none of these names. */
  public EnvironmentLocks only(List<String> names) {
    return new EnvironmentLocks(
        entries.stream().filter(entry -> names.contains(entry.name())).toList());
  }

  /** Writes the file; the same entries give the same text. */
  public void write(Project project) {
    List<Object> items = new ArrayList<>();
    for (Entry entry : entries) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("name", entry.name());
      item.put("kind", entry.kind());
      item.put("python", entry.python());
      item.put("platform", entry.platform());
      item.put("hash", entry.hash());
      item.put("asked", entry.asked());
      item.put("packages", entry.packages());
      items.add(item);
    }
    String text = HEAD + Yaml.text(Map.of("environments", items));
    try {
      AtomicFile.write(project.root().resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + FILE, e);
    }
  }
}
