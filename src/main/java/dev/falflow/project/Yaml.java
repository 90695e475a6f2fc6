package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * YAML 1.1 as dbt reads it: anchors, merge keys, last of equal keys wins. SnakeYAML is used
 * directly because Jackson's tree of a YAML file leaves aliases and merge keys unresolved.
 */
public final class Yaml {
  private static final int MAX_CODE_POINTS = 64 << 20;

  private Yaml() {}

  /** The value of a YAML text: maps with text keys, lists, scalars; null when it is empty. */
  public static @Nullable Object parse(String text, String file) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CODE_POINTS);
    options.setMaxAliasesForCollections(Integer.MAX_VALUE);
    try {
      Object value = new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).load(text);
      return withTextKeys(value);
    } catch (MarkedYAMLException e) {
      Location where =
          e.getProblemMark() == null
              ? Location.of(file)
              : Location.of(
                  file, e.getProblemMark().getLine() + 1, e.getProblemMark().getColumn() + 1);
      throw new FalException(
          Problem.at(where, "broken-yaml", "the file is not valid YAML: " + e.getProblem()), e);
    } catch (YAMLException e) {
      throw new FalException(
          Problem.at(
              Location.of(file), "broken-yaml", "the file is not valid YAML: " + e.getMessage()),
          e);
    }
  }

  /** The value as a YAML text, a line for each entry. */
  static String text(Object value) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new org.yaml.snakeyaml.Yaml(options).dump(value);
  }

  /** The value as a map; empty when it is anything else. */
  @SuppressWarnings("unchecked") // withTextKeys made every map one with text keys
  public static Map<String, @Nullable Object> map(@Nullable Object value) {
    return value instanceof Map ? (Map<String, @Nullable Object>) value : Map.of();
  }

  /** The value as a list; empty when it is anything else. */
  @SuppressWarnings("unchecked") // any list is one of objects
  static List<@Nullable Object> list(@Nullable Object value) {
    return value instanceof List ? (List<@Nullable Object>) value : List.of();
  }

  private static @Nullable Object withTextKeys(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((key, entry) -> copy.put(String.valueOf(key), withTextKeys(entry)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(entry -> copy.add(withTextKeys(entry)));
      return copy;
    }
    return value;
  }
}
