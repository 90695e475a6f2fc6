package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Addresses;
import dev.falflow.FalException;
import dev.falflow.Folders;
import dev.falflow.Json;
import dev.falflow.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The environments that fal makes itself. One folder for each combination of lock, project
 * requirements and Python; it counts as made once its {@code complete.json} is there, which is
 * written last. Environments can't be moved, so they are made in place, under a lock.
 */
final class ManagedEnvironments {
  /** Part of every environment's name: raise it when they are to be made in another way. */
  private static final String LAYOUT = "1";

  private static final Requirements ROOTS = Requirements.ofText(resource("requirements.in"));

  private final CacheFolder cache;
  private final SetupProgress progress;
  private final Interpreters interpreters;

  ManagedEnvironments(CacheFolder cache, SetupProgress progress, Interpreters interpreters) {
    this.cache = cache;
    this.progress = progress;
    this.interpreters = interpreters;
  }

  /** The environment for the request, made where missing. */
  PythonInstallation prepare(PythonRequest request, List<String> passedOver) {
    Interpreter host = new HostPython(interpreters, request).choose();
    String lockText = resource("py3" + host.minor() + ".txt");
    Requirements project = Requirements.read(request.projectDir().resolve("requirements.txt"));
    OldRequirements old = OldRequirements.replacedIn(project, ROOTS.packageNames());
    Path folder = folderFor(host, lockText, old);
    Build build = new Build(request, host, Requirements.ofText(lockText), old, folder);
    try {
      Optional<PythonInstallation> ready = read(folder, passedOver);
      return ready.isPresent() ? ready.get() : makeLocked(build, passedOver);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the Python environment " + folder, e);
    }
  }

  /** Everything that one environment is made from. */
  private record Build(
      PythonRequest request,
      Interpreter host,
      Requirements lock,
      OldRequirements old,
      Path folder) {
    Requirements project() {
      return old.kept();
    }
  }

