package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.HeldNodes;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.DbtExecutable;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.python.PythonPackage;
import dev.falflow.script.Scripts;
import dev.falflow.source.PythonSource;
import dev.falflow.source.PythonSources;
import dev.falflow.source.SourceAnalyzer;
import dev.falflow.source.StubPlan;
import dev.falflow.warehouse.DataFolder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code fal deps}: what the project's Python models depend on, and where that was found. Files are
 * read, nothing is run or written; dbt is asked only when models are selected.
 */
public final class DependencyReport {
  private static final List<String> SELECTIONS = List.of("--select", "--exclude", "--selector");

  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Clock clock;

  public DependencyReport(CacheFolder cache, PythonEnvironments environments, Clock clock) {
    this.cache = cache;
    this.environments = environments;
    this.clock = clock;
  }

  /**
   * What was found.
   *
   * @param models that could be read, in the order of their files, selected ones in dbt's
   * @param warnings of all files
   * @param errors which keep the project or a model from running; when it is the project, nothing
   *     is selected
   */
  public record Found(List<PythonSource> models, List<Problem> warnings, List<Problem> errors) {}

  /**
   * Looks.
   *
   * @throws FalException what kept it from starting, or dbt from selecting
   */
  public Found find(FlowRequest request) {
    Project project = Project.read(request.projectDir(), request.vars());
    PythonInstallation python = environments.find(request.pythonRequest());
    Path packageFolder = PythonPackage.unpack(cache);
    Path memory = Preparation.analysisFile(cache, project);
    PythonSources sources = analyzed(project, python, packageFolder, memory);
    List<PythonSource> models = sources.models();
    boolean selects =
        SELECTIONS.stream().anyMatch(name -> request.arguments().given().containsKey(name));
    if (selects && sources.errors().isEmpty()) {
      models = selected(request, project, python, packageFolder);
    }
    List<PythonSource> read =
        models.stream().filter(model -> model.kind() == PythonSource.Kind.MODEL).toList();
    return new Found(read, sources.warnings(), sources.errorsAndFlaws());
  }

  private static PythonSources analyzed(
      Project project, PythonInstallation python, Path packageFolder, @Nullable Path memory) {
    return new SourceAnalyzer(python.executable(), python.pythonVersion(), packageFolder, memory)
        .analyze(project);
  }

  /** In a copy of the project, as dbt has to find the stubs. */
  private List<PythonSource> selected(
      FlowRequest request, Project asked, PythonInstallation python, Path packageFolder) {
    try (DataFolder folder = new DataFolder(System.getenv());
        DbtEngine engine =
            EngineChoice.of(null, DbtExecutable.find(request.pythonRequest(), python))
                .start(python, packageFolder, folder.paths(), clock)) {
      Project project = Project.read(DryRun.overlay(asked, folder.spill()), request.vars());
      PythonSources sources = analyzed(project, python, packageFolder, null);
      StubPlan.of(project, sources).apply();
      PythonModels models =
          PythonModels.link(project, sources.models(), parsed(request, project, sources, engine));
      List<PythonSource> selected = new ArrayList<>();
      for (String uniqueId :
          engine.list(
              request.listArguments(
                  project.root(), new SourceSelection(project, sources, Scripts.NONE)),
              new HeldNodes(models.nodes(), List.of(), Map.of()),
              event -> {})) {
        if (models.contains(uniqueId)) {
          selected.add(models.source(uniqueId));
        }
      }
      return selected;
    }
  }

  private static ParsedProject parsed(
      FlowRequest request, Project project, PythonSources sources, DbtEngine engine) {
    try {
      return engine.parse(
          request.parseArguments(project.root()),
          PythonModels.inputsByStub(project, sources.models()),
          false,
          event -> {});
    } catch (DbtEngine.UnresolvedInputs e) {
      throw PythonModels.unresolved(project, sources.models(), e);
    } catch (DbtEngine.ParseFailure e) {
      throw new FalException(DbtFailure.explained("dbt-parse-failed", e.getMessage(), request), e);
    }
  }
}
