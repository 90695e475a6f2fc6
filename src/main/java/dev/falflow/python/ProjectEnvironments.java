package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fork servers of one run, one for each Python environment that something in it asks for. An
 * environment is made when it is first asked for, or found made; its server is started once and
 * kept until {@link #close}. What could not be made is not tried again in the same run. Threads may
 * ask at the same time: for one environment, one makes it and the others wait; different ones are
 * made side by side.
 */
public final class ProjectEnvironments implements AutoCloseable {
  private static final long SECONDS_TO_GIVE_UP = 10;

  private final EnvironmentStore store;
  private final EnvironmentsFile file;
  private final Path packageFolder;
  private final Map<String, String> variables;
  private final Path socketFolder;

  /** By folder; also the lock for {@link #closed}. */
  private final Map<Path, Served> served = new LinkedHashMap<>();

  private boolean closed;

  /**
   * @param store of the project, with the run's own Python
   * @param file the project's {@code fal_project.yml}
   * @param packageFolder what {@link PythonPackage#unpack} gave
   * @param variables the environment variables that models may see, complete; what an environment
   *     needs of its own is added here
   * @param socketFolder private to the user, with a short path
   */
  public ProjectEnvironments(
      EnvironmentStore store,
      EnvironmentsFile file,
      Path packageFolder,
      Map<String, String> variables,
      Path socketFolder) {
    this.store = store;
    this.file = file;
    this.packageFolder = packageFolder;
    this.variables = new LinkedHashMap<>(variables);
    this.socketFolder = socketFolder;
  }

  /**
   * The server to fork workers from; waits while the environment is being made.
   *
   * @throws FalException {@code environment-unknown}, {@code environment-failed}, {@code
   *     environment-offline}, {@code python-not-found}, {@code conda-not-found}: each time it is
   *     asked for, without another try
   */
  public ForkServer get(EnvironmentRequest request) {
    Optional<EnvironmentDefinition> definition = request.definition(file);
    if (definition.isEmpty()) {
      return serve(store.local(), EnvironmentsFile.LOCAL, this::startLocal).await();
    }
    EnvironmentPlan plan = store.plan(definition.get());
    return serve(plan.folder(), definition.get().name(), here -> start(plan, here)).await();
  }

  private Served serve(Path key, String name, Function<Served, ForkServer> start) {
    synchronized (served) {
      if (closed) {
        throw new FalException(Problem.of("interrupted", "The run is ending."));
      }
      return served.computeIfAbsent(key, added -> Served.starting(name, start));
    }
  }

  private ForkServer startLocal(Served here) {
    return new ForkServer(
        store.local(), packageFolder, withCache(new LinkedHashMap<>(variables)), socketFolder);
  }

  private ForkServer start(EnvironmentPlan plan, Served here) {
    MadeEnvironment made = store.prepare(plan);
    here.made = made;
    return new ForkServer(
        made.executable(), packageFolder, withCache(made.variables(variables)), socketFolder);
  }

  /** Tells the process where fal makes environments: old projects compare paths with it. */
  private Map<String, String> withCache(Map<String, String> environment) {
    environment.put("FAL_CACHE_DIR", store.cache().path().toString());
    return environment;
  }

  /** Ends what is being made and every server with its workers. */
  @Override
  public void close() {
    List<Served> all;
    synchronized (served) {
      closed = true;
      all = List.copyOf(served.values());
    }
    all.forEach(each -> each.maker.interrupt());
    RuntimeException first = null;
    for (Served each : all) {
      try {
        each.close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** One environment's server: being made, running, or failed. */
  private static final class Served {
    private final CompletableFuture<ForkServer> server = new CompletableFuture<>();
    private final Thread maker;
    private volatile @Nullable MadeEnvironment made;

    private Served(String name, Function<Served, ForkServer> start) {
      maker = new Thread(() -> run(start), "fal-environment " + name);
      maker.setDaemon(true);
    }

    /** Not on the caller's thread, so that a run that ends can end this without the caller. */
    static Served starting(String name, Function<Served, ForkServer> start) {
      Served served = new Served(name, start);
      served.maker.start();
      return served;
    }

    private void run(Function<Served, ForkServer> start) {
      try {
        server.complete(start.apply(this));
      } catch (RuntimeException | Error e) {
        server.completeExceptionally(e);
      }
    }

    ForkServer await() {
      try {
        return server.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof FalException failure) {
          throw new FalException(failure.problems(), failure); // each node its own
        }
        throw e;
      }
    }

    void close() {
      try {
        maker.join(TimeUnit.SECONDS.toMillis(SECONDS_TO_GIVE_UP));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      try {
        if (server.isDone() && !server.isCompletedExceptionally()) {
          server.join().close();
        }
      } finally {
        MadeEnvironment held = made;
        if (held != null) {
          held.close();
        }
      }
    }
  }
}
