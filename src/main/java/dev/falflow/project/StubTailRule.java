package dev.falflow.project;

import dev.falflow.FalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the project's files place a model anywhere but at its own name in the target's schema, so
 * that a generated model has to select from {@code this}. Only files are read, never the target:
 * the answer is the same on every machine.
 */
public final class StubTailRule {
  // The last three are what adapters call a schema or a database.
  private static final List<String> RELATION_KEYS =
      List.of("schema", "alias", "database", "dataset", "project", "catalog");
  private static final Pattern MENTIONS_RELATION =
      Pattern.compile("[+\"']?(?:versions|" + String.join("|", RELATION_KEYS) + ")[\"']?\\s*:");
  private static final Pattern OVERRIDE =
      Pattern.compile("\\bmacro\\s+(?:\\w+__)?generate_(?:schema|alias|database)_name\\s*\\(");

  private final Project project;
  private final boolean overridesNames;
  private final Set<String> configuredModels = new HashSet<>();

  public StubTailRule(Project project, ModelFiles files) {
    this.project = project;
    this.overridesNames = project.macroPaths().stream().anyMatch(StubTailRule::holdsOverride);
    files.properties().forEach(this::readProperties);
  }

  /**
   * Whether some file sets alias, schema or database for this model, or overrides their making.
   *
   * @param fqn the model's folders below its model path, then its name
   */
  public boolean isPlacedByProject(List<String> fqn) {
    String name = fqn.get(fqn.size() - 1);
    return overridesNames || configuredModels.contains(name) || isConfigured(fqn);
  }

  private boolean isConfigured(List<String> fqn) {
    for (String key : RELATION_KEYS) {
      Map<String, @Nullable Object> level = Yaml.map(project.tree().get("models"));
      Object value = setting(level, key, null);
      level = Yaml.map(level.get(project.name()));
      value = setting(level, key, value);
      for (String part : fqn) {
        level = Yaml.map(level.get(part));
        value = setting(level, key, value);
      }
      if (value != null) {
        return true;
      }
    }
    return false;
  }

  /** The deeper setting wins, also when it is null; a map under a plain key is a folder. */
  private static @Nullable Object setting(
      Map<String, @Nullable Object> level, String key, @Nullable Object outer) {
    if (level.containsKey("+" + key)) {
      return level.get("+" + key);
    }
    boolean isPlain = level.containsKey(key) && !(level.get(key) instanceof Map);
    return isPlain ? level.get(key) : outer;
  }

  private void readProperties(Path file) {
    String text = text(file);
    if (!MENTIONS_RELATION.matcher(text).find() || !text.contains("models:")) {
      return;
    }
    Object tree;
    try {
      tree = Yaml.parse(text, project.relative(file));
    } catch (FalException e) {
      return; // dbt reads the same file next and reports it, with its own rules for Jinja in it
    }
    for (Object model : Yaml.list(Yaml.map(tree).get("models"))) {
      Map<String, @Nullable Object> properties = Yaml.map(model);
      Map<String, @Nullable Object> config = Yaml.map(properties.get("config"));
      boolean places = RELATION_KEYS.stream().anyMatch(key -> config.get(key) != null);
      if (properties.get("name") instanceof String name) {
        if (places) {
          configuredModels.add(name);
        }
        Yaml.list(properties.get("versions"))
            .forEach(version -> configuredModels.add(fileOf(name, Yaml.map(version))));
      }
    }
  }

  /** A version's model has its version in the relation's name, not in its own. */
  private static String fileOf(String name, Map<String, @Nullable Object> version) {
    return version.get("defined_in") instanceof String file ? file : name + "_v" + version.get("v");
  }

  private static boolean holdsOverride(Path macroPath) {
    if (!Files.isDirectory(macroPath)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(macroPath)) {
      return files
          .filter(file -> file.toString().endsWith(".sql") && Files.isRegularFile(file))
          .anyMatch(file -> OVERRIDE.matcher(text(file)).find());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      // Any byte is a character: what is looked for is ASCII, and odd files are for dbt to refuse.
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
