package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentsFile;
import dev.falflow.project.FolderConfigs;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.PythonInstallation;
import dev.falflow.python.PythonPackage;
import dev.falflow.source.FileCheck;
import dev.falflow.source.PythonSource;
import dev.falflow.source.PythonSource.Kind;
import dev.falflow.source.PythonSources;
import dev.falflow.source.SourceAnalyzer;
import dev.falflow.source.StubChange;
import dev.falflow.source.StubPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code fal doctor}: what of a dbt project with Python models will run, what won't, and the edit.
 * Files are read; nothing is run or written, and no database or dbt is asked.
 */
public final class ProjectDoctor {
  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Map<String, String> environment;

  /**
   * @param environment {@code FAL_JDBC_URL} is read of it
   */
  public ProjectDoctor(
      CacheFolder cache, PythonEnvironments environments, Map<String, String> environment) {
    this.cache = cache;
    this.environments = environments;
    this.environment = environment;
  }

  /** What becomes of something, in the order of reading. */
  public enum Verdict {
    /** fal runs it. */
    RUNS,
    /** dbt runs it, in the same run. */
    RUNS_WITH_DBT,
    /** It runs, or runs rightly, after an edit. */
    NEEDS_EDIT
  }

  /**
   * One thing found.
   *
   * @param edit what to change, null where nothing has to be
   */
  public record Finding(Verdict verdict, Location where, String what, @Nullable String edit) {
    static Finding of(Verdict verdict, Problem problem) {
      Location where = problem.where();
      return new Finding(
          verdict,
          where == null ? Location.of(Project.FILE) : where,
          problem.message(),
          problem.hint());
    }
  }

  /**
   * Looks.
   *
   * @return sorted by verdict
   * @throws FalException what kept it from looking
   */
  public List<Finding> look(FlowRequest request) {
    Project project = Project.read(request.projectDir(), request.vars());
    PythonInstallation python = environments.find(request.pythonRequest());
    Path packageFolder = PythonPackage.unpack(cache);
    PythonSources sources =
        new SourceAnalyzer(python.executable(), python.pythonVersion(), packageFolder, null)
            .analyze(project);
    FileCheck files = new FileCheck(python.executable(), packageFolder);
    Looking looking = new Looking(project, sources);
    looking.lookAtProject();
    AdapterAdvice adapter =
        AdapterAdvice.of(request, project, !sources.models().isEmpty(), environment);
    looking.found.addAll(adapter.findings());
    looking.lookAtModels(files, adapter);
    return looking.sorted();
  }

  /** What one look has found so far. */
  private static final class Looking {
    private final Project project;
    private final PythonSources sources;
    private final StubPlan plan;
    private final List<Finding> found = new ArrayList<>();

    Looking(Project project, PythonSources sources) {
      this.project = project;
      this.sources = sources;
      this.plan = StubPlan.of(project, sources);
    }

    void lookAtProject() {
      addAll(Verdict.NEEDS_EDIT, plan.errors());
      addAll(Verdict.NEEDS_EDIT, List.copyOf(sources.flaws().values()));
      addAll(Verdict.NEEDS_EDIT, sources.warnings());
      addAll(Verdict.NEEDS_EDIT, plan.warnings());
      addAll(
          Verdict.NEEDS_EDIT,
          new FolderConfigs(project)
              .hidden(sources.models().stream().map(PythonSource::stubFqn).toList()));
      try {
        EnvironmentsFile.read(project);
      } catch (FalException e) {
        addAll(Verdict.NEEDS_EDIT, e.problems());
      }
      if (plan.dbtIgnore().isNeeded()) {
        found.add(
            new Finding(
                Verdict.RUNS,
                Location.of(project.relative(plan.dbtIgnore().path())),
                "does not hide fal's Python files from dbt as they are now: fal flow run writes"
                    + " that, plain dbt before it does not run",
                null));
      }
      for (StubChange change : plan.changes()) {
        if (change.action() == StubChange.Action.DELETE) {
          found.add(
              new Finding(
                  Verdict.RUNS,
                  Location.of(project.relative(change.path())),
                  "was generated from a Python model that is gone: fal flow run deletes it",
                  null));
        }
      }
    }

    void lookAtModels(FileCheck files, AdapterAdvice adapter) {
      List<PythonSource> models =
          sources.all().stream()
              .filter(source -> source.kind() == Kind.MODEL || source.kind() == Kind.DBT_MODEL)
              .toList();
      files
          .check(project, models, adapter.refusingDbtModels())
          .forEach(
              (source, problems) -> {
                if (source.kind() == Kind.MODEL) {
                  addModel(source, problems);
                } else {
                  addDbtModel(source, problems);
                }
              });
    }

    private void addModel(PythonSource source, List<Problem> problems) {
      addAll(Verdict.NEEDS_EDIT, problems);
      Set<String> toEdit = new HashSet<>();
      for (Finding finding : found) {
        if (finding.verdict() == Verdict.NEEDS_EDIT) {
          toEdit.add(finding.where().file());
        }
      }
      String stub = project.relative(source.stubPath(project));
      if (!toEdit.contains(source.file()) && !toEdit.contains(stub)) {
        boolean isNew =
            plan.models().stream()
                .filter(change -> change.action() == StubChange.Action.CREATE)
                .anyMatch(change -> source.equals(change.source()));
        String words = "is a Python model of fal's" + (isNew ? "; it writes " + stub : "");
        found.add(new Finding(Verdict.RUNS, Location.of(source.file()), words, null));
      }
    }

    private void addDbtModel(PythonSource source, List<Problem> problems) {
      addAll(Verdict.NEEDS_EDIT, problems);
      if (problems.isEmpty()) {
        String words = "is dbt's own kind of Python model";
        found.add(new Finding(Verdict.RUNS_WITH_DBT, Location.of(source.file()), words, null));
      }
    }

    private void addAll(Verdict verdict, List<Problem> problems) {
      problems.forEach(problem -> found.add(Finding.of(verdict, problem)));
    }

    List<Finding> sorted() {
      return found.stream()
          .distinct()
          .sorted((one, other) -> one.verdict().compareTo(other.verdict()))
          .toList();
    }
  }
}
