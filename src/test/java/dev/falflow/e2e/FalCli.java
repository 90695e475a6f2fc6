package dev.falflow.e2e;

import dev.falflow.Folders;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonPackage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The real command, from the jar of this build, in a world of its own: a scratch home and temporary
 * folder, none of the caller's Python or dbt settings, the suite's cache.
 */
final class FalCli {
  private static final List<String> JAVA_OPTIONS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx512m",
          "-Xshare:auto",
          "-Xlog:disable", // as the launcher has it: of an archive that can't be used
          "--add-opens=java.base/java.nio=ALL-UNNAMED"); // as the jar's manifest has it

  private static final Path CLASSES = Path.of("target/classes").toAbsolutePath();
  private static final Path JAR = Path.of("target/fal.jar").toAbsolutePath();
  private static final String CLASS_PATH = classPath();

  /** What the launcher does for a quick start, for all tests at once: an archive of the classes. */
  private static final class Archive {
    static final String OPTION = make();

    private static String make() {
      try {
        Path folder = Files.createTempDirectory("fal-test-archive-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        Path archive = folder.resolve("fal.jsa");
        FalCli fal = SampleProject.copyOf("tiny", folder).fal();
        List<String> command = fal.program("-XX:ArchiveClassesAtExit=" + archive);
        command.addAll(List.of("flow", "run"));
        try (RunningFal running = fal.started(command, Map.of())) {
          running.await();
        }
        return Files.exists(archive) ? "-XX:SharedArchiveFile=" + archive : "-Xshare:auto";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path folder) {
      try {
        Folders.delete(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Path directory;
  private final Path scratch;
  private final List<String> prefix;
  private final Map<String, String> variables;
  private final List<String> engine;

  FalCli(Path directory, Path scratch) {
    this(directory, scratch, List.of(), Map.of(), List.of());
  }

  private FalCli(
      Path directory,
      Path scratch,
      List<String> prefix,
      Map<String, String> variables,
      List<String> engine) {
    this.directory = directory;
    this.scratch = scratch;
    this.prefix = prefix;
    this.variables = variables;
    this.engine = engine;
  }

  /** The same, every command with this engine. */
  FalCli on(Engine driven) {
    return new FalCli(directory, scratch, prefix, variables, driven.options());
  }

  /** The same, typed in another folder. */
  FalCli in(Path other) {
    return new FalCli(other, scratch, prefix, variables, engine);
  }

  /** The same with one more environment variable. */
  FalCli with(String variable, String value) {
    Map<String, String> more = new TreeMap<>(variables);
    more.put(variable, value);
    return new FalCli(directory, scratch, prefix, more, engine);
  }

  /** The same, started by another command. */
  FalCli under(String... command) {
    return new FalCli(directory, scratch, List.of(command), variables, engine);
  }

  Path home() {
    return scratch.resolve("home");
  }

  /** Runs it to its end; fails when it leaves a process, shared memory or a temporary file. */
  CommandResult run(String... arguments) throws IOException {
    try (RunningFal running = start(arguments)) {
      CommandResult result = running.await();
      running.assertNothingLeft();
      return result;
    }
  }

  RunningFal start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(program());
    command.addAll(List.of(arguments));
    command.addAll(engine);
    return started(command, Map.of());
  }

  /** Python with fal's package as a user has it, which finds this fal when it looks for one. */
  RunningFal startPython(String script, String... arguments) throws IOException {
    return startPython(TestPython.executable(), script, arguments);
  }

  private RunningFal startPython(Path python, String script, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(python.toString(), "-c", script));
    command.addAll(List.of(arguments));
    Path launcher = scratch.resolve("fal");
    String quoted =
        program().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    Files.writeString(launcher, "#!/bin/sh\nexec " + quoted + " \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    Path packageFolder = PythonPackage.unpack(new CacheFolder(TestPython.CACHE));
    return started(
        command,
        Map.of("PYTHONPATH", packageFolder.toString(), "FAL_EXECUTABLE", launcher.toString()));
  }

  /** Runs such a Python to its end; fails as {@link #run} does. */
  CommandResult runPython(String script, String... arguments) throws IOException {
    return runPython(TestPython.executable(), script, arguments);
  }

  /** Runs another Python so. */
  CommandResult runPython(Path python, String script, String... arguments) throws IOException {
    try (RunningFal running = startPython(python, script, arguments)) {
      CommandResult result = running.await();
      running.assertNothingLeft();
      return result;
    }
  }

  private List<String> program() {
    return program(Archive.OPTION);
  }

  private List<String> program(String archive) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(archive);
    command.addAll(JAVA_OPTIONS);
    command.add("-Djava.io.tmpdir=" + scratch.resolve("tmp"));
    command.add("-Duser.home=" + home());
    command.addAll(List.of("-cp", CLASS_PATH, "dev.falflow.cli.Main"));
    return command;
  }

  private RunningFal started(List<String> command, Map<String, String> more) throws IOException {
    TestPython.executable();
    Path temporary = Files.createDirectories(scratch.resolve("tmp"));
    Files.createDirectories(home());
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(TestPython.environment());
    environment.put("HOME", home().toString());
    environment.put("TMPDIR", temporary.toString());
    environment.put("FAL_CACHE_DIR", TestPython.CACHE.toString());
    environment.put("DBT_SEND_ANONYMOUS_USAGE_STATS", "false");
    environment.putAll(more);
    environment.putAll(variables);
    return new RunningFal(builder, temporary);
  }

  /** Drivers are the user's to bring. */
  private static boolean isDriver(String entry) {
    return entry.contains("sqlite-jdbc") || entry.contains("mariadb-java-client");
  }

  /**
   * The build's class path without its tests. Java makes archives only where it holds no folder.
   */
  private static String classPath() {
    String ours = (isCurrent(JAR) ? JAR : CLASSES).toString();
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.endsWith("test-classes") && !isDriver(entry))
        .map(entry -> entry.equals(CLASSES.toString()) ? ours : entry)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Not where something was compiled since, as an IDE does. */
  private static boolean isCurrent(Path jar) {
    try (Stream<Path> classes = Files.walk(CLASSES)) {
      long made = jar.toFile().lastModified();
      return classes.allMatch(file -> file.toFile().lastModified() <= made);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path fifo(Path path) {
    try {
      Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
      if (made.waitFor() != 0) {
        throw new AssertionError("mkfifo " + path);
      }
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
