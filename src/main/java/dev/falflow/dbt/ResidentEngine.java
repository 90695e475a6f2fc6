package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** dbt driven through its programmatic API in a resident Python process (DESIGN D1). */
public final class ResidentEngine implements DbtEngine {
  private final ResidentProcess process;

  /**
   * Starts the process; it imports dbt while the caller goes on.
   *
   * @param python interpreter of the project's dbt environment
   * @param packageFolder holds the {@code fal} package
   * @param foldersToRemove what the process removes should we be killed
   */
  public ResidentEngine(Path python, Path packageFolder, List<Path> foldersToRemove) {
    process = new ResidentProcess(python, "fal._resident", packageFolder, foldersToRemove);
  }

  @Override
  public ParsedProject parse(
      List<String> arguments,
      Map<String, List<ModelInput>> inputs,
      boolean rawEvents,
      Consumer<DbtEvent> onEvent) {
    process.listen(onEvent, held -> {});
    ObjectNode command = ResidentProcess.command("parse").put("raw_events", rawEvents);
    arguments.forEach(command.putArray("args")::add);
    ArrayNode known = command.putArray("inputs");
    inputs.forEach(
        (path, calls) -> calls.forEach(call -> known.add(call.toJson().put("path", path))));
    JsonNode result = process.call(command);
    if (!result.path("ok").asBoolean()) {
      throw parseFailure(result);
    }
    List<DbtNode> models = new ArrayList<>();
    for (JsonNode node : result.path("nodes")) {
      models.add(
          new DbtNode(
              node.path("unique_id").asText(),
              node.path("name").asText(),
              node.path("package").asText(),
              node.path("path").asText(),
              node.path("enabled").asBoolean(),
              node.path("depends_on").valueStream().map(JsonNode::asText).toList()));
    }
    return new ParsedProject(
        result.path("project").asText(), result.path("target"), result.path("credentials"), models);
  }

  private static RuntimeException parseFailure(JsonNode result) {
    String message = result.path("message").asText().strip();
    List<Unresolved> unresolved = new ArrayList<>();
    for (JsonNode missing : result.path("missing")) {
      unresolved.add(
          new Unresolved(
              missing.path("path").asText(),
              ModelInput.from(missing),
              missing.path("code").asText(),
              missing.path("message").asText()));
    }
    return unresolved.isEmpty()
        ? new ParseFailure(message)
        : new UnresolvedInputs(message, unresolved);
  }

  @Override
  public InvocationOutcome invoke(
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent,
      Consumer<HeldModel> onHold) {
    JsonNode result = invocation("invoke", arguments, pythonModels, onEvent, onHold);
    JsonNode failure = result.path("message");
    return new InvocationOutcome(
        result.path("success").asBoolean(), failure.isNull() ? null : failure.asText().strip());
  }

  @Override
  public List<String> list(
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent) {
    JsonNode result = invocation("list", arguments, pythonModels, onEvent, held -> {});
    if (!result.path("success").asBoolean()) {
      throw new FalException(
          Problem.of("dbt-failed", result.path("message").asText("dbt ls failed").strip()));
    }
    return result.path("unique_ids").valueStream().map(JsonNode::asText).toList();
  }

  @Override
  public DebugOutcome debug(List<String> arguments, Consumer<DbtEvent> onEvent) {
    process.listen(onEvent, held -> {});
    ObjectNode command = ResidentProcess.command("debug");
    arguments.forEach(command.putArray("args")::add);
    JsonNode result = process.call(command);
    return new DebugOutcome(
        result.path("success").asBoolean(),
        result.path("message").isNull() ? null : result.path("message").asText().strip(),
        result.path("target").isNull() ? null : result.path("target"));
  }

  private JsonNode invocation(
      String operation,
      List<String> arguments,
      Map<String, PythonModelNode> pythonModels,
      Consumer<DbtEvent> onEvent,
      Consumer<HeldModel> onHold) {
    process.listen(onEvent, json -> onHold.accept(heldModel(json)));
    ObjectNode command = ResidentProcess.command(operation);
    arguments.forEach(command.putArray("args")::add);
    ArrayNode models = command.putArray("models");
    pythonModels.forEach(
        (uniqueId, model) -> {
          ObjectNode json = models.addObject();
          json.put("unique_id", uniqueId);
          json.put("file", model.file()).put("checksum", model.checksum());
          ArrayNode inputs = json.putArray("inputs");
          model.inputs().forEach(input -> inputs.add(input.toJson()));
        });
    return process.call(command);
  }

  private static HeldModel heldModel(JsonNode json) {
    List<ResolvedInput> inputs = new ArrayList<>();
    for (JsonNode input : json.path("inputs")) {
      inputs.add(ResolvedInput.from(ModelInput.from(input), input));
    }
    return new HeldModel(
        json.path("hold").asInt(),
        json.path("unique_id").asText(),
        json.path("thread").asText(),
        inputs,
        json.path("model"));
  }

  @Override
  public ResolvedInput resolve(HeldModel model, ModelInput input) {
    ObjectNode command = ResidentProcess.command("resolve").put("hold", model.hold());
    command.setAll(input.toJson());
    return ResolvedInput.from(input, process.call(command));
  }

  @Override
  public void release(HeldModel model, boolean success, String message, long rows) {
    process.tell(
        ResidentProcess.command("release")
            .put("hold", model.hold())
            .put("ok", success)
            .put("message", message)
            .put("rows", rows));
  }

  @Override
  public void cancel() {
    process.tell(ResidentProcess.command("cancel"));
  }

  @Override
  public JsonNode moveData(HeldModel model, ObjectNode command) {
    return process.call(command.put("hold", model.hold()));
  }

  @Override
  public void close() {
    process.close();
  }
}
