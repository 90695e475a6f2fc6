package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.NearNames;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code fal_project.yml} to its end, whatever is wrong on the way. */
final class EnvironmentsReader {
  private static final String CODE = "wrong-environments";
  private static final List<String> KEYS =
      List.of("name", "type", "requirements", "packages", "python", "channels");

  private final YamlPlaces tree;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, EnvironmentDefinition> environments = new LinkedHashMap<>();

  EnvironmentsReader(YamlPlaces tree) {
    this.tree = tree;
  }

  EnvironmentsFile read() {
    if (!tree.isMap() && tree.isFilled()) {
      refuse(tree.where(), "the file has to hold a map with the key environments");
    }
    checkKeys(tree, List.of("environments"), "");
    YamlPlaces list = tree.get("environments");
    if (list.isFilled() && list.items().isEmpty()) {
      refuse(list.where(), "environments has to be a list, of items with name and type");
    }
    list.items().forEach(this::readEnvironment);
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
    return new EnvironmentsFile(List.copyOf(environments.values()));
  }

  private void readEnvironment(YamlPlaces item) {
    if (!item.isMap()) {
      refuse(item.where(), "an environment has to be a map with name and type");
      return;
    }
    checkKeys(item, KEYS, " of an environment");
    String name = required(item, "name");
    String type = required(item, "type");
    if (name == null || type == null || !isFree(name, item)) {
      return;
    }
    Optional<Kind> kind =
        Arrays.stream(Kind.values()).filter(each -> each.word().equals(type)).findFirst();
    if (kind.isEmpty()) {
      refuse(
          item.get("type").where(),
          "Invalid environment type (of %s) for %s. Please choose from: conda, venv"
              .formatted(type, name));
      return;
    }
    String packages = kind.get() == Kind.VENV ? "requirements" : "packages";
    for (String other : List.of("requirements", "packages", "channels")) {
      boolean isTaken = other.equals(packages) || (other.equals("channels") && !isVenv(kind.get()));
      if (!isTaken && item.get(other).isFilled()) {
        refuse(
            item.get(other).where(),
            "%s is no key of a %s: its packages stand under %s"
                .formatted(other, kind.get().word(), packages));
      }
    }
    environments.put(
        name,
        new EnvironmentDefinition(
            name,
            kind.get(),
            texts(item.get(packages), packages),
            python(item.get("python")),
            texts(item.get("channels"), "channels"),
            item.where()));
  }

  private static boolean isVenv(Kind kind) {
    return kind == Kind.VENV;
  }

  private @Nullable String required(YamlPlaces item, String key) {
    YamlPlaces value = item.get(key);
    if (!value.isFilled()) {
      refuse(value.isThere() ? value.where() : item.where(), "Missing required key: " + key);
      return null;
    }
    if (value.text() == null) {
      refuse(value.where(), key + " has to be a text");
    }
    return value.text();
  }

  private boolean isFree(String name, YamlPlaces item) {
    Location where = item.get("name").where();
    if (name.equals(EnvironmentsFile.LOCAL)) {
      refuse(where, "Environment name conflicts with a reserved name: local.");
      return false;
    }
    EnvironmentDefinition other = environments.get(name);
    if (other != null) {
      refuse(
          where, "there are two environments named " + name + ": the other is at " + other.where());
      return false;
    }
    return true;
  }

  private List<String> texts(YamlPlaces value, String key) {
    List<String> texts = new ArrayList<>();
    if (value.isFilled() && value.items().isEmpty()) {
      refuse(value.where(), key + " has to be a list, a line for each");
    }
    for (YamlPlaces item : value.items()) {
      String text = item.text();
      if (text == null || text.isBlank() || text.strip().contains("\n")) {
        refuse(item.where(), key + " has an entry that is no line of text");
      } else {
        texts.add(text.strip());
      }
    }
    return texts;
  }

  private @Nullable PythonRange python(YamlPlaces value) {
    if (!value.isFilled()) {
      return null;
    }
    String text = value.text();
    Optional<PythonRange> range = text == null ? Optional.empty() : PythonRange.parse(text);
    if (range.isEmpty()) {
      refuse(value.where(), "python has to be a version: \"3.12\", or a rule: \">=3.11,<3.13\"");
    }
    return range.orElse(null);
  }

  private void checkKeys(YamlPlaces map, List<String> known, String ofWhat) {
    map.entries()
        .forEach(
            (key, value) -> {
              if (!known.contains(key)) {
                refuse(
                    value.where(),
                    "%s is no key%s.%s It has: %s"
                        .formatted(
                            key, ofWhat, NearNames.hint(key, known), String.join(", ", known)));
              }
            });
  }

  private void refuse(Location where, String message) {
    problems.add(Problem.at(where, CODE, message));
  }
}
