package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.DbtOption;
import dev.falflow.dbt.DbtOptions;
import dev.falflow.dbt.DebugOutcome;
import dev.falflow.dbt.HeldNodes;
import dev.falflow.dbt.HeldNodes.PythonModel;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.InvocationOutcome;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.dbt.ResidentProcess;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.dbt.process.DbtRuns.Ended;
import dev.falflow.project.Project;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
  private JsonNode credentials = Json.MAPPER.missingNode();
  private Map<String, Boolean> quoting = Map.of();
  private String databasePath = "";
  private Path targetPath = Path.of("target");
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
    Project project = project(asked);
    targetPath = targetPath(asked, project);
    quoting = project.quoting();
    Ended ended = dbt.run(asked.parsedLike("parse").with("--write-json", List.of()), onEvent);
    String failure = ended.failure();
    if (failure != null || ended.exitCode() != 0) {
      String message = failure == null ? "dbt parse failed" : failure;
      List<Unresolved> unresolved = ParseMessage.unresolved(message, inputs, project, targetPath);
      throw unresolved.isEmpty()
          ? new ParseFailure(message)
          : new UnresolvedInputs(message, unresolved);
    }
    Manifest found = Manifest.read(targetPath);
    manifest = found;
    target = profile(asked);
    return new ParsedProject(found.projectName(), target, credentials, found.models());
  }

  /** The target as dbt's own adapter reads it from the profile, {@code --threads} applied. */
  private JsonNode profile(DbtCommandLine asked) {
    keeper.listen(event -> {}, held -> {});
    ObjectNode command = ResidentProcess.command("profile");
    asked.only(DbtCommandLine.PROFILE).words().forEach(command.putArray("args")::add);
    JsonNode result = keeper.call(command);
    if (!result.path("success").asBoolean()
        || !(result.path("target") instanceof ObjectNode found)) {
      throw new ParseFailure(result.path("message").asText());
    }
    List<String> threads = asked.values("--threads");
    if (!threads.isEmpty()) {
      found.put("threads", number(threads.get(0)));
    }
    databasePath = result.path("path").asText(); // may hold a token: for nobody else
    credentials = result.path("credentials");
    return found;
  }

  /** As {@code --target-path}, the variable or the project say, in this order. */
  private static Path targetPath(DbtCommandLine asked, Project project) {
    List<String> given = asked.values("--target-path");
    DbtOption option = DbtOptions.named("--target-path").orElseThrow();
    String chosen = given.isEmpty() ? option.variable(System.getenv()) : given.get(0);
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
      List<String> arguments, HeldNodes nodes, Consumer<DbtEvent> onEvent, Consumer<Hold> onHold) {
    EngineLimits.refuseScripts(nodes);
    Map<String, PythonModel> pythonModels = nodes.models();
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
    Manifest found = Manifest.read(targetPath);
    found.nameTables(tables(found, pythonModels.keySet()));
    manifest = found;
    RunGraph graph = new RunGraph(found, selected, pythonModels.keySet());
    new EngineLimits(found, pythonModels, graph)
        .check(asked, target, databasePath, System.getenv());
    ProcessRun run =
        new ProcessRun(
            dbt,
            keeper,
            clock,
            found,
            graph,
            pythonModels,
            asked,
            target,
            targetPath,
            onEvent,
            onHold);
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

  /** Python models are ephemeral on disk, so dbt's files name no table of theirs. */
  private Map<String, String> tables(Manifest found, Set<String> uniqueIds) {
    ObjectNode command = ResidentProcess.command("name");
    command.set("quoting", Json.MAPPER.valueToTree(quoting));
    ArrayNode models = command.putArray("models");
    for (String uniqueId : uniqueIds) {
      found.find(uniqueId).ifPresent(node -> models.add(nameParts(node.json())));
    }
    Map<String, String> tables = new LinkedHashMap<>();
    keeper
        .call(command)
        .properties()
        .forEach(table -> tables.put(table.getKey(), table.getValue().asText()));
    return tables;
  }

  private static ObjectNode nameParts(JsonNode node) {
    ObjectNode parts = Json.MAPPER.createObjectNode();
    for (String part : List.of("unique_id", "database", "schema", "alias")) {
      parts.set(part, node.path(part));
    }
    return parts;
  }

  private static InvocationOutcome outcome(Ended ended) {
    return new InvocationOutcome(ended.exitCode() == 0, ended.failure());
  }

  @Override
  public List<String> list(List<String> arguments, HeldNodes nodes, Consumer<DbtEvent> onEvent) {
    DbtCommandLine asked = DbtCommandLine.of(arguments);
    Set<String> selected = dbt.list(asked, onEvent);
    return Manifest.read(targetPath).parentsFirst().stream()
        .map(Manifest.Node::uniqueId)
        .filter(selected::contains)
        .toList();
  }

  @Override
  public JsonNode graph() {
    throw EngineLimits.notHere("list_models() and its like");
  }

  @Override
  public Hold attach(HeldNodes nodes, @Nullable String uniqueId) {
    throw EngineLimits.notHere("a script of its own");
  }

  @Override
  public void detach() {}

  @Override
  public void rest() {}

  @Override
  public CompiledSql compile(Hold hold, String sql) {
    throw EngineLimits.notHere("execute_sql()");
  }

  @Override
  public Hold target(Hold hold, ModelInput input) {
    throw EngineLimits.notHere("write_to_source()");
  }

  @Override
  public ResolvedInput resolve(Hold model, ModelInput input) {
    ProcessRun run = running;
    if (run == null) {
      throw new IllegalStateException(model.uniqueId() + " is not held");
    }
    return run.resolve(model.uniqueId(), input);
  }

  @Override
  public void release(Hold model, boolean success, String message, long rows) {
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
    keeper.tell(ResidentProcess.command("cancel"));
  }

  @Override
  public JsonNode moveData(Hold model, ObjectNode command) {
    Manifest.Node node = parsed().node(model.uniqueId());
    return keeper.call(command.put("relation", node.relation()).put("schema", node.quotedSchema()));
  }

  @Override
  public DebugOutcome debug(List<String> arguments, Consumer<DbtEvent> onEvent) {
    Ended ended = dbt.run(DbtCommandLine.of(arguments).parsedLike("debug"), onEvent);
    return new DebugOutcome(ended.exitCode() == 0, ended.failure(), null);
  }

  @Override
  public void close() {
    keeper.close();
  }

  private static int number(String threads) {
    try {
      return Integer.parseInt(threads);
    } catch (NumberFormatException e) {
      throw new FalException(
          Problem.of("dbt-parse-failed", "'" + threads + "' is not a valid integer.")
              .withHint("It was given to --threads."),
          e);
    }
  }
}
