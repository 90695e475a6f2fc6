package dev.falflow.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentDefinition.Kind;
import dev.falflow.project.EnvironmentLocks;
import dev.falflow.project.EnvironmentsFile;
import dev.falflow.project.PythonRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Environments that projects ask for, made for real, and workers of theirs. */
class ProjectEnvironmentsTest extends EnvironmentTest {
  private static final Location ASKED_AT = Location.of("models/schema.yml", 5, 9);
  private static final String SCRIPT =
      """
      import os, sys
      from importlib.metadata import version
      from fal.dbt.packages.environments.virtual_env import _BASE_VENV_DIR
      print(version("pyjokes"), sys.prefix == os.environ["VIRTUAL_ENV"], end=" ")
      print(sys.executable.startswith(str(_BASE_VENV_DIR)), os.environ["MINE"])
      """;

  private final List<EnvironmentDefinition> defined = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> progress = new ConcurrentLinkedQueue<>();
  private EnvironmentLocks locks = new EnvironmentLocks(List.of());

  @BeforeEach
  void script() throws IOException {
    Files.writeString(scratch.project.resolve("tell.py"), SCRIPT);
  }

  private void define(String name, String... requirements) {
    define(name, Kind.VENV, null, requirements);
  }

  private void define(String name, Kind kind, @Nullable PythonRange python, String... packages) {
    Location where = Location.of("fal_project.yml", defined.size() + 2, 5);
    defined.add(new EnvironmentDefinition(name, kind, List.of(packages), python, List.of(), where));
  }

  private EnvironmentStore store() {
    Interpreter host =
        new Interpreters(scratch.cache, scratch.variables())
            .ask(scratch.bin.resolve("python3"))
            .orElseThrow();
    PythonInstallation local =
        new PythonInstallation(
            host.executable(),
            host.executable(),
            PythonInstallation.Kind.GIVEN,
            host.prefix(),
            host.version(),
            new TreeMap<>(),
            List.of(),
            List.of());
    return new EnvironmentStore(scratch.cache, scratch.request(null), local, locks, progress::add);
  }

  private ProjectEnvironments open() {
    TreeMap<String, String> variables = new TreeMap<>(scratch.variables());
    variables.put("MINE", "kept");
    return new ProjectEnvironments(
        store(),
        new EnvironmentsFile(defined),
        PythonPackage.unpack(scratch.cache),
        variables,
        folder);
  }

  private static EnvironmentRequest named(String name) {
    return EnvironmentRequest.named(name, ASKED_AT);
  }

  /** What {@link #SCRIPT} prints in a worker. */
  private String told(ForkServer server) throws Exception {
    ConcurrentLinkedQueue<String> printed = new ConcurrentLinkedQueue<>();
    Worker worker = server.spawn(output -> printed.add(output.line()));
    ObjectNode message = Json.MAPPER.createObjectNode().put("type", "run");
    message.put("unique_id", "model.shop.tell").put("name", "tell").put("file", "tell.py");
    message.put("path", scratch.project.resolve("tell.py").toString());
    message.put("project_dir", scratch.project.toString()).putArray("sys_path");
    message.put("data_dir", folder.toString()).put("spill_dir", folder.toString());
    worker.send(message);
    assertThat(worker.receive()).as("%s %s", printed, server.lastLines()).isPresent();
    worker.awaitExit();
    return String.join("\n", printed);
  }

  private List<Path> made() throws IOException {
    try (Stream<Path> found = Files.list(scratch.cache.folder("venvs"))) {
      return found.filter(Files::isDirectory).toList();
    }
  }

  private long countSaid(String start) {
    return progress.stream().filter(line -> line.startsWith(start)).count();
  }

  @Test
  void twoVersionsOfAPackageLiveSideBySideEachMadeOnce() throws Exception {
    define("old", "pyjokes==0.5.0");
    define("new", "pyjokes==0.6.0");
    define("same", "pyarrow", "PyJokes == 0.5.0");
    try (ProjectEnvironments environments = open()) {
      List<CompletableFuture<ForkServer>> asked =
          Stream.of("old", "old", "new", "same")
              .map(name -> CompletableFuture.supplyAsync(() -> environments.get(named(name))))
              .toList();
      List<ForkServer> servers = asked.stream().map(CompletableFuture::join).toList();

      assertThat(servers.get(1)).isSameAs(servers.get(0));
      assertThat(servers.get(3)).isSameAs(servers.get(0));
      assertThat(told(servers.get(0))).isEqualTo("0.5.0 True True kept");
      assertThat(told(servers.get(2))).isEqualTo("0.6.0 True True kept");
      assertThat(environments.get(named("new"))).isSameAs(servers.get(2));
      assertThat(countSaid("Making environment")).isEqualTo(2);
      assertThat(UseLock.removed(made().get(0))).as("in use").isFalse();
    }
    progress.clear();

    try (ProjectEnvironments environments = open()) {
      assertThat(told(environments.get(named("old")))).startsWith("0.5.0");
    }

    assertThat(progress).isEmpty();
    assertThat(EnvironmentInventory.clean(scratch.cache, List.of()).values())
        .containsExactly(true, true);
    assertThat(made()).isEmpty();
  }

