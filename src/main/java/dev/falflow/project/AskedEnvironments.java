package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every environment of a project, and who asks for which, as its files say without dbt.
 *
 * @param file {@code fal_project.yml}
 * @param inline those of the blocks in Python files of the model paths
 * @param uses names that models and hooks ask for
 * @param problems broken blocks and names that are nowhere
 */
public record AskedEnvironments(
    EnvironmentsFile file,
    List<EnvironmentDefinition> inline,
    List<Use> uses,
    List<Problem> problems) {
  private static final List<String> HOOKS = List.of("pre-hook", "post-hook");

  /**
   * Somebody who asks for an environment.
   *
   * @param words {@code model_a}, {@code hook tell.py of model_a}
   */
  public record Use(String environment, String words, Location where) {}

  public AskedEnvironments {
    inline = List.copyOf(inline);
    uses = List.copyOf(uses);
    problems = List.copyOf(problems);
  }

  /**
   * Looks through the project.
   *
   * @throws FalException when {@code fal_project.yml} is broken
   */
  public static AskedEnvironments of(Project project) {
    Looking looking = new Looking(project);
    EnvironmentsFile file = EnvironmentsFile.read(project);
    ModelFiles files = ModelFiles.of(project);
    looking.readUses(project.root().resolve(Project.FILE));
    files.properties().forEach(looking::readUses);
    files.python().forEach(found -> looking.readBlock(found.path()));
    for (Use use : looking.uses) {
      if (!use.environment().equals(EnvironmentsFile.LOCAL)
          && file.find(use.environment()).isEmpty()) {
        looking.problems.add(file.unknown(use.environment(), use.where()));
      }
    }
    return new AskedEnvironments(file, looking.inline, looking.uses, looking.problems);
  }

  /** All that would be made. */
  public List<EnvironmentDefinition> definitions() {
    return Stream.concat(file.environments().stream(), inline.stream()).toList();
  }

  /** Who asks for an environment by its name. */
  public List<Use> usesOf(String name) {
    return uses.stream().filter(use -> use.environment().equals(name)).toList();
  }

  private static final class Looking {
    private final Project project;
    private final List<EnvironmentDefinition> inline = new ArrayList<>();
    private final List<Use> uses = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    Looking(Project project) {
      this.project = project;
    }

    void readBlock(Path path) {
      try {
        InlineMetadata.of(project, path).ifPresent(inline::add);
      } catch (FalException e) {
        problems.addAll(e.problems());
      }
    }

    /** Of broken YAML dbt tells. */
    void readUses(Path path) {
      String file = project.relative(path);
      try {
        read(YamlPlaces.read(path, file), null);
      } catch (FalException e) {
        return;
      }
    }

    /** Below every {@code meta}, whatever has it. */
    private void read(YamlPlaces tree, @Nullable String outer) {
      String own = tree.get("name").text();
      String name = own == null ? outer : own;
      tree.items().forEach(item -> read(item, name));
      tree.entries()
          .forEach(
              (key, value) -> {
                if (key.equals("meta") || key.equals("+meta")) {
                  readFal(value.get("fal"), name == null ? tree.file() : name);
                }
                read(value, name);
              });
    }

    private void readFal(YamlPlaces fal, String name) {
      addUse(fal.get("environment"), name);
      for (String key : HOOKS) {
        for (YamlPlaces hook : fal.get(key).items()) {
          String script = hook.get("path").text();
          addUse(hook.get("environment"), "hook " + script + " of " + name);
        }
      }
    }

    private void addUse(YamlPlaces environment, String words) {
      String name = environment.text();
      if (name != null && environment.isFilled()) {
        uses.add(new Use(name, words, environment.where()));
      }
    }
  }
}
