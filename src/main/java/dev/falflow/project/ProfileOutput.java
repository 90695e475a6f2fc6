package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The output of a profile that dbt would connect to, unrendered.
 *
 * @param type dbt's adapter
 * @param where its {@code type}
 * @param wrapped the output that {@code db_profile} names, for an adapter around another one; null
 *     without
 * @param wrappedType the adapter of that, null without
 */
public record ProfileOutput(
    String type, Location where, @Nullable String wrapped, @Nullable String wrappedType) {
  /**
   * Finds it.
   *
   * @param target {@code --target}, null without
   * @throws FalException {@code no-profile} when there is none; when the file is no valid YAML
   */
  public static ProfileOutput find(
      Project project, Path profiles, String profile, @Nullable String target) {
    String file =
        profiles.startsWith(project.root()) ? project.relative(profiles) : profiles.toString();
    if (!Files.isRegularFile(profiles)) {
      throw missing(Location.of(file), "there is no such file");
    }
    YamlPlaces tree = YamlPlaces.read(profiles, file);
    YamlPlaces found = tree.get(profile);
    if (!found.isFilled()) {
      throw missing(tree.where(), "the file has no profile named " + profile);
    }
    String set = found.get("target").text();
    String name = target != null ? target : set == null ? "default" : set;
    if (name.contains("{{")) {
      throw new FalException(
          Problem.at(
                  found.get("target").where(),
                  "no-profile",
                  "which target it is, is known only to dbt")
              .withHint("Name it with --target."));
    }
    YamlPlaces outputs = found.get("outputs");
    YamlPlaces type = outputs.get(name).get("type");
    String adapter = type.text();
    if (adapter == null) {
      throw missing(
          found.where(), "profile " + profile + " has no output " + name + " with a type");
    }
    String wrapped = outputs.get(name).get("db_profile").text();
    String wrappedType = wrapped == null ? null : outputs.get(wrapped).get("type").text();
    return new ProfileOutput(adapter, type.where(), wrapped, wrappedType);
  }

  private static FalException missing(Location where, String what) {
    return new FalException(
        Problem.at(where, "no-profile", what)
            .withHint("Name it with --profiles-dir, --profile and --target, or write it."));
  }
}
