package dev.falflow.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.project.Project;
import dev.falflow.project.YamlPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a node's {@code meta.fal} was written: in its schema file, in a {@code
 * dbt_project.yml}, or in the model itself. dbt says only what came of them. A piece is looked up
 * by its keys and its number in a list, so that Jinja in a text does no harm.
 */
final class DeclaringFiles {
  private final Project project;
  private final Map<Path, YamlPlaces> read = new HashMap<>();

  /** Of each schema file, what describes a node, by its section and name. */
  private final Map<Path, Map<String, YamlPlaces>> described = new HashMap<>();

  DeclaringFiles(Project project) {
    this.project = project;
  }

  YamlPlaces projectFile() {
    return yaml(project.root().resolve(Project.FILE));
  }

  Setting.Owner owner(ScriptedNode node) {
    return new Setting.Owner(node.uniqueId(), isForeign(node) ? node.packageName() : null);
  }

  Location where(ScriptedNode node, List<Object> steps, JsonNode value) {
    List<YamlPlaces> written = written(node);
    for (YamlPlaces fal : written) {
      YamlPlaces piece = piece(fal, steps);
      if (piece.node() != null && agrees(piece, value)) {
        return piece.where();
      }
    }
    Path file = folder(node).resolve(node.originalFilePath());
    int line = lineWith(value.isTextual() ? value.asText() : lastKey(steps), file);
    return line == 0 && !written.isEmpty()
        ? written.get(0).where()
        : Location.of(project.relative(file), line, 0);
  }

  /**
   * Every {@code meta: fal:} that reaches the node; dbt takes one whole, but joins versions' lists.
   */
  private List<YamlPlaces> written(ScriptedNode node) {
    List<YamlPlaces> places = new ArrayList<>();
    YamlPlaces description = description(node);
    String version = node.uniqueId().replaceFirst("^.*\\.v", "");
    for (YamlPlaces each : description.get("versions").items()) {
      if (version.equals(each.get("v").text())) {
        places.add(each.get("config").get("meta").get("fal"));
      }
    }
    places.add(description.get("config").get("meta").get("fal"));
    places.add(description.get("meta").get("fal"));
    places.addAll(inProjectFile(projectFile(), node));
    if (isForeign(node)) {
      places.addAll(inProjectFile(yaml(folder(node).resolve(Project.FILE)), node));
    }
    return places.stream().filter(place -> place.node() != null).toList();
  }

  private YamlPlaces description(ScriptedNode node) {
    String patch = node.patchPath();
    if (patch == null) {
      return nothing(node.originalFilePath());
    }
    Path file = folder(node).resolve(patch.substring(patch.indexOf("://") + "://".length()));
    return described
        .computeIfAbsent(file, this::descriptions)
        .getOrDefault(section(node) + " " + node.name(), nothing(node.originalFilePath()));
  }

  private Map<String, YamlPlaces> descriptions(Path file) {
    Map<String, YamlPlaces> descriptions = new HashMap<>();
    yaml(file)
        .entries()
        .forEach(
            (section, places) ->
                places
                    .items()
                    .forEach(
                        item -> descriptions.put(section + " " + item.get("name").text(), item)));
    return descriptions;
  }

  /** Of the configs there that reach the node, the nearest to it first. */
  private List<YamlPlaces> inProjectFile(YamlPlaces tree, ScriptedNode node) {
    List<YamlPlaces> places = new ArrayList<>();
    YamlPlaces level = tree.get(section(node));
    List<String> names = new ArrayList<>(List.of(node.packageName()));
    names.addAll(folders(node));
    names.add(node.name());
    for (int depth = 0; depth <= names.size(); depth++) {
      places.add(level.get("meta").get("fal"));
      places.add(level.get("+meta").get("fal"));
      level = level.get(depth < names.size() ? names.get(depth) : "");
    }
    Collections.reverse(places);
    return places;
  }

  /** The folders that the node's file lies in, below its model path. */
  private List<String> folders(ScriptedNode node) {
    Path file = project.root().resolve(node.originalFilePath()).normalize();
    Path root =
        project.modelPaths().stream()
            .filter(path -> !isForeign(node) && file.startsWith(path))
            .findFirst()
            .orElse(project.root().resolve(Path.of(node.originalFilePath()).getName(0)));
    List<String> folders = new ArrayList<>();
    root.relativize(file).forEach(part -> folders.add(part.toString()));
    folders.remove(folders.size() - 1);
    return folders;
  }

  private static String section(ScriptedNode node) {
    return node.uniqueId().substring(0, node.uniqueId().indexOf('.')) + "s";
  }

  private boolean isForeign(ScriptedNode node) {
    return !node.packageName().equals(project.name());
  }

  private Path folder(ScriptedNode node) {
    return isForeign(node)
        ? project.packagesInstallPath().resolve(node.packageName())
        : project.root();
  }

  /** The YAML of a file; none when it cannot be read: dbt read it, or says why not. */
  private YamlPlaces yaml(Path path) {
    return read.computeIfAbsent(
        path,
        file -> {
          try {
            return YamlPlaces.read(file, project.relative(file));
          } catch (FalException e) {
            return nothing(project.relative(file));
          }
        });
  }

  private static YamlPlaces nothing(String file) {
    return new YamlPlaces(file, null, null);
  }

  /** What the steps lead to; nothing where they end. */
  static YamlPlaces piece(YamlPlaces fal, List<Object> steps) {
    YamlPlaces piece = fal;
    for (Object step : steps) {
      if (step instanceof Integer index) {
        List<YamlPlaces> items = piece.items();
        piece = index < items.size() ? items.get(index) : nothing(piece.file());
      } else {
        piece = piece.get(step.toString());
      }
    }
    return piece;
  }

  /** Whether what was written there can have become the value. */
  private static boolean agrees(YamlPlaces piece, JsonNode value) {
    String text = piece.text();
    return text == null
        ? value.isContainerNode()
        : !value.isTextual() || text.contains("{") || text.equals(value.asText());
  }

  private static @Nullable String lastKey(List<Object> steps) {
    String key = null;
    for (Object step : steps) {
      key = step instanceof String name ? name : key;
    }
    return key;
  }

  /** The first line of a model that holds the text, 0 without. */
  private static int lineWith(@Nullable String text, Path file) {
    if (text == null || !Files.isRegularFile(file)) {
      return 0;
    }
    try {
      // Any byte is a character: a file in an odd encoding is for dbt to refuse.
      List<String> lines =
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
      for (int index = 0; index < lines.size(); index++) {
        if (lines.get(index).contains(text)) {
          return index + 1;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
