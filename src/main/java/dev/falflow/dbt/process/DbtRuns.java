package dev.falflow.dbt.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtEvent;
import dev.falflow.dbt.ResidentProcess;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs the dbt executable, one process after the other; {@code fal/_process.py} keeps them. */
final class DbtRuns {
  private static final Set<Integer> DONE = Set.of(0, 1);

  /** Events that carry the lines of {@code dbt ls}: up to 1.8 the one, since then the other. */
  private static final Set<String> LISTED = Set.of("ListCmdOut", "PrintEvent");

  private final ResidentProcess keeper;
  private final List<String> dbt;

  DbtRuns(ResidentProcess keeper, List<String> dbt) {
    this.keeper = keeper;
    this.dbt = List.copyOf(dbt);
  }

  /**
   * How a process ended.
   *
   * @param failure dbt's message when it could not do its work, null when it did or nodes failed
   */
  record Ended(int exitCode, @Nullable String failure) {}

  Ended run(DbtCommandLine arguments, Consumer<DbtEvent> onEvent) {
    List<String> failures = new ArrayList<>();
    keeper.listen(
        event -> {
          if (event.name().equals("MainEncounteredError")) {
            failures.add(
                event.json().path("raw").path("data").path("exc").asText(event.message()).strip());
          }
          onEvent.accept(event);
        },
        held -> {});
    ObjectNode command = ResidentProcess.command("run");
    List<String> words = new ArrayList<>(dbt);
    words.addAll(arguments.words());
    words.addAll(List.of("--log-format", "json"));
    words.forEach(command.putArray("command")::add);
    JsonNode result = keeper.call(command);
    int exitCode = result.path("exit_code").asInt();
    if (failures.isEmpty() && !DONE.contains(exitCode)) {
      List<String> lines = result.path("lines").valueStream().map(JsonNode::asText).toList();
      failures.add(
          ("dbt "
                  + arguments.command()
                  + " ended with exit code "
                  + exitCode
                  + ".\n"
                  + String.join("\n", lines))
              .strip());
    }
    return new Ended(exitCode, failures.isEmpty() ? null : failures.get(0));
  }

  /**
   * The unique_ids that {@code dbt ls} prints.
   *
   * @throws FalException {@code dbt-failed} with dbt's own message
   */
  Set<String> list(DbtCommandLine listing, Consumer<DbtEvent> onEvent) {
    Set<String> found = new LinkedHashSet<>();
    AtomicBoolean saidNone = new AtomicBoolean();
    Ended ended =
        run(
            listing.with("--output", List.of("json")).with("--output-keys", List.of("unique_id")),
            event -> {
              if (LISTED.contains(event.name()) && event.message().startsWith("{")) {
                found.add(uniqueId(event.message()));
              } else {
                saidNone.set(saidNone.get() || event.name().equals("NoNodesSelected"));
                onEvent.accept(event);
              }
            });
    String failure = ended.failure();
    if (failure != null || ended.exitCode() != 0) {
      throw new FalException(Problem.of("dbt-failed", failure == null ? "dbt ls failed" : failure));
    }
    if (found.isEmpty() && !saidNone.get()) {
      throw new FalException(
          Problem.of("dbt-failed", "dbt ls printed no node in a form that fal knows.")
              .withHint("Use --dbt-engine resident, and please report dbt's version."));
    }
    return found;
  }

  private static String uniqueId(String line) {
    try {
      return Json.MAPPER.readTree(line).path("unique_id").asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("dbt ls printed " + line, e);
    }
  }
}
