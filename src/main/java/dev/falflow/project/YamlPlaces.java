package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A piece of a YAML file that knows its place; merge keys are not followed.
 *
 * @param file as the user would type it
 * @param key that the piece stands under, null for the whole file and items of lists
 * @param node null where the file has none
 */
public record YamlPlaces(String file, @Nullable Node key, @Nullable Node node) {
  /**
   * Reads a file.
   *
   * @throws FalException when it is no valid YAML
   */
  public static YamlPlaces read(Path path, String file) {
    try (Reader reader = Files.newBufferedReader(path)) {
      Yaml.parse(Files.readString(path), file); // says what is wrong with it, and where
      Node node = new org.yaml.snakeyaml.Yaml(new LoaderOptions()).compose(reader);
      return new YamlPlaces(file, null, node);
    } catch (IOException e) {
      throw new FalException(
          Problem.at(Location.of(file), "unreadable-file", "the file cannot be read: " + e), e);
    }
  }

  /** What a map holds, by its keys; empty for anything else. */
  public Map<String, YamlPlaces> entries() {
    Map<String, YamlPlaces> entries = new LinkedHashMap<>();
    if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode name) {
          entries.put(name.getValue(), new YamlPlaces(file, name, entry.getValueNode()));
        }
      }
    }
    return entries;
  }

  /** What stands under a key; nothing where there is none. */
  public YamlPlaces get(String name) {
    return entries().getOrDefault(name, new YamlPlaces(file, null, null));
  }

  /** The items of a list; empty for anything else. */
  public List<YamlPlaces> items() {
    return node instanceof SequenceNode list
        ? list.getValue().stream().map(item -> new YamlPlaces(file, null, item)).toList()
        : List.of();
  }

  boolean isMap() {
    return node instanceof MappingNode;
  }

  /** Whether the file has it, be it empty. */
  boolean isThere() {
    return node != null;
  }

  /** The text of a scalar, null for anything else. */
  public @Nullable String text() {
    return node instanceof ScalarNode scalar ? scalar.getValue() : null;
  }

  /** Whether there is something: no null, no empty list or map. */
  public boolean isFilled() {
    String text = text();
    return text == null
        ? !entries().isEmpty() || !items().isEmpty()
        : !text.isEmpty() && !text.equals("~") && !text.equalsIgnoreCase("null");
  }

  /** Of the key, else of the piece. */
  public Location where() {
    Node at = key == null ? node : key;
    return at == null
        ? Location.of(file)
        : Location.of(file, at.getStartMark().getLine() + 1, at.getStartMark().getColumn() + 1);
  }
}
