package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Where YAML files describe models of certain names. */
public final class DescribedModels {
  private DescribedModels() {}

  /**
   * The place of each name that is described; files that are no valid YAML are dbt's to refuse.
   *
   * @param files the YAML files of the model paths
   */
  public static Map<String, Location> find(Project project, List<Path> files, Set<String> names) {
    Map<String, Location> found = new TreeMap<>();
    for (Path file : files) {
      try {
        String text = Files.readString(file);
        if (names.stream().noneMatch(text::contains)) {
          continue;
        }
        YamlPlaces models = YamlPlaces.read(file, project.relative(file)).get("models");
        for (YamlPlaces model : models.items()) {
          String name = model.get("name").text();
          if (name != null && names.contains(name)) {
            found.putIfAbsent(name, model.get("name").where());
          }
        }
      } catch (FalException e) {
        // dbt says so, in its own words
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }
}
