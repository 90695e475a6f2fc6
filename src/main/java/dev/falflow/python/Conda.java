package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.PythonRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes conda environments with whichever of conda, mamba and micromamba is installed; its
 * configuration is left to work.
 */
final class Conda {
  private static final Duration LIMIT = Duration.ofHours(1);
  private static final List<String> NAMES = List.of("conda", "mamba", "micromamba");
  private static final Pattern SPECIFICATION =
      Pattern.compile("^(?:[^\\s:]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)(.*)$");

  private final Path executable;
  private final PythonRequest request;

  private Conda(Path executable, PythonRequest request) {
    this.executable = executable;
    this.request = request;
  }

  /** The one of {@code FAL_CONDA_HOME}, of {@code CONDA_EXE}, or on {@code PATH}. */
  static Conda find(PythonRequest request, EnvironmentDefinition definition) {
    return locate(request)
        .map(found -> new Conda(found, request))
        .orElseThrow(
            () ->
                new FalException(
                    Problem.at(
                            definition.where(),
                            "conda-not-found",
                            "environment %s is of type conda, and neither conda, mamba nor"
                                    .formatted(definition.name())
                                + " micromamba was found on PATH, by CONDA_EXE or FAL_CONDA_HOME.")
                        .withHint(
                            "Install micromamba or Miniforge, let FAL_CONDA_HOME name its folder,"
                                + " or make the environment a venv.")));
  }

  static Optional<Path> locate(PythonRequest request) {
    String home = request.variable("FAL_CONDA_HOME");
    if (!home.isBlank()) {
      // The folder of the program, or the installation that has it in bin.
      return Stream.of(Path.of(home), Path.of(home, "bin"))
          .flatMap(folder -> NAMES.stream().map(folder::resolve))
          .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
          .findFirst();
    }
    String named = request.variable("CONDA_EXE");
    if (!named.isBlank() && Files.isExecutable(Path.of(named))) {
      return Optional.of(Path.of(named));
    }
    SearchPath path = SearchPath.of(request.variable("PATH"));
    return NAMES.stream().flatMap(name -> path.find(name).stream()).findFirst();
  }

  String name() {
    return executable.getFileName().toString();
  }

  /** Package specifications as requirements, so that what is named can be told. */
  static Requirements specifications(List<String> packages) {
    return new Requirements(
        packages.stream()
            .map(
                text -> {
                  Matcher match = SPECIFICATION.matcher(text);
                  String name = match.matches() ? Requirements.normalise(match.group(1)) : null;
                  return new Requirements.Line(text, name, null);
                })
            .toList());
  }

  /** What is asked for of Python: by {@code python:}, else by a package, else the run's own. */
  static String python(EnvironmentDefinition definition, Requirements own, String local) {
    PythonRange range = definition.python();
    if (range != null) {
      return range.text();
    }
    return own.lines().stream()
        .filter(line -> line.isPackageOf("python"::equals))
        .map(line -> line.text().replaceFirst("^(?:[^\\s:]+::)?python[\\s=]*", ""))
        .filter(version -> !version.isEmpty())
        .findFirst()
        .orElse(local);
  }

  /** The whole command that makes the environment of a plan. */
  List<String> createCommand(EnvironmentPlan plan) {
    List<String> command =
        new ArrayList<>(
            List.of(
                executable.toString(),
                "create",
                "--yes",
                "--quiet",
                "--prefix",
                plan.folder() + ""));
    plan.definition().channels().forEach(name -> command.addAll(List.of("--channel", name)));
    if (!plan.locked().isEmpty()) {
      command.addAll(plan.locked());
      return command;
    }
    if (!plan.asked().packageNames().contains("python")) {
      PythonRange range = plan.definition().python();
      command.add("python" + (range == null ? "=" + plan.python() : range.condaText()));
    }
    plan.asked().lines().forEach(line -> command.add(line.text()));
    return command;
  }

  Command.Outcome create(EnvironmentPlan plan) throws IOException {
    return run(createCommand(plan));
  }

  /** All that is in an environment, {@code name=version=build}. */
  List<String> list(Path folder) throws IOException {
    Command.Outcome outcome =
        run(List.of(executable.toString(), "list", "--prefix", folder.toString(), "--json"));
    if (!outcome.isSuccess()) {
      throw new IOException(name() + " list failed: " + outcome.tail(5));
    }
    return installed(Json.MAPPER.readTree(outcome.output()));
  }

  /** pip's packages in it are not conda's to install. */
  static List<String> installed(JsonNode list) {
    List<String> packages = new ArrayList<>();
    for (JsonNode each : list) {
      if (!each.path("channel").asText().equals("pypi")) {
        packages.add(
            String.join(
                "=",
                each.path("name").asText(),
                each.path("version").asText(),
                each.path("build_string").asText(each.path("build").asText())));
      }
    }
    return packages.stream().sorted().toList();
  }

  private Command.Outcome run(List<String> command) throws IOException {
    return new Command(command, request.projectDir(), request.environment()).run(LIMIT);
  }
}
