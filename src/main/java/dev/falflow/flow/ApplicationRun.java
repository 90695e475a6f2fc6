package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.artifact.RunArtifacts;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.Hold;
import dev.falflow.project.Project;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.ParentProcess;
import dev.falflow.python.Peer;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.report.Reporter;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.Warehouse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * {@code fal serve}: a project opened for a Python program outside any run, which asks as a script
 * does until it leaves. {@code fal/_application.py} is the other side.
 */
public final class ApplicationRun {
  private static final String ROLE = "application";

  private final CacheFolder cache;
  private final PythonEnvironments environments;
  private final Reporter reporter;
  private final Clock clock;
  private final Preparation preparation;

  public ApplicationRun(
      CacheFolder cache, PythonEnvironments environments, Reporter reporter, Clock clock) {
    this.cache = cache;
    this.environments = environments;
    this.reporter = reporter;
    this.clock = clock;
    this.preparation = new Preparation(cache, reporter, clock);
  }

  /**
   * Serves until the application leaves. What keeps the project from being opened is told to it.
   *
   * @return whether the project could be opened
   */
  public boolean serve(FlowRequest request, ParentProcess application) {
    try {
      opened(request, application);
      return true;
    } catch (FalException e) {
      refuse(application, e);
      return false;
    }
  }

  private static void refuse(Peer application, FalException refusal) {
    String words =
        refusal.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    ObjectNode message = Json.MAPPER.createObjectNode().put("type", "error");
    try {
      application.send(message.put("code", refusal.problems().get(0).code()).put("message", words));
    } catch (IOException e) {
      application.kill(); // it has left before it could be told
    }
  }

  private void opened(FlowRequest typed, ParentProcess application) {
    try (OpenProject open = preparation.open(typed, environments)) {
      PreparedProject prepared = preparation.prepared(open, preparation.sources(open));
      Hold hold = open.engine().attach(prepared.held(), null);
      try {
        answer(open, prepared, hold, application);
      } finally {
        open.engine().detach();
      }
    }
  }

  private void answer(
      OpenProject open, PreparedProject prepared, Hold hold, ParentProcess application) {
    ExecutorService threads = Executors.newCachedThreadPool(FlowRun::daemon);
    Path targetPath = open.request().targetPath(open.project());
    Statuses statuses = Statuses.ofNow(open.engine()::graph, () -> LastResults.in(targetPath));
    RunArtifacts artifacts = new RunArtifacts(targetPath);
    try (Warehouse warehouse = open.warehouse(prepared, cache.path().resolve("drivers"));
        ModelData data = warehouse.open(hold)) {
      Workplace place =
          Workplace.of(open, prepared, warehouse, statuses, artifacts, reporter, threads, clock);
      Restful asking = new Restful(application, open.engine());
      application.onEnd(() -> asking.cancel(warehouse));
      try (Conversation conversation =
          new Conversation(
              place, hold, ROLE, asking, data, null, (call, input) -> {}, notice -> {})) {
        conversation.send(runMessage(place, hold, prepared.request()));
        conversation.untilDone();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static ObjectNode runMessage(Workplace place, Hold hold, FlowRequest request) {
    Project project = place.project();
    ObjectNode message = RunMessages.of(place, hold, project.root().resolve(ROLE), ROLE);
    message.put("role", ROLE);
    message.put("project_name", project.name());
    message.put("profiles_dir", request.profilesFile().resolveSibling("").toString());
    Path scripts =
        project.vars().get("fal-scripts-path") instanceof String folder
            ? project.root().resolve(folder).normalize()
            : project.root();
    message.put("scripts_dir", scripts.toString());
    Json.putPaths(message, "model_paths", project.modelPaths());
    return message;
  }

  /**
   * The application as it may be kept waiting for: before each answer the database is given up, so
   * that dbt, or the application itself, can open DuckDB's file between two questions.
   */
  private static final class Restful implements Peer {
    private final Peer application;
    private final DbtEngine engine;
    private volatile boolean isAnswered = true;

    Restful(Peer application, DbtEngine engine) {
      this.application = application;
      this.engine = engine;
    }

    @Override
    public void send(ObjectNode message) throws IOException {
      engine.rest();
      isAnswered = true;
      application.send(message);
    }

    @Override
    public Optional<JsonNode> receive() {
      Optional<JsonNode> question = application.receive();
      isAnswered = question.isEmpty();
      return question;
    }

    @Override
    public void kill() {
      application.kill();
    }

    /** It has left: nobody waits for what the database still does. */
    void cancel(Warehouse warehouse) {
      if (!isAnswered) {
        engine.cancel();
        warehouse.cancel();
      }
    }
  }
}
