package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.artifact.RunArtifacts;
import dev.falflow.artifact.ScriptResult;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.DbtNode;
import dev.falflow.dbt.Hold;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.report.Reporter;
import dev.falflow.script.Role;
import dev.falflow.script.Script;
import dev.falflow.warehouse.Warehouse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code fal run}: scripts and hooks by themselves, after or before dbt has run (FAL.md 3.4). */
public final class ScriptsRun implements Interruptible {
  private static final int SUCCESS = 0;
  private static final int A_SCRIPT_FAILED = 1;

  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Reporter reporter;
  private final Clock clock;
  private final Preparation preparation;
  private volatile @Nullable Running running;
  private volatile boolean interrupted;

  public ScriptsRun(
      CacheFolder cache, PythonEnvironments environments, Reporter reporter, Clock clock) {
    this.cache = cache;
    this.environments = environments;
    this.reporter = reporter;
    this.clock = clock;
    this.preparation = new Preparation(cache, reporter, clock);
  }

  /** The parts of a run that a Ctrl-C has to reach. */
  private record Running(Warehouse warehouse, RunningWorkers workers) {}

  /**
   * Runs them.
   *
   * @return the exit code: 0, 1 when a script failed
   * @throws FalException what kept it from starting
   */
  public int run(ScriptsRequest asked) {
    Project project = Project.read(asked.flow().projectDir(), asked.flow().vars());
    LastResults last = LastResults.in(asked.flow().targetPath(project));
    FlowRequest flow = onTheLastTarget(asked.flow(), project, last);
    try (OpenProject open = preparation.open(flow, environments);
        RunEnvironments places = preparation.environments(open)) {
      places.start(); // it imports pandas while dbt parses
      PreparedProject prepared = preparation.prepared(open, preparation.sources(open));
      Set<String> models = models(asked, prepared, last, open.engine());
      return run(open, prepared, stages(asked, prepared, models), last, places);
    }
  }

  /**
   * Scripts read and write where dbt did: without {@code --target} on the target of its last run.
   */
  private FlowRequest onTheLastTarget(FlowRequest typed, Project project, LastResults last) {
    String target = last.target(project.name());
    if (target == null || typed.arguments().value("--target") != null) {
      return typed;
    }
    reporter.info(
        "Target is '%s', as in the run that %s is of; --target names another"
            .formatted(target, project.relative(last.folder().resolve("run_results.json"))));
    return typed.withTarget(target);
  }

  // -- what is run ------------------------------------------------------------------------------

  /** The models whose scripts are meant, by unique_id. */
  private Set<String> models(
      ScriptsRequest asked, PreparedProject prepared, LastResults last, DbtEngine engine) {
    if (asked.isSelected()) {
      Path root = prepared.project().root();
      return new LinkedHashSet<>(
          engine.list(
              prepared.request().listArguments(root, prepared.selection()),
              prepared.held(),
              preparation::forwardUnlessInfo));
    }
    Set<String> models = new LinkedHashSet<>();
    prepared.parsed().models().stream()
        .filter(DbtNode::enabled)
        .forEach(model -> models.add(model.uniqueId()));
    if (asked.all() || asked.before()) {
      return models;
    }
    if (!last.isThere()) {
      throw new FalException(
          Problem.of(
                  "no-run-results",
                  "Could not read dbt run_results artifact: there is none in "
                      + last.folder()
                      + ". Cannot define models to run without selection flags or dbt run_results"
                      + " artifact or --before flag")
              .withHint("Run dbt first, or choose models by --select or --all."));
    }
    last.check(
        prepared.parsed().projectName(), prepared.parsed().target().path("name").asText(), models);
    Statuses statuses = Statuses.of(engine::graph, last.runResults(), last.sources());
    models.removeIf(model -> !statuses.hasRun(model));
    return models;
  }

