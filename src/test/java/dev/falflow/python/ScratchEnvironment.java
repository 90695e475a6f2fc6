package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.Folders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A scratch home: its own PATH (a Python and, where this machine has one, uv; no dbt), cache and
 * project. Downloads are shared with the machine's own uv and pip caches.
 */
final class ScratchEnvironment implements AutoCloseable {
  final Path folder;
  final Path project;
  final Path bin;
  final CacheFolder cache;
  private final Map<String, String> variables = new TreeMap<>(System.getenv());
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  ScratchEnvironment() throws IOException {
    folder = Files.createTempDirectory("fal-scratch-").toRealPath();
    project = Files.createDirectories(folder.resolve("project"));
    bin = Files.createDirectories(folder.resolve("bin"));
    cache = new CacheFolder(folder.resolve("cache"));
    SearchPath machine = SearchPath.of(System.getenv("PATH"));
    Interpreters interpreters = new Interpreters(cache, System.getenv());
    Interpreter host =
        new HostPython(interpreters, new PythonRequest(project, null, System.getenv())).choose();
    Files.createSymbolicLink(bin.resolve("python3"), host.base());
    if (machine.find("uv").isPresent()) {
      Files.createSymbolicLink(bin.resolve("uv"), machine.find("uv").get().toRealPath());
    }
    variables.put("PATH", bin.toString());
    variables.put("UV_COMPILE_BYTECODE", "0"); // half a minute for each, of no use to the tests
    List.of("VIRTUAL_ENV", "FAL_PYTHON", "PYTHONPATH").forEach(variables::remove);
  }

  void set(String name, String value) {
    variables.put(name, value);
  }

  Map<String, String> variables() {
    return variables;
  }

  PythonRequest request(@Nullable String given) {
    return new PythonRequest(project, given, variables);
  }

  PythonInstallation find(@Nullable String given) {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new PythonEnvironments(cache, new SetupProgress(out, false)).find(request(given));
  }

  /** What the set-up has said since the last call. */
  String said() {
    String text = said.toString(StandardCharsets.UTF_8);
    said.reset();
    return text;
  }

  /** A virtual environment of the user's, with these packages and nothing they depend on. */
  Path virtualEnvironment(String name, String... packages) throws IOException {
    Path environment = folder.resolve(name);
    Installer installer = Installer.choose(request(null), cache);
    Interpreter host = new Interpreters(cache, variables).ask(bin.resolve("python3")).orElseThrow();
    succeed(installer.makeEnvironment(environment, host));
    List<String> arguments = new ArrayList<>();
    Path python = environment.resolve(Path.of("bin", "python"));
    if (installer.name().equals("uv")) {
      String uv = bin.resolve("uv").toString();
      arguments.addAll(List.of(uv, "pip", "install", "--python", python.toString()));
    } else {
      arguments.addAll(List.of(python.toString(), "-m", "pip", "install"));
    }
    arguments.add("--no-deps");
    arguments.addAll(Arrays.asList(packages));
    if (packages.length > 0) {
      succeed(new Command(arguments, folder, variables).run(Duration.ofMinutes(5)));
    }
    return environment;
  }

  Path script(String name, String text) throws IOException {
    Path script = bin.resolve(name);
    Files.writeString(script, text);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  @Override
  public void close() throws IOException {
    Folders.delete(folder);
  }

  private static void succeed(Command.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
  }
}
