package dev.falflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher {@code fal} in a copy of this checkout, as a stranger's shell calls it. */
@Tag("slow")
class LauncherTest {
  private static final List<String> CHECKOUT =
      List.of("fal", "mvnw", ".mvn", "pom.xml", "src/main");

  private final Path folder;
  private final Path checkout;

  LauncherTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.checkout = Files.createDirectories(folder.resolve("a clone"));
    for (String name : CHECKOUT) {
      copy(Path.of(name).toAbsolutePath(), checkout.resolve(name));
    }
  }

  @Test
  void buildsOnceThenOnlyRuns() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), checkout.resolve("fal"));

    Started one = start(link, Map.of(), "--version");
    Started other = start(link, Map.of(), "--version");
    String said = one.finish().errors() + other.finish().errors();

    assertThat(said).containsOnlyOnce("Building fal (first run) …");
    assertThat(one.finish().output()).startsWith("fal ").isEqualTo(other.finish().output());

    Ended second = start(link, Map.of(), "--version").finish();
    assertThat(second.errors()).isEmpty();
    assertThat(second.output()).isEqualTo(one.finish().output());

    // The archive of classes: written by a flow's run, thrown away when too small to be of use, and
    // of no harm when Java can't read it.
    assertThat(start(link, Map.of(), "flow", "run", "--help").finish().exitCode()).isZero();
    assertThat(archives()).hasSize(1).allMatch(name -> name.startsWith("fal.jsa.run."));
    assertThat(start(link, Map.of(), "--version").finish()).isEqualTo(second);
    assertThat(archives()).isEmpty();
    Files.write(checkout.resolve("target/fal.jsa.run.999999999"), new byte[8_000_000]);
    assertThat(start(link, Map.of(), "--version").finish()).isEqualTo(second);
    assertThat(archives()).containsExactly("fal.jsa");

    // -version makes Java stop there: a sign that the option has reached it.
    Ended withOption = start(link, Map.of("FAL_JAVA_OPTS", "-ea -version"), "--version").finish();
    assertThat(withOption.errors()).contains("Runtime Environment");

    Files.writeString(checkout.resolve("pom.xml"), "no XML");
    Ended broken = start(link, Map.of(), "--version").finish();
    assertThat(broken.exitCode()).isEqualTo(2);
    assertThat(broken.errors())
        .startsWith("Building fal (sources changed) …")
        .contains("pom.xml")
        .contains("fal: the build failed; its output is above.");
  }

  @Test
  void saysWhichJavaItFoundWhenNoneFits() throws Exception {
    Path old = Files.createDirectories(folder.resolve("jdk-11/bin"));
    for (String name : List.of("java", "javac")) {
      Files.writeString(old.resolve(name), "#!/bin/sh\n");
      assertThat(old.resolve(name).toFile().setExecutable(true)).isTrue();
    }
    Files.writeString(folder.resolve("jdk-11/release"), "JAVA_VERSION=\"11.0.2\"\n");
    // The usual places are looked at too: without them the launcher is as on a machine without
    // Java.
    Path launcher = checkout.resolve("fal");
    Files.writeString(launcher, Files.readString(launcher).replace("/usr/lib/jvm/*", "/none/*"));
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String name : List.of("find", "readlink", "mkdir", "flock", "sed", "dirname")) {
      Path script = tools.resolve(name);
      Files.writeString(script, "#!/bin/sh\nPATH=/usr/bin:/bin exec " + name + " \"$@\"\n");
      assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    Ended ended =
        start(
                launcher,
                Map.of(
                    "JAVA_HOME", folder.resolve("jdk-11").toString(),
                    "PATH", tools.toString(),
                    "HOME", folder.toString()),
                "--version")
            .finish();

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.errors())
        .contains("fal: needs a JDK (Java with its compiler), version 17 or newer; found")
        .contains("jdk-11 (11.0.2)")
        .contains("JAVA_HOME");
  }

  private List<String> archives() throws IOException {
    try (Stream<Path> inside = Files.list(checkout.resolve("target"))) {
      return inside
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("fal.jsa") && !name.endsWith(".key"))
          .toList();
    }
  }

  private record Ended(int exitCode, String output, String errors) {}

  private record Started(Process process, Path output, Path errors) {
    Ended finish() throws IOException, InterruptedException {
      int exitCode = process.waitFor();
      return new Ended(
          exitCode,
          Files.readString(output, StandardCharsets.UTF_8),
          Files.readString(errors, StandardCharsets.UTF_8));
    }
  }

  private Started start(Path launcher, Map<String, String> variables, String... arguments)
      throws IOException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Path errors = Files.createTempFile(folder, "errors", ".txt");
    List<String> words = new ArrayList<>(List.of(launcher.toString()));
    words.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().remove("FAL_JAVA_OPTS");
    builder.environment().putAll(variables);
    return new Started(builder.start(), output, errors);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.filter(found -> !found.toString().contains("__pycache__")).toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        Path parent = target.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        if (!Files.isDirectory(path)) {
          Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }
}