  /** One after the other; what is in one runs side by side. */
  private List<List<Script>> stages(
      ScriptsRequest asked, PreparedProject prepared, Set<String> models) {
    List<Role> roles =
        asked.before()
            ? List.of(Role.GLOBAL_BEFORE, Role.PRE_HOOK, Role.BEFORE)
            : List.of(Role.AFTER, Role.POST_HOOK, Role.GLOBAL_AFTER);
    Set<String> unknown = new LinkedHashSet<>(asked.scripts());
    List<List<Script>> stages = new ArrayList<>();
    for (Role role : roles) {
      List<Script> stage = new ArrayList<>();
      for (Script script : prepared.scripts().scripts().all()) {
        boolean isWanted = asked.scripts().isEmpty() || asked.scripts().contains(script.name());
        unknown.remove(script.name());
        boolean isMeant =
            role.isGlobal()
                ? asked.runsGlobals() && isWanted
                : models.contains(script.model()) && (isWanted || role.isHook());
        if (script.role() == role && isMeant) {
          stage.add(script);
        }
      }
      stages.add(stage);
    }
    for (String name : unknown) {
      reporter.warning(
          Problem.of("script-not-declared", "--scripts " + name + ": no script is declared so")
              .withHint("Give it as meta.fal does, relative to fal-scripts-path."));
    }
    return stages;
  }

  // -- running ----------------------------------------------------------------------------------

  private int run(
      OpenProject open,
      PreparedProject prepared,
      List<List<Script>> stages,
      LastResults last,
      RunEnvironments places) {
    RunArtifacts artifacts = new RunArtifacts(last.folder());
    ExecutorService threads = Executors.newCachedThreadPool(FlowRun::daemon);
    DbtEngine engine = open.engine();
    Statuses statuses = Statuses.of(engine::graph, last.runResults(), last.sources());
    try (Warehouse warehouse = open.warehouse(prepared, cache.path().resolve("drivers"))) {
      RunningWorkers workers = new RunningWorkers(reporter);
      running = new Running(warehouse, workers);
      Workplace place =
          Workplace.of(open, prepared, warehouse, statuses, artifacts, reporter, threads, clock);
      ScriptTurns turns = new ScriptTurns(place, places, workers, (script, call, input) -> {});
      boolean success = runStages(prepared, stages, place, turns);
      engine.detach();
      if (prepared.request().writesJson()) {
        artifacts.write();
      }
      reporter.summary(artifacts.results());
      return success ? SUCCESS : A_SCRIPT_FAILED;
    } finally {
      running = null;
      threads.shutdown();
    }
  }

  private boolean runStages(
      PreparedProject prepared, List<List<Script>> stages, Workplace place, ScriptTurns turns) {
    for (int number = 0; number < stages.size(); number++) {
      List<Script> stage = stages.get(number);
      if (stage.isEmpty() || interrupted) {
        continue;
      }
      reporter.info("Starting fal run for following models and scripts: ");
      stage.forEach(script -> reporter.info(script.id()));
      reporter.info("");
      List<Supplier<ScriptResult>> runs = new ArrayList<>();
      stage.forEach(script -> runs.add(() -> runAlone(prepared, place, turns, script)));
      List<ScriptResult> failed = ScriptTurns.failed(turns.sideBySide(runs));
      if (!failed.isEmpty()) {
        List<String> names = failed.stream().map(ScriptResult::name).toList();
        reporter.problems(
            List.of(
                Problem.of(
                    "scripts-failed",
                    (names.size() == 1 ? "Error in script " : "Error in scripts ")
                        + String.join(", ", names))));
        stages.subList(number + 1, stages.size()).stream()
            .flatMap(List::stream)
            .forEach(script -> reporter.info("SKIP " + script.id()));
        return false;
      }
    }
    return !interrupted;
  }

  private ScriptResult runAlone(
      PreparedProject prepared, Workplace place, ScriptTurns turns, Script script) {
    Hold hold = place.engine().attach(prepared.held(), script.model());
    try {
      ScriptResult result = turns.run(hold, script);
      double seconds = result.executionTime().toMillis() / 1e3;
      String outcome = result.failure() == null ? "OK" : "ERROR";
      reporter.info("%s %s [%.2fs]".formatted(outcome, result.name(), seconds));
      return result;
    } finally {
      place.engine().release(hold, true, "", 0);
    }
  }

  @Override
  public void interrupt() {
    interrupted = true;
    Running now = running;
    if (now != null) {
      now.workers().stop();
      now.warehouse().cancel();
    } else {
      ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }
  }

  @Override
  public boolean isInterrupted() {
    return interrupted;
  }
}
