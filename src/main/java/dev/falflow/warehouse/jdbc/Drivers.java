package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the driver of a database among the user's jars: those that {@code FAL_JDBC_DRIVER} names
 * (files, folders, Maven coordinates), else those in the project's folder {@code drivers}, then on
 * the class path.
 */
final class Drivers {
  static final String VARIABLE = "FAL_JDBC_DRIVER";
  static final String FOLDER = "drivers";

  private Drivers() {}

  /**
   * The driver for a URL. Its jars see the JDK and one another, nothing of ours.
   *
   * @param named {@code FAL_JDBC_DRIVER}, null without
   * @param cache where fetched drivers stay
   * @throws FalException {@code no-jdbc-driver}, with the way to get it; {@code driver-not-fetched}
   */
  static Driver find(Dialect dialect, String url, Path root, @Nullable String named, Path cache) {
    List<Path> places =
        named == null ? List.of(root.resolve(FOLDER)) : places(named.strip(), root, cache);
    List<Path> jars = places.stream().flatMap(place -> jars(place).stream()).toList();
    URLClassLoader own =
        new URLClassLoader(
            jars.stream().map(Drivers::url).toArray(URL[]::new),
            ClassLoader.getPlatformClassLoader());
    List<ServiceLoader<Driver>> loaders =
        List.of(
            ServiceLoader.load(Driver.class, own),
            ServiceLoader.load(Driver.class, Drivers.class.getClassLoader()));
    for (ServiceLoader<Driver> drivers : loaders) {
      for (Driver driver : drivers) {
        if (accepts(driver, url)) {
          return driver;
        }
      }
    }
    throw missing(dialect, places, jars, root);
  }

  private static List<Path> places(String named, Path root, Path cache) {
    if (DriverArtifacts.isCoordinates(named)) {
      return DriverArtifacts.fetch(named, cache);
    }
    return Stream.of(named.split(File.pathSeparator, -1)).map(root::resolve).toList();
  }

  private static boolean accepts(Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      return false; // it knows the beginning and not the rest, which another may
    }
  }

  private static List<Path> jars(Path place) {
    if (!Files.isDirectory(place)) {
      return Files.exists(place) ? List.of(place) : List.of();
    }
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(place, "*.jar")) {
      found.forEach(jars::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Collections.sort(jars);
    return jars;
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FalException missing(
      Dialect dialect, List<Path> places, List<Path> jars, Path root) {
    String seen =
        jars.isEmpty()
            ? "There is no jar in "
                + String.join(", ", places.stream().map(Path::toString).toList())
            : "None of these is it: "
                + String.join(", ", jars.stream().map(Path::toString).toList());
    String artifact = dialect.driver();
    String hint =
        artifact == null
            ? "Put your database's JDBC driver into the project's folder " + FOLDER
            : "Get it by: mvn dependency:copy -Dartifact=%s:RELEASE -DoutputDirectory=%s"
                .formatted(artifact, root.resolve(FOLDER));
    return new FalException(
        Problem.of(
                "no-jdbc-driver",
                "Python models on %s need its JDBC driver. %s.".formatted(dialect.adapter(), seen))
            .withHint(
                "%s; or %s names the jar, its folder or its Maven coordinates."
                    .formatted(hint, VARIABLE)));
  }
}
