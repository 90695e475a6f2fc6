package dev.falflow.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where {@code profiles.yml} is. */
public final class ProfilesFile {
  private static final String NAME = "profiles.yml";

  private ProfilesFile() {}

  /**
   * The file that dbt will read: in the folder named, the current folder, {@code ~/.dbt}. Where
   * neither of the last two has one, the project's own folder.
   *
   * @param profilesDir {@code --profiles-dir} or its variable, null without
   */
  public static Path locate(
      Path projectDir, @Nullable String profilesDir, Map<String, String> environment) {
    if (profilesDir != null) {
      return Path.of(profilesDir).toAbsolutePath().resolve(NAME);
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return Stream.of(Path.of(""), Path.of(home, ".dbt"))
        .map(folder -> folder.toAbsolutePath().resolve(NAME))
        .filter(Files::exists)
        .findFirst()
        .orElse(projectDir.resolve(NAME));
  }

  /**
   * The names of a file's profiles, in its order; what else it holds is dbt's to read.
   *
   * @throws dev.falflow.FalException when it is no valid YAML
   */
  public static List<String> names(Path file) {
    try {
      return Yaml.map(Yaml.parse(Files.readString(file), file.toString())).keySet().stream()
          .filter(name -> !name.equals("config"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
