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
import org.jspecify.annotations.Nullable;

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
              node.path("depends_on").valueStream().map(JsonNode::asText).toList(),
              present(node.get("fal")),
              node.path("patch_path").asText(null)));
    }
    return new ParsedProject(
        result.path("project").asText(), result.path("target"), result.path("credentials"), models);
  }

  private static @Nullable JsonNode present(@Nullable JsonNode json) {
    return json == null || json.isNull() ? null : json;
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
      List<String> arguments, HeldNodes nodes, Consumer<DbtEvent> onEvent, Consumer<Hold> onHold) {
    JsonNode result = invocation("invoke", arguments, nodes, onEvent, onHold);
    JsonNode failure = result.path("message");
    return new InvocationOutcome(
        result.path("success").asBoolean(), failure.isNull() ? null : failure.asText().strip());
  }

  @Override
  public List<String> list(List<String> arguments, HeldNodes nodes, Consumer<DbtEvent> onEvent) {
    JsonNode result = invocation("list", arguments, nodes, onEvent, held -> {});
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
      HeldNodes nodes,
      Consumer<DbtEvent> onEvent,
      Consumer<Hold> onHold) {
    process.listen(onEvent, json -> onHold.accept(hold(json)));
    ObjectNode command = ResidentProcess.command(operation);
    arguments.forEach(command.putArray("args")::add);
    nodes.into(command);
    return process.call(command);
  }

  private static Hold hold(JsonNode json) {
    return new Hold(
        json.path("hold").asInt(),
        Hold.Stage.of(json.path("stage").asText()),
        json.path("unique_id").asText(),
        json.path("thread").asText(),
        inputs(json.path("inputs")),
        json.path("model"),
        present(json.get("result")));
  }

  private static List<ResolvedInput> inputs(JsonNode json) {
    return json.valueStream()
        .map(input -> ResolvedInput.from(ModelInput.from(input), input))
        .toList();
  }

  @Override
  public JsonNode graph() {
    return process.call(ResidentProcess.command("graph"));
  }

  @Override
  public Hold attach(HeldNodes nodes, @Nullable String uniqueId) {
    ObjectNode command = ResidentProcess.command("attach").put("unique_id", uniqueId);
    nodes.into(command);
    return hold(process.call(command));
  }

  @Override
  public void detach() {
    process.call(ResidentProcess.command("detach"));
  }

  @Override
  public void rest() {
    process.call(ResidentProcess.command("rest"));
  }

  @Override
  public ResolvedInput resolve(Hold hold, ModelInput input) {
    ObjectNode command = ResidentProcess.command("resolve").put("hold", hold.hold());
    command.setAll(input.toJson());
    return ResolvedInput.from(input, process.call(command));
  }

  @Override
  public CompiledSql compile(Hold hold, String sql) {
    ObjectNode command = ResidentProcess.command("compile").put("hold", hold.hold());
    JsonNode compiled = process.call(command.put("sql", sql));
    return new CompiledSql(compiled.path("query").asText(), inputs(compiled.path("calls")));
  }

  @Override
  public Hold target(Hold hold, ModelInput input) {
    ObjectNode command = ResidentProcess.command("target").put("hold", hold.hold());
    command.setAll(input.toJson());
    return hold(process.call(command));
  }

  @Override
  public void release(Hold hold, boolean success, String message, long rows) {
    process.tell(
        ResidentProcess.command("release")
            .put("hold", hold.hold())
            .put("ok", success)
            .put("message", message)
            .put("rows", rows));
  }

  @Override
  public void cancel() {
    process.tell(ResidentProcess.command("cancel"));
  }

  @Override
  public JsonNode moveData(Hold hold, ObjectNode command) {
    return process.call(command.put("hold", hold.hold()));
  }

  @Override
  public void close() {
    process.close();
  }
}
