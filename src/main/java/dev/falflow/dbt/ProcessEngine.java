package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.dbt.DbtRuns.Ended;
import dev.falflow.project.Project;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * dbt driven through its executable (DESIGN D1b): SQL in batches, a dbt process each, the Python
 * models between them. {@code docs/engines.md} says what that cannot do.
 */
public final class ProcessEngine implements DbtEngine {
  private final ResidentProcess keeper;
  private final DbtRuns dbt;
  private final Clock clock;
  private @Nullable Manifest manifest;
  private JsonNode target = Json.MAPPER.missingNode();
  private String databasePath = "";
  private volatile @Nullable ProcessRun running;
  private volatile boolean cancelled;

  /**
   * Starts the process that keeps dbt's and, between these, the database.
   *
   * @param python has the project's adapter
   * @param packageFolder holds the {@code fal} package
   * @param foldersToRemove what the process removes should we be killed
   * @param dbt the executable, with arguments that go first
   */
  public ProcessEngine(
      Path python, Path packageFolder, List<Path> foldersToRemove, List<String> dbt, Clock clock) {
    keeper = new ResidentProcess(python, "fal._process", packageFolder, foldersToRemove);
    this.dbt = new DbtRuns(keeper, dbt);
    this.clock = clock;
  }

  @Override
  public String version() {
    return parsed().dbtVersion();
  }

  private Manifest parsed() {
    Manifest found = manifest;
    if (found == null) {
      throw new IllegalStateException("the project has not been parsed");
    }
    return found;
  }

  @Override
  public ParsedProject parse(
      List<String> arguments,
      Map<String, List<ModelInput>> inputs,
      boolean rawEvents,
      Consumer<DbtEvent> onEvent) {
    DbtCommandLine asked = DbtCommandLine.of(arguments);
    Path targetPath = targetPath(asked);
    Ended ended = dbt.run(asked.parsedLike("parse"), onEvent);
    String failure = ended.failure();
    if (failure != null || ended.exitCode() != 0) {
      String message = failure == null ? "dbt parse failed" : failure;
      List<Unresolved> unresolved =
          ParseMessage.unresolved(message, inputs, project(asked), targetPath);
      throw unresolved.isEmpty()
          ? new ParseFailure(message)
          : new UnresolvedInputs(message, unresolved);
    }
    Manifest found = Manifest.read(targetPath);
    manifest = found;
    target = profile(asked);
    return new ParsedProject(found.projectName(), target, found.models());
  }

  /** The target as dbt's own adapter reads it from the profile, {@code --threads} applied. */
  private JsonNode profile(DbtCommandLine asked) {
    keeper.listen(event -> {}, held -> {});
    ObjectNode command = command("profile");
    asked.only(DbtCommandLine.PROFILE).words().forEach(command.putArray("args")::add);
    JsonNode result = keeper.call(command);
    if (!result.path("success").asBoolean()
        || !(result.path("target") instanceof ObjectNode found)) {
      throw new ParseFailure(result.path("message").asText());
    }
    List<String> threads = asked.values("--threads");
    if (!threads.isEmpty()) {
      found.put("threads", Integer.parseInt(threads.get(0)));
    }
    databasePath = result.path("path").asText(); // may hold a token: for nobody else
    return found;
  }

  static Path targetPath(DbtCommandLine asked) {
    Project project = project(asked);
    List<String> given = asked.values("--target-path");
    String chosen = given.isEmpty() ? System.getenv("DBT_TARGET_PATH") : given.get(0);
    return chosen == null ? project.targetPath() : project.root().resolve(chosen);
  }

  private static Project project(DbtCommandLine asked) {
    List<String> vars = asked.values("--vars");
    return Project.read(
        Path.of(asked.values("--project-dir").get(0)),
        vars.isEmpty() ? Map.of() : Project.commandLineVars(vars.get(0)));
  }

  @Override
  public InvocationOutcome invoke(
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent,
      Consumer<HeldModel> onHold) {
    DbtCommandLine asked = DbtCommandLine.of(arguments);
    if (pythonModels.isEmpty()) {
      return outcome(dbt.run(asked, onEvent));
    }
    List<DbtEvent> beginning = new ArrayList<>();
    Set<String> selected;
    try {
      selected = dbt.list(asked.listing(), beginning::add);
    } catch (FalException e) {
      return new InvocationOutcome(false, e.problems().get(0).message());
    }
    // dbt ls wrote it anew; that of the parse may lack what --warn-error or --vars change
    Manifest found = Manifest.read(targetPath(asked));
    RunGraph graph = new RunGraph(found, selected, pythonModels.keySet());
    new EngineLimits(found, pythonModels, graph)
        .check(asked, target, databasePath, System.getenv());
    ProcessRun run =
        new ProcessRun(
            dbt, keeper, clock, found, graph, pythonModels, asked, target, onEvent, onHold);
    running = run;
    try {
      if (cancelled) {
        run.cancel();
      }
      boolean hasPython = graph.nodes().stream().anyMatch(node -> graph.isPython(node.uniqueId()));
      return hasPython ? run.run(beginning) : run.runAlone(onEvent);
    } finally {
      running = null;
    }
  }

  private static InvocationOutcome outcome(Ended ended) {
    return new InvocationOutcome(ended.exitCode() == 0, ended.failure());
  }

  @Override
  public List<String> list(
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent) {
    DbtCommandLine asked = DbtCommandLine.of(arguments);
    Set<String> selected = dbt.list(asked, onEvent);
    return Manifest.read(targetPath(asked)).parentsFirst().stream()
        .map(Manifest.Node::uniqueId)
        .filter(selected::contains)
        .toList();
  }

  @Override
  public ResolvedInput resolve(HeldModel model, ModelInput input) {
    ProcessRun run = running;
    if (run == null) {
      throw new IllegalStateException(model.uniqueId() + " is not held");
    }
    return run.resolve(model.uniqueId(), input);
  }

  @Override
  public void release(HeldModel model, boolean success, String message, long rows) {
    ProcessRun run = running;
    if (run != null) {
      run.release(model, success, message, rows);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    ProcessRun run = running;
    if (run != null) {
      run.cancel();
    }
    keeper.tell(command("cancel"));
  }

  @Override
  public List<Path> read(String query, Path directory, Path spill) {
    return keeper.read(query, directory, spill);
  }

  @Override
  public long publish(HeldModel model, List<Path> files, String mode) {
    Manifest.Node node = parsed().node(model.uniqueId());
    ObjectNode command = command("publish").put("relation", node.relation()).put("mode", mode);
    command.put("schema", node.quotedSchema());
    Json.putPaths(command, "files", files);
    return keeper.call(command).path("rows").asLong();
  }

  @Override
  public DebugOutcome debug(List<String> arguments, Consumer<DbtEvent> onEvent) {
    Ended ended = dbt.run(DbtCommandLine.of(arguments).parsedLike("debug"), onEvent);
    return new DebugOutcome(ended.exitCode() == 0, ended.failure(), null);
  }

  static ObjectNode command(String operation) {
    return Json.MAPPER.createObjectNode().put("op", operation);
  }

  @Override
  public void close() {
    keeper.close();
  }
}
