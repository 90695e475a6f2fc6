package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Addresses;
import dev.falflow.FalException;
import dev.falflow.Folders;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes the environment of a plan in its folder, and tells what is in one that was made. It counts
 * as made once its {@code complete.json} is there, which is written last; of a failure nothing is
 * left. The caller holds the lock.
 */
final class EnvironmentMaker {
  private static final String COMPLETE = "complete.json";
  private static final Pattern EXACT = Pattern.compile("[A-Za-z0-9._-]+==\\S+");
  private static final Pattern NO_NETWORK =
      Pattern.compile(
          "error sending request|connect error|dns error|network was disabled|newconnectionerror"
              + "|establish a new connection|connection (refused|timed out|failed)|timed out"
              + "|name resolution|network is unreachable|connectionerror|condahttperror",
          Pattern.CASE_INSENSITIVE);

  private final CacheFolder cache;
  private final PythonRequest request;
  private final Interpreters interpreters;

  EnvironmentMaker(CacheFolder cache, PythonRequest request, Interpreters interpreters) {
    this.cache = cache;
    this.request = request;
    this.interpreters = interpreters;
  }

  /** Empty when it is not finished, or its Python has gone. */
  Optional<MadeEnvironment.Contents> read(Path folder) throws IOException {
    Path complete = folder.resolve(COMPLETE);
    if (!Files.exists(complete)) {
      return Optional.empty();
    }
    List<String> packages = new ArrayList<>();
    JsonNode found = Json.MAPPER.readTree(complete.toFile());
    found.path("packages").forEach(each -> packages.add(each.asText()));
    return interpreters
        .ask(folder.resolve(Path.of("bin", "python")))
        .map(
            python ->
                new MadeEnvironment.Contents(python.executable(), python.version(), packages));
  }

  void make(EnvironmentPlan plan) throws IOException {
    Folders.delete(plan.folder()); // what an interrupted fal left, or what has lost its Python
    cache.folder(plan.definition().kind().folder());
    boolean isMade = false;
    try {
      List<String> packages =
          plan.definition().kind() == Kind.VENV ? makeVenv(plan) : makeConda(plan);
      writeComplete(plan, packages);
      isMade = true;
    } finally {
      if (!isMade) {
        Folders.delete(plan.folder());
      }
    }
  }

  private List<String> makeVenv(EnvironmentPlan plan) throws IOException {
    Installer installer = Installer.choose(request, cache);
    check(installer.makeEnvironment(plan.folder(), plan.hostPython()), plan, installer.name());
    Path asked = plan.folder().resolve("asked.txt");
    Path locked = plan.folder().resolve("locked.txt");
    Files.writeString(asked, plan.asked().text());
    // As constraints: another platform may need packages that this one does not, and the reverse.
    List<String> exact = plan.locked().stream().filter(EXACT.asMatchPredicate()).toList();
    Files.write(locked, exact);
    check(installer.install(plan.folder(), asked, locked), plan, installer.name());
    Files.delete(asked); // may hold passwords of package indexes
    Files.delete(locked);
    Command.Outcome frozen = installer.freeze(plan.folder());
    check(frozen, plan, installer.name());
    return frozen
        .output()
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .sorted(String.CASE_INSENSITIVE_ORDER)
        .toList();
  }

  private List<String> makeConda(EnvironmentPlan plan) throws IOException {
    Conda conda = Conda.find(request, plan.definition());
    check(conda.create(plan), plan, conda.name());
    return conda.list(plan.folder());
  }

  private static void check(Command.Outcome outcome, EnvironmentPlan plan, String installer) {
    if (outcome.isSuccess()) {
      return;
    }
    boolean isOffline = NO_NETWORK.matcher(outcome.text()).find();
    String message =
        "environment %s could not be made; the last lines of %s:%n%s"
            .formatted(
                plan.definition().name(),
                installer,
                Addresses.masked(outcome.tail(20)).indent(2).stripTrailing());
    throw new FalException(
        Problem.at(
                plan.definition().where(),
                isOffline ? "environment-offline" : "environment-failed",
                message)
            .withHint(hint(outcome, isOffline)));
  }

  private static String hint(Command.Outcome outcome, boolean isOffline) {
    if (isOffline) {
      return "The package index was not reached. Run `fal env sync` once with a network; runs then"
          + " need none.";
    }
    if (outcome.text().contains("ensurepip")) {
      return "Install Python's venv (Debian, Ubuntu: apt install python3-venv) or uv.";
    }
    return "Mend what it asks for at the line named; the next run tries again.";
  }

  private static void writeComplete(EnvironmentPlan plan, List<String> packages)
      throws IOException {
    ObjectNode complete = Json.MAPPER.createObjectNode();
    complete.put("kind", plan.definition().kind().word()).put("python", plan.python());
    plan.normalised().forEach(complete.putArray("asked")::add);
    packages.forEach(complete.putArray("packages")::add);
    Path fresh = plan.folder().resolve(COMPLETE + ".new");
    Json.MAPPER.writeValue(fresh.toFile(), complete);
    Files.move(fresh, plan.folder().resolve(COMPLETE), StandardCopyOption.ATOMIC_MOVE);
  }
}
