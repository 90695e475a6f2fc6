package dev.falflow.dbt.process;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEngine.Unresolved;
import dev.falflow.dbt.ModelInput;
import dev.falflow.project.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What dbt's executable says of a reference without a target: the first one only, in words. The
 * names that somebody may have meant are those of the last manifest and of the project's files.
 */
final class ParseMessage {
  private static final Pattern WITHOUT_TARGET =
      Pattern.compile(
          "\\((.+?)\\) depends on a (node|source) named '(.+?)'.*? which (was not found|is disabled)",
          Pattern.DOTALL);

  private ParseMessage() {}

  /**
   * The input of a Python model that the message is about; empty when it is about another thing.
   */
  static List<Unresolved> unresolved(
      String message, Map<String, List<ModelInput>> inputs, Project project, Path targetPath) {
    Matcher found = WITHOUT_TARGET.matcher(message);
    if (!found.find()) {
      return List.of();
    }
    String stub = found.group(1);
    String kind = found.group(2).equals("source") ? "source" : "ref";
    boolean isDisabled = found.group(4).equals("is disabled");
    List<Unresolved> unresolved = new ArrayList<>();
    for (ModelInput input : inputs.getOrDefault(stub, List.of())) {
      if (input.kind().equals(kind) && wanted(input).equals(found.group(3))) {
        Problem problem =
            isDisabled
                ? Problem.of(kind + "-disabled", input + " names a disabled " + kind + ".")
                : Manifest.notFound(input, known(kind, project, targetPath));
        unresolved.add(new Unresolved(stub, input, problem.code(), problem.message()));
      }
    }
    return unresolved;
  }

  private static String wanted(ModelInput input) {
    List<String> arguments = input.arguments();
    return input.kind().equals("source")
        ? String.join(".", arguments)
        : arguments.get(arguments.size() - 1);
  }

  private static List<String> known(String kind, Project project, Path targetPath) {
    Set<String> names = new LinkedHashSet<>();
    try {
      names.addAll(Manifest.read(targetPath).known(kind));
    } catch (FalException e) {
      // The project was never parsed: its files tell enough.
    }
    if (kind.equals("ref")) {
      Stream.concat(
              project.modelPaths().stream(),
              Stream.of("seeds", "snapshots").map(project.root()::resolve))
          .filter(Files::isDirectory)
          .forEach(folder -> addFileNames(folder, names));
    }
    return List.copyOf(names);
  }

  private static void addFileNames(Path folder, Set<String> names) {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".sql") || name.endsWith(".csv"))
          .forEach(name -> names.add(name.substring(0, name.lastIndexOf('.'))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
