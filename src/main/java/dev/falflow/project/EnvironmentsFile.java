package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.NearNames;
import dev.falflow.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The environments of a project's {@code fal_project.yml}, in its order.
 *
 * @param environments none without the file
 */
public record EnvironmentsFile(List<EnvironmentDefinition> environments) {
  public static final String FILE = "fal_project.yml";

  /** The name that stands for the run's own environment. */
  public static final String LOCAL = "local";

  public EnvironmentsFile {
    environments = List.copyOf(environments);
  }

  /**
   * Reads the file.
   *
   * @throws FalException with everything that is wrong in it, each at its line
   */
  public static EnvironmentsFile read(Project project) {
    Path file = project.root().resolve(FILE);
    return Files.exists(file)
        ? new EnvironmentsReader(YamlPlaces.read(file, FILE)).read()
        : new EnvironmentsFile(List.of());
  }

  public Optional<EnvironmentDefinition> find(String name) {
    return environments.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /**
   * The environment of that name.
   *
   * @param where somebody asks for it
   * @throws FalException when there is none
   */
  public EnvironmentDefinition named(String name, Location where) {
    return find(name).orElseThrow(() -> new FalException(unknown(name, where)));
  }

  /** What to say of a name that the file does not have. */
  public Problem unknown(String name, Location where) {
    List<String> names = environments.stream().map(EnvironmentDefinition::name).toList();
    String known =
        names.isEmpty()
            ? " The project has no " + FILE + " with environments."
            : " It has " + String.join(", ", names) + ".";
    return Problem.at(
            where,
            "environment-unknown",
            "Could not find environment: " + name + "." + NearNames.hint(name, names) + known)
        .withHint("Add it to " + FILE + ", or take 'local', the run's own environment.");
  }
}
