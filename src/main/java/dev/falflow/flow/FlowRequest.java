package dev.falflow.flow;

import dev.falflow.dbt.DbtEngine.Kind;
import dev.falflow.project.ProfilesFile;
import dev.falflow.project.Project;
import dev.falflow.python.PythonRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code fal flow run|build} was asked to do.
 *
 * @param command dbt's command: {@code run} or {@code build}
 * @param projectDir folder of {@code dbt_project.yml}
 * @param profilesDir as given, null when dbt looks for it
 * @param parseOptions dbt's options that decide what is parsed: target, profile, vars, threads, …
 * @param select words of {@code --select}, empty without it
 * @param exclude words of {@code --exclude}, empty without it
 * @param selectionOptions dbt's other options that decide what is selected: selector, state, …
 * @param runOptions dbt's options of the command alone: full refresh, fail fast, …
 * @param vars {@code --vars}, parsed
 * @param python {@code --python}, null without it
 * @param targetPath {@code --target-path}, null without it
 * @param pythonModels false with {@code --no-experimental-models}
 * @param rawEvents the report wants all of dbt's JSON
 * @param dryRun print the plan, change nothing
 * @param engine {@code --dbt-engine}, null without it
 */
public record FlowRequest(
    String command,
    Path projectDir,
    @Nullable Path profilesDir,
    List<String> parseOptions,
    List<String> select,
    List<String> exclude,
    List<String> selectionOptions,
    List<String> runOptions,
    Map<String, @Nullable Object> vars,
    @Nullable String python,
    @Nullable String targetPath,
    boolean pythonModels,
    boolean rawEvents,
    boolean dryRun,
    @Nullable Kind engine) {
  public FlowRequest {
    projectDir = projectDir.toAbsolutePath().normalize();
    parseOptions = List.copyOf(parseOptions);
    select = List.copyOf(select);
    exclude = List.copyOf(exclude);
    selectionOptions = List.copyOf(selectionOptions);
    runOptions = List.copyOf(runOptions);
  }

  PythonRequest pythonRequest() {
    return new PythonRequest(projectDir, python, System.getenv());
  }

  /** Where dbt's artifacts go: the option, DBT_TARGET_PATH, the project's own, in this order. */
  Path targetPath(Project project) {
    String chosen = targetPath == null ? System.getenv("DBT_TARGET_PATH") : targetPath;
    return chosen == null ? project.targetPath() : project.root().resolve(chosen);
  }

  /** The profiles file that dbt will read. */
  Path profilesFile() {
    return ProfilesFile.locate(projectDir, profilesDir, System.getenv());
  }

  /** dbt's options for parsing the project in this folder. */
  List<String> parseArguments(Path project) {
    List<String> arguments = new ArrayList<>(List.of("--project-dir", project.toString()));
    arguments.addAll(List.of("--profiles-dir", profilesFile().resolveSibling("").toString()));
    arguments.addAll(parseOptions);
    return arguments;
  }

  /** dbt's whole command line but for the program. */
  List<String> runArguments(Path project, SourceSelection selection) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(parseArguments(project));
    arguments.addAll(selected(selection));
    arguments.addAll(runOptions);
    return arguments;
  }

  /** The same selection as a {@code dbt ls}. */
  List<String> listArguments(Path project, SourceSelection selection) {
    List<String> arguments = new ArrayList<>(List.of("ls"));
    List<String> parse = parseArguments(project);
    int threads = parse.indexOf("--threads"); // the one of these that ls does not know
    arguments.addAll(threads < 0 ? parse : parse.subList(0, threads));
    arguments.addAll(threads < 0 ? List.of() : parse.subList(threads + 2, parse.size()));
    arguments.addAll(selected(selection));
    List<String> types =
        command.equals("run")
            ? List.of("model")
            : List.of("model", "seed", "snapshot", "test", "unit_test");
    types.forEach(type -> arguments.addAll(List.of("--resource-type", type)));
    return arguments;
  }

  private List<String> selected(SourceSelection selection) {
    List<String> arguments = new ArrayList<>();
    if (!select.isEmpty()) {
      arguments.add("--select");
      arguments.addAll(selection.translate(select));
    }
    if (!exclude.isEmpty()) {
      arguments.add("--exclude");
      arguments.addAll(selection.translate(exclude));
    }
    arguments.addAll(selectionOptions);
    return arguments;
  }
}