  private Path folderFor(Interpreter host, String lockText, OldRequirements old) {
    String madeFrom =
        String.join(
            "\n",
            LAYOUT,
            lockText,
            old.kept().text() + String.join("\n", old.notices()),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
    String name = "py3" + host.minor() + "-" + Hashes.shortSha256(madeFrom);
    return cache.folder("envs").resolve(name);
  }

  private PythonInstallation makeLocked(Build build, List<String> passedOver) throws IOException {
    Path lockFile = build.folder().resolveSibling(build.folder().getFileName() + ".lock");
    Runnable sayWaiting =
        () -> progress.notice("Waiting for another fal that is making the Python environment …");
    return CacheLock.holding(
        lockFile,
        sayWaiting,
        () -> {
          Optional<PythonInstallation> madeMeanwhile = read(build.folder(), passedOver);
          if (madeMeanwhile.isPresent()) {
            return madeMeanwhile.get();
          }
          // What an interrupted fal left, or what has lost its Python.
          Folders.delete(build.folder());
          Files.createDirectories(build.folder());
          make(build);
          return read(build.folder(), passedOver)
              .orElseThrow(() -> new IOException("it was made but does not work"));
        });
  }

  private void make(Build build) throws IOException {
    Installer installer = Installer.choose(build.request(), cache);
    String what =
        String.format(
            "Making the Python environment (Python 3.%d, %s; first run)",
            build.host().minor(), installer.name());
    InstallPlan plan = progress.during(what, () -> carryOut(build, installer));
    List<String> notices = notices(build, plan);
    notices.forEach(progress::notice);
    writeComplete(build.folder(), plan.worker() != null, notices);
  }

  /** The first plan that does not contradict itself, carried out. */
  private static InstallPlan carryOut(Build build, Installer installer) throws IOException {
    Path dbt = build.folder().resolve("dbt");
    check(installer.makeEnvironment(dbt, build.host()), installer);
    Command.Outcome last = new Command.Outcome(1, "", "");
    for (InstallPlan plan : InstallPlan.inOrder(ROOTS, build.lock(), build.project())) {
      last = install(installer, dbt, plan.dbt(), plan.constraints());
      if (last.isSuccess()) {
        makeWorker(build, installer, plan.worker());
        return plan;
      }
      if (!Installer.isConflict(last)) {
        break;
      }
    }
    throw failed(last, installer);
  }

  private static void makeWorker(Build build, Installer installer, @Nullable Requirements worker)
      throws IOException {
    if (worker != null) {
      Path folder = build.folder().resolve("worker");
      check(installer.makeEnvironment(folder, build.host()), installer);
      check(install(installer, folder, worker, new Requirements(List.of())), installer);
    }
  }

  private static Command.Outcome install(
      Installer installer, Path environment, Requirements requirements, Requirements constraints)
      throws IOException {
    Path asked = environment.resolveSibling(environment.getFileName() + "-requirements.txt");
    Path kept = environment.resolveSibling(environment.getFileName() + "-constraints.txt");
    Files.writeString(asked, requirements.text());
    Files.writeString(kept, constraints.text());
    Command.Outcome outcome = installer.install(environment, asked, kept);
    Files.delete(asked); // may hold passwords of package indexes
    Files.delete(kept);
    return new Command.Outcome(
        outcome.exitCode(),
        requirements.placed(outcome.output(), asked),
        requirements.placed(outcome.errors(), asked));
  }

  private static void check(Command.Outcome outcome, Installer installer) {
    if (!outcome.isSuccess()) {
      throw failed(outcome, installer);
    }
  }

  private static FalException failed(Command.Outcome outcome, Installer installer) {
    String message =
        String.format(
            "the Python environment could not be made; the last lines of %s:%n%s",
            installer.name(), Addresses.masked(outcome.tail(20)).indent(2).stripTrailing());
    boolean lacksVenv = outcome.text().contains("ensurepip");
    return new FalException(
        Problem.of("environment-failed", message)
            .withHint(
                lacksVenv
                    ? "Install Python's venv (Debian, Ubuntu: apt install python3-venv) or uv."
                    : "Once the cause is gone, the next run tries again. A Python of your own:"
                        + " --python PATH."));
  }

  /** What the user is told: whose dbt won, and whether the models have an environment apart. */
  private List<String> notices(Build build, InstallPlan plan) {
    List<String> notices = new ArrayList<>(build.old().notices());
    Interpreter dbt = interpreters.ask(python(build.folder(), "dbt")).orElseThrow();
    for (String name : InstallPlan.dbtPackages(build.project())) {
      String installed = dbt.versionOf(name);
      Optional<String> ours =
          build.lock().lines().stream()
              .map(Requirements.Line::text)
              .filter(line -> line.startsWith(name + "=="))
              .map(line -> line.substring(name.length() + 2))
              .findFirst();
      if (installed != null && !ours.equals(Optional.of(installed))) {
        String instead = ours.map(version -> " instead of fal's " + version).orElse("");
        notices.add(
            String.format(
                "The project's requirements.txt wins: %s %s%s.", name, installed, instead));
      }
    }
    if (plan.worker() != null) {
      notices.add(
          "The project's requirements.txt does not go together with dbt's packages:"
              + " Python models get an environment of their own.");
    }
    return notices;
  }

  private static void writeComplete(Path folder, boolean hasWorker, List<String> notices)
      throws IOException {
    ObjectNode complete = Json.MAPPER.createObjectNode();
    complete.put("worker", hasWorker);
    notices.forEach(complete.putArray("notices")::add);
    Path fresh = folder.resolve("complete.json.new");
    Json.MAPPER.writeValue(fresh.toFile(), complete);
    Files.move(fresh, folder.resolve("complete.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Empty when the environment is not finished, or its Python has gone. */
  private Optional<PythonInstallation> read(Path folder, List<String> passedOver)
      throws IOException {
    Path marker = folder.resolve("complete.json");
    if (!Files.exists(marker)) {
      return Optional.empty();
    }
    JsonNode complete = Json.MAPPER.readTree(marker.toFile());
    Optional<Interpreter> dbt = interpreters.ask(python(folder, "dbt"));
    Optional<Interpreter> worker =
        complete.path("worker").asBoolean() ? interpreters.ask(python(folder, "worker")) : dbt;
    if (dbt.isEmpty() || worker.isEmpty()) {
      return Optional.empty();
    }
    NavigableMap<String, String> packages = new TreeMap<>(dbt.get().packages());
    packages.keySet().removeIf(name -> !name.startsWith("dbt-"));
    worker.get().packages().forEach(packages::putIfAbsent);
    List<String> notices = new ArrayList<>();
    complete.path("notices").forEach(notice -> notices.add(notice.asText()));
    return Optional.of(
        new PythonInstallation(
            dbt.get().executable(),
            worker.get().executable(),
            PythonInstallation.Kind.MANAGED,
            dbt.get().prefix(),
            dbt.get().version(),
            packages,
            notices,
            passedOver));
  }

  private static Path python(Path folder, String environment) {
    return folder.resolve(environment).resolve(Path.of("bin", "python"));
  }

  private static String resource(String name) {
    try (InputStream in = ManagedEnvironments.class.getResourceAsStream("locks/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the lock " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
