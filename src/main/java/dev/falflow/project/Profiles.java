package dev.falflow.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The names in a {@code profiles.yml}; what it holds is dbt's to read. */
public final class Profiles {
  private Profiles() {}

  /**
   * The profiles of a file, in its order.
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
