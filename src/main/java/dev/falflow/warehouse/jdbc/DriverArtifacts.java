package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.ContextOverrides.ChecksumPolicy;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.util.artifact.JavaScopes;
import org.eclipse.aether.util.filter.DependencyFilterUtils;
import org.eclipse.aether.util.repository.SimpleResolutionErrorPolicy;

/** Drivers by their Maven coordinates, fetched as the user's {@code ~/.m2/settings.xml} says. */
final class DriverArtifacts {
  /** Group, artifact, perhaps extension and classifier, version. */
  private static final Pattern COORDINATES =
      Pattern.compile("[\\w.-]+(?::[\\w.-]+){1,3}:(?:\\d[\\w.-]*|RELEASE)");

  private static final Pattern USER_IN_URL = Pattern.compile("//[^/@\\s]+@");

  private DriverArtifacts() {}

  static boolean isCoordinates(String text) {
    return COORDINATES.matcher(text).matches();
  }

  /**
   * The driver's jar and those it needs.
   *
   * @param cache folder of a Maven repository, where they stay
   * @throws FalException {@code driver-not-fetched}
   */
  static List<Path> fetch(String coordinates, Path cache) {
    ContextOverrides settings =
        ContextOverrides.create()
            .withUserSettings(true)
            .withLocalRepositoryOverride(cache)
            .checksumPolicy(ChecksumPolicy.FAIL) // it is given the password
            .build();
    try (Context maven = Runtimes.INSTANCE.getRuntime().create(settings)) {
      DefaultRepositorySystemSession session =
          new DefaultRepositorySystemSession(maven.repositorySystemSession());
      // What was not there is asked for again by the next run.
      session.setResolutionErrorPolicy(new SimpleResolutionErrorPolicy(false, false));
      CollectRequest wanted =
          new CollectRequest(
              new Dependency(new DefaultArtifact(coordinates), JavaScopes.RUNTIME),
              maven.remoteRepositories());
      DependencyRequest request =
          new DependencyRequest(wanted, DependencyFilterUtils.classpathFilter(JavaScopes.RUNTIME));
      return maven
          .repositorySystem()
          .resolveDependencies(session, request)
          .getArtifactResults()
          .stream()
          .map(result -> result.getArtifact().getFile().toPath())
          .toList();
    } catch (DependencyResolutionException e) {
      String words = USER_IN_URL.matcher(words(e)).replaceAll("//");
      throw new FalException(
          Problem.of(
                  "driver-not-fetched",
                  Drivers.VARIABLE + "=" + coordinates + " could not be fetched: " + words)
              .withHint(
                  "Check the coordinates, the network and the mirrors in ~/.m2/settings.xml; or let "
                      + Drivers.VARIABLE
                      + " name the jar."),
          e);
    }
  }

  /** The innermost of Maven's own words, which names the repository. */
  private static String words(RepositoryException failure) {
    RepositoryException inner = failure;
    while (inner.getCause() instanceof RepositoryException cause) {
      inner = cause;
    }
    return String.valueOf(inner.getMessage());
  }
}
