package dev.falflow.flow;

import dev.falflow.dbt.DbtArguments;
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
 * @param arguments dbt's options and variables
 * @param python {@code --python}, null without it
 * @param pythonModels false with {@code --no-experimental-models}
 * @param rawEvents the report wants all of dbt's JSON
 * @param dryRun print the plan, change nothing
 * @param fixDependencies {@code --fix-dependencies}
 * @param allowUndeclared {@code --allow-undeclared}
 * @param engine {@code --dbt-engine}, null without it
 * @param profilesCopy the folder of a {@code profiles.yml} that dbt reads in place of the user's
 */
public record FlowRequest(
    String command,
    DbtArguments arguments,
    @Nullable String python,
    boolean pythonModels,
    boolean rawEvents,
    boolean dryRun,
    boolean fixDependencies,
    boolean allowUndeclared,
    @Nullable Kind engine,
    @Nullable Path profilesCopy) {
  /** As it was typed. */
  public FlowRequest(
      String command,
      DbtArguments arguments,
      @Nullable String python,
      boolean pythonModels,
      boolean rawEvents,
      boolean dryRun,
      boolean fixDependencies,
      boolean allowUndeclared,
      @Nullable Kind engine) {
    this(
        command,
        arguments,
        python,
        pythonModels,
        rawEvents,
        dryRun,
        fixDependencies,
        allowUndeclared,
        engine,
        null);
  }

  /** The same on this target of the profile. */
  FlowRequest withTarget(String target) {
    return with(arguments.with("--target", target), profilesCopy);
  }

  /** The same, dbt's profiles being in another folder. */
  FlowRequest withProfilesIn(Path folder) {
    return with(arguments, folder);
  }

  private FlowRequest with(DbtArguments others, @Nullable Path profiles) {
    return new FlowRequest(
        command,
        others,
        python,
        pythonModels,
        rawEvents,
        dryRun,
        fixDependencies,
        allowUndeclared,
        engine,
        profiles);
  }

  /** Folder of {@code dbt_project.yml}. */
  Path projectDir() {
    return arguments.projectDir();
  }

  /** {@code --vars}, parsed. */
  Map<String, @Nullable Object> vars() {
    String vars = arguments.value("--vars");
    return vars == null ? Map.of() : Project.commandLineVars(vars);
  }

  PythonRequest pythonRequest() {
    return new PythonRequest(projectDir(), python, System.getenv());
  }

  /** Where dbt's artifacts go: the option, the variable, the project's own, in this order. */
  Path targetPath(Project project) {
    String given = arguments.value("--target-path");
    return given == null ? project.targetPath() : project.root().resolve(given);
  }

  /** Whether dbt writes its artifacts, and so fal its own. */
  boolean writesJson() {
    return arguments.isOn("--write-json", true);
  }

  /** The profiles file that dbt will read. */
  Path profilesFile() {
    return ProfilesFile.locate(projectDir(), arguments.value("--profiles-dir"), System.getenv());
  }

  /** dbt's options for parsing the project in this folder. */
  List<String> parseArguments(Path project) {
    return places(project, arguments.words(option -> option.goesTo().parse(), words -> words));
  }

  /** dbt's whole command line but for the program. */
  List<String> runArguments(Path project, SourceSelection selection) {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(places(project, arguments.words(option -> true, selection::translate)));
    return line;
  }

  /** The same selection as a {@code dbt ls}, of any type of node unless the command runs models. */
  List<String> listArguments(Path project, SourceSelection selection) {
    List<String> line = new ArrayList<>(List.of("ls"));
    line.addAll(
        places(project, arguments.words(option -> option.goesTo().list(), selection::translate)));
    if (command.equals("run")) {
      line.addAll(List.of("--resource-type", "model"));
    }
    return line;
  }

  /** A dry run leaves nothing anywhere else, wherever artifacts and log usually go. */
  private List<String> places(Path project, List<String> words) {
    List<String> line = new ArrayList<>(List.of("--project-dir", project.toString()));
    Path profiles = profilesCopy == null ? profilesFile().resolveSibling("") : profilesCopy;
    line.addAll(List.of("--profiles-dir", profiles.toString()));
    line.addAll(words);
    if (dryRun) {
      line.addAll(List.of("--target-path", project.resolve("target").toString()));
      line.addAll(List.of("--log-path", project.resolve("logs").toString()));
    }
    return line;
  }
}
