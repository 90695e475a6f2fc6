package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JDBC driver by its Maven coordinates, from a repository that the user's settings name. */
class DriverCoordinatesTest {
  private Path scratch = Path.of("");

  @Test
  void aDriverIsFetchedWithWhatItNeedsAndKept(@TempDir Path folder) throws Exception {
    scratch = folder;
    SampleProject project = SampleProject.copyOf("sqlite", scratch);
    Path repository = scratch.resolve("repository");
    publish(repository, "test", "wrapper", empty(), dependency("org.xerial", "sqlite-jdbc"));
    publish(repository, "org.xerial", "sqlite-jdbc", SqliteTest.driver(), "");
    mirror(project, repository.toUri().toString());

    CommandResult first = run(project, "test:wrapper:1.0");
    assertThat(first.exitCode()).as(first::toString).isZero();

    CommandResult wrong = run(project, "test:wrapper:7.0");
    assertThat(wrong.exitCode()).as(wrong::toString).isEqualTo(1);
    assertThat(wrong.output())
        .contains("[driver-not-fetched]", "FAL_JDBC_DRIVER=test:wrapper:7.0 could not be fetched")
        .contains("Could not find artifact test:wrapper:jar:7.0", "Check the coordinates");

    mirror(project, "http://127.0.0.1:1/");
    CommandResult kept = run(project, "test:wrapper:1.0");
    assertThat(kept.exitCode()).as(kept::toString).isZero();

    CommandResult offline = run(project, "test:other:1.0");
    assertThat(offline.exitCode()).as(offline::toString).isEqualTo(1);
    assertThat(offline.output())
        .contains("[driver-not-fetched]", "test:other", "127.0.0.1:1", "~/.m2/settings.xml");
  }

  private CommandResult run(SampleProject project, String coordinates) throws IOException {
    return project
        .fal()
        .with("FAL_JDBC_DRIVER", coordinates)
        .with("FAL_CACHE_DIR", scratch.resolve("cache").toString())
        .run("flow", "run", "-s", "+doubled", "--python", DbtEnvironments.sqlite().toString());
  }

  private static void mirror(SampleProject project, String url) throws IOException {
    Path folder = Files.createDirectories(project.fal().home().resolve(".m2"));
    Files.writeString(
        folder.resolve("settings.xml"),
        """
        <settings><mirrors><mirror>
          <id>mine</id><mirrorOf>*</mirrorOf><url>%s</url>
        </mirror></mirrors></settings>
        """
            .formatted(url));
  }

  private Path empty() throws IOException {
    Path jar = scratch.resolve("empty.jar");
    new JarOutputStream(Files.newOutputStream(jar)).close();
    return jar;
  }

  private static String dependency(String group, String artifact) {
    return """
        <dependencies><dependency>
          <groupId>%s</groupId><artifactId>%s</artifactId><version>1.0</version>
        </dependency></dependencies>
        """
        .formatted(group, artifact);
  }

  private static void publish(
      Path repository, String group, String artifact, Path jar, String dependencies)
      throws Exception {
    Path folder =
        Files.createDirectories(
            repository.resolve(group.replace('.', '/')).resolve(artifact).resolve("1.0"));
    Path pom = folder.resolve(artifact + "-1.0.pom");
    Files.writeString(
        pom,
        """
        <project><modelVersion>4.0.0</modelVersion>
          <groupId>%s</groupId><artifactId>%s</artifactId><version>1.0</version>
          %s
        </project>
        """
            .formatted(group, artifact, dependencies));
    sign(pom);
    sign(Files.copy(jar, folder.resolve(artifact + "-1.0.jar")));
  }

  private static void sign(Path file) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(file));
    Files.writeString(Path.of(file + ".sha1"), HexFormat.of().formatHex(sum));
  }
}