  @Test
  void aLockDecidesTheVersionsUntilSomethingElseIsAskedFor() throws Exception {
    define("ml", "pyjokes");
    EnvironmentDefinition ml = defined.get(0);
    EnvironmentPlan plan = store().plan(ml);
    EnvironmentLocks.Entry entry =
        new EnvironmentLocks.Entry(
            "ml",
            "venv",
            plan.python(),
            "another-platform",
            plan.askedHash(),
            plan.normalised(),
            List.of("pyjokes==0.5.0", "only-there @ file:///x"));
    locks = new EnvironmentLocks(List.of(entry));

    try (MadeEnvironment made = store().prepare(ml)) {
      assertThat(made.packages()).contains("pyjokes==0.5.0");
      assertThat(countSaid("fal.lock")).isZero();
      // What was made without a lock and holds the same is taken for it.
      locks =
          new EnvironmentLocks(
              List.of(
                  new EnvironmentLocks.Entry(
                      "ml",
                      "venv",
                      plan.python(),
                      "",
                      plan.askedHash(),
                      List.of(),
                      made.packages())));
      Files.move(made.folder(), plan.folder());
      assertThat(store().plan(ml).folder()).isEqualTo(plan.folder());
    }

    define("ml", "pyjokes>=0.1");
    assertThat(store().lockState(store().plan(defined.get(1))))
        .isEqualTo(EnvironmentStore.LockState.STALE);
  }

  @Test
  void aBrokenRequirementFailsWhoAsksForItAndIsTriedOnce() throws Exception {
    define("broken", "fal-no-such-package-0");
    try (ProjectEnvironments environments = open()) {
      for (int node = 0; node < 2; node++) {
        FalException failure =
            catchThrowableOfType(FalException.class, () -> environments.get(named("broken")));
        assertThat(failure.problems().get(0).code()).isEqualTo("environment-failed");
        assertThat(failure)
            .hasMessageStartingWith("fal_project.yml:2:5: environment broken could not be made")
            .hasMessageContaining("the last lines of")
            .hasMessageContaining("fal-no-such-package-0");
      }
      assertThat(countSaid("Making environment")).isOne();
      assertThat(made()).isEmpty();
    }
  }

  @Test
  void withoutANetworkNothingIsLeftHalfMade() throws Exception {
    scratch.set("UV_INDEX_URL", "http://127.0.0.1:9/simple");
    scratch.set("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
    scratch.set("UV_CACHE_DIR", folder.resolve("empty-cache").toString());
    scratch.set("UV_HTTP_RETRIES", "0");
    define("ml", "pyjokes");
    try (ProjectEnvironments environments = open()) {
      assertThatThrownBy(() -> environments.get(named("ml")))
          .hasMessageContaining("127.0.0.1:9")
          .hasMessageContaining("The package index was not reached")
          .hasMessageEndingWith("[environment-offline]");
    }
    assertThat(made()).isEmpty();
  }

  @Test
  void aRunThatEndsEndsTheMakingToo() throws Exception {
    // Other tests of this JVM may have a server running.
    List<ProcessHandle> others = ProcessHandle.current().descendants().toList();
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String index = "http://127.0.0.1:" + silent.getLocalPort() + "/simple";
      scratch.set("UV_INDEX_URL", index);
      scratch.set("PIP_INDEX_URL", index);
      scratch.set("UV_CACHE_DIR", folder.resolve("empty-cache").toString());
      define("ml", "pyjokes");
      ProjectEnvironments environments = open();
      CompletableFuture<ForkServer> asked =
          CompletableFuture.supplyAsync(() -> environments.get(named("ml")));
      silent.setSoTimeout(60_000);
      silent.accept(); // the installer waits for an answer

      environments.close();

      assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("[interrupted]");
      assertThat(made()).isEmpty();
      assertThatThrownBy(() -> environments.get(named("ml"))).hasMessageContaining("ending");
      assertThat(ProcessHandle.current().descendants()).isSubsetOf(others);
    }
  }

  @Test
  void whatCannotBeMadeHereIsSaidBeforeAnythingIsTried() {
    define("geo", Kind.CONDA, null, "gdal");
    define("future", Kind.VENV, PythonRange.parse("3.19").orElseThrow(), "six");
    define("past", Kind.VENV, PythonRange.parse("<3").orElseThrow(), "six");
    try (ProjectEnvironments environments = open()) {
      assertThatThrownBy(() -> environments.get(named("geo")))
          .hasMessageStartingWith("fal_project.yml:2:5: environment geo is of type conda")
          .hasMessageContaining("Install micromamba or Miniforge")
          .hasMessageEndingWith("[conda-not-found]");
      assertThatThrownBy(() -> environments.get(named("future")))
          .hasMessageStartingWith("fal_project.yml:3:5: environment future asks for Python 3.19.")
          .hasMessageContaining("This machine has 3.")
          .hasMessageEndingWith("[python-not-found]");
      assertThatThrownBy(() -> environments.get(named("past")))
          .hasMessageEndingWith("[python-not-found]");
      assertThatThrownBy(() -> environments.get(named("goe")))
          .hasMessageStartingWith(
              ASKED_AT + ": Could not find environment: goe. Did you mean 'geo'?")
          .hasMessageEndingWith("[environment-unknown]");
    }
    assertThat(EnvironmentRequest.named("local", ASKED_AT)).isSameAs(EnvironmentRequest.LOCAL);
  }
}
