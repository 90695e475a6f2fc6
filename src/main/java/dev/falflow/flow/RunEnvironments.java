package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.project.EnvironmentLocks;
import dev.falflow.project.EnvironmentsFile;
import dev.falflow.project.InlineMetadata;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.EnvironmentRequest;
import dev.falflow.python.EnvironmentStore;
import dev.falflow.python.ForkServer;
import dev.falflow.python.ProjectEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.report.Reporter;
import dev.falflow.script.Script;
import dev.falflow.script.Scripts;
import dev.falflow.source.PythonSource;
import java.nio.file.Path;
import java.util.Map;

/** Where the Python files of a run are run. */
final class RunEnvironments implements AutoCloseable {
  private final Project project;
  private final ProjectEnvironments environments;

  /**
   * Nothing is made or started yet.
   *
   * @param python the run's own
   * @param variables the environment variables that models may see
   * @param socketFolder private to the user, with a short path
   * @throws FalException with everything that is wrong with {@code fal_project.yml} and {@code
   *     fal.lock}
   */
  RunEnvironments(
      FlowRequest request,
      Project project,
      CacheFolder cache,
      PythonInstallation python,
      Path packageFolder,
      Map<String, String> variables,
      Path socketFolder,
      Reporter reporter) {
    this.project = project;
    EnvironmentStore store =
        new EnvironmentStore(
            cache, request.pythonRequest(), python, EnvironmentLocks.read(project), reporter::info);
    this.environments =
        new ProjectEnvironments(
            store, EnvironmentsFile.read(project), packageFolder, variables, socketFolder);
  }

  /** Starts the run's own server, unless it has been. */
  void start() {
    environments.get(EnvironmentRequest.LOCAL);
  }

  /**
   * Of a script: a hook's own environment or its model's, any other the run's.
   *
   * @throws FalException why there is no such environment
   */
  ForkServer serverOf(Script script) {
    String name = script.environment();
    return environments.get(
        name == null
            ? EnvironmentRequest.LOCAL
            : EnvironmentRequest.named(name, script.declared()));
  }

  /**
   * Of a Python model: the one its YAML names, else the one its own file describes.
   *
   * @throws FalException why there is no such environment
   */
  ForkServer serverOf(String model, PythonSource source, Scripts scripts) {
    Scripts.Environment named = scripts.environmentOf(model);
    if (named != null) {
      return environments.get(EnvironmentRequest.named(named.name(), named.declared()));
    }
    return environments.get(
        InlineMetadata.of(project, source.path())
            .map(EnvironmentRequest::inline)
            .orElse(EnvironmentRequest.LOCAL));
  }

  @Override
  public void close() {
    environments.close();
  }
}
