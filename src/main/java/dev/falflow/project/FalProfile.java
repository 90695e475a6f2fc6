package dev.falflow.project;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Profiles of the old adapter {@code type: fal}, an output around another one that it names as its
 * {@code db_profile}: dbt is given the other one (FAL.md 6.1).
 *
 * @param yaml of a {@code profiles.yml} without such outputs
 * @param notice what the user should know of the output that is used, empty for another's
 */
public record FalProfile(String yaml, String notice) {
  private static final String TYPE = "fal";
  private static final List<String> HOSTED = List.of("host", "key_id", "key_secret", "teleport");

  /**
   * Empty where the file has none, or dbt could not read it either.
   *
   * @param profile that is used, null when the project names none
   * @param target {@code --target}, null without
   * @throws FalException {@code bad-fal-profile}, {@code hosted-not-supported}
   */
  public static Optional<FalProfile> unwrap(
      Path profiles, @Nullable String profile, @Nullable String target) {
    Map<String, @Nullable Object> tree;
    try {
      if (!Files.isReadable(profiles) || !Files.readString(profiles).contains("db_profile")) {
        return Optional.empty();
      }
      tree = Yaml.map(Yaml.parse(Files.readString(profiles), profiles.toString()));
    } catch (FalException e) {
      return Optional.empty(); // dbt says so, in its own words
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    YamlPlaces places = YamlPlaces.read(profiles, profiles.toString());
    String notice = "";
    boolean isThere = false;
    Map<String, @Nullable Object> unwrapped = new LinkedHashMap<>(tree);
    for (String name : tree.keySet()) {
      Map<String, @Nullable Object> settings = new LinkedHashMap<>(Yaml.map(tree.get(name)));
      Map<String, @Nullable Object> outputs =
          new LinkedHashMap<>(Yaml.map(settings.get("outputs")));
      String used = target == null ? String.valueOf(settings.get("target")) : target;
      for (String output : List.copyOf(outputs.keySet())) {
        Map<String, @Nullable Object> own = Yaml.map(outputs.get(output));
        if (!TYPE.equals(own.get("type"))) {
          continue;
        }
        boolean isUsed = name.equals(profile) && output.equals(used);
        YamlPlaces place = places.get(name).get("outputs").get(output);
        outputs.put(output, around(Yaml.map(settings.get("outputs")), own, place, isUsed));
        isThere = true;
        if (isUsed) {
          notice =
              "The profile's output %s has type: fal; dbt runs on its db_profile %s."
                  .formatted(output, own.get("db_profile"));
        }
      }
      if (!outputs.isEmpty()) {
        settings.put("outputs", outputs);
        unwrapped.put(name, settings);
      }
    }
    return isThere
        ? Optional.of(new FalProfile(new org.yaml.snakeyaml.Yaml().dump(unwrapped), notice))
        : Optional.empty();
  }

  /**
   * Writes the profiles for dbt to read.
   *
   * @param folder that nobody else can read: there are passwords in them
   * @return the folder for {@code --profiles-dir}, made in this one
   */
  public Path writeIn(Path folder) {
    try {
      Path made = Files.createDirectory(folder.resolve("profiles"));
      Files.writeString(made.resolve("profiles.yml"), yaml);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The output that one of type fal stands for; its number of threads wins. */
  private static Map<String, @Nullable Object> around(
      Map<String, @Nullable Object> outputs,
      Map<String, @Nullable Object> own,
      YamlPlaces place,
      boolean isUsed) {
    List<Problem> problems = new ArrayList<>();
    Object named = own.get("db_profile");
    Map<String, @Nullable Object> database = Yaml.map(outputs.get(String.valueOf(named)));
    Location where = place.get("type").where();
    if (named == null || database.isEmpty()) {
      problems.add(
          Problem.at(
                  where,
                  "bad-fal-profile",
                  named == null
                      ? "an output of type fal needs db_profile"
                      : "db_profile names '" + named + "', which is no output of this profile")
              .withHint("db_profile is the name of the output that is the database."));
    } else if (TYPE.equals(database.get("type"))) {
      problems.add(
          Problem.at(where, "bad-fal-profile", "db_profile '" + named + "' is of type fal itself")
              .withHint("Name the output that is the database."));
    }
    for (String key : HOSTED) {
      if (own.containsKey(key)) {
        problems.add(
            Problem.at(
                    place.get(key).where(),
                    "hosted-not-supported",
                    key + " is of the old tool's hosted service, which is not supported")
                .withHint(
                    "Take it out: models run on this machine, each in the environment that"
                        + " fal_project.yml or meta.fal.environment gives it."));
      }
    }
    if (isUsed && !problems.isEmpty()) {
      throw new FalException(problems);
    }
    Map<String, @Nullable Object> unwrapped = new LinkedHashMap<>(database);
    if (own.get("threads") != null) {
      unwrapped.put("threads", own.get("threads"));
    }
    return unwrapped;
  }
}
