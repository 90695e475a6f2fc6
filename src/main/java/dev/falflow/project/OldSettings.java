package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Scripts, hooks and environments that the old fal ran for a project, and this one does not. */
public final class OldSettings {
  private static final String ENVIRONMENTS_FILE = "fal_project.yml";

  /** Keys of {@code meta.fal}, and what the old fal did with them. */
  private static final Map<String, String> WORDS =
      Map.of(
          "scripts", "scripts before and after the model",
          "pre-hook", "Python hooks before the model",
          "post-hook", "Python hooks after the model",
          "environment", "the model's own Python environment",
          "feature_store", "features of the model");

  private final List<Problem> found = new ArrayList<>();

  private OldSettings() {}

  /**
   * Every such setting with its place, in files that are valid YAML; of the others dbt tells.
   *
   * @param properties the YAML files of the model paths
   */
  public static List<Problem> of(Project project, List<Path> properties) {
    OldSettings settings = new OldSettings();
    Path environments = project.root().resolve(ENVIRONMENTS_FILE);
    if (Files.exists(environments)) {
      settings.readEnvironments(read(environments, project));
    }
    settings.readMeta(read(project.root().resolve(Project.FILE), project));
    for (Path file : properties) {
      YamlPlaces tree = read(file, project);
      settings.add(tree.get("fal").get("scripts"), "fal.scripts", "scripts around the whole run");
      settings.readMeta(tree);
    }
    return settings.found;
  }

  private static YamlPlaces read(Path path, Project project) {
    String file = project.relative(path);
    try {
      return YamlPlaces.read(path, file);
    } catch (FalException e) {
      return new YamlPlaces(file, null, null);
    }
  }

  private void readEnvironments(YamlPlaces tree) {
    for (YamlPlaces environment : tree.get("environments").items()) {
      String name = environment.get("name").text();
      found.add(
          notRun(environment.where(), "the environment " + name)
              .withHint(
                  "Install its packages next to dbt, where Python models run, or name a Python that"
                      + " has them with --python."));
    }
  }

  /** Below every {@code meta}, whatever has it. */
  private void readMeta(YamlPlaces tree) {
    tree.items().forEach(this::readMeta);
    tree.entries()
        .forEach(
            (key, value) -> {
              if (key.equals("meta") || key.equals("+meta")) {
                YamlPlaces fal = value.get("fal");
                fal.entries()
                    .forEach(
                        (name, setting) ->
                            add(setting, "meta.fal." + name, WORDS.getOrDefault(name, "")));
              }
              readMeta(value);
            });
  }

  private void add(YamlPlaces setting, String key, String words) {
    if (!words.isEmpty() && setting.isFilled()) {
      found.add(
          notRun(setting.where(), key + ", " + words)
              .withHint(
                  key.endsWith("environment")
                      ? "Install its packages next to dbt, where Python models run."
                      : "What it reads and writes can be a Python model; what it tells others, a"
                          + " step after fal flow run that reads target/run_results.json."));
    }
  }

  private static Problem notRun(Location where, String what) {
    return Problem.at(where, "not-run", "this fal does not run " + what);
  }
}
