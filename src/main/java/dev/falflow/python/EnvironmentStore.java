package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentDefinition.Kind;
import dev.falflow.project.EnvironmentLocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The Python environments of projects, in the cache. Each is named by what it is made from, so that
 * all that ask for the same share it; it is made once, under a lock between processes, with the
 * versions of the project's {@code fal.lock} where that has some for it.
 */
public final class EnvironmentStore {
  private final CacheFolder cache;
  private final PythonRequest request;
  private final PythonInstallation local;
  private final EnvironmentLocks locks;
  private final Consumer<String> progress;
  private final InstalledPythons pythons;
  private final EnvironmentMaker maker;

  /**
   * @param request the project's folder, and the variables that installers get
   * @param local the run's own Python; environments are made from it where they ask for no other
   * @param locks of the project
   * @param progress gets a line when something is made, from several threads
   */
  public EnvironmentStore(
      CacheFolder cache,
      PythonRequest request,
      PythonInstallation local,
      EnvironmentLocks locks,
      Consumer<String> progress) {
    this.cache = cache;
    this.request = request;
    this.local = local;
    this.locks = locks;
    this.progress = progress;
    Interpreters interpreters = new Interpreters(cache, request.environment());
    this.pythons = new InstalledPythons(interpreters, request, local.workerExecutable());
    this.maker = new EnvironmentMaker(cache, request, interpreters);
  }

  /** The same for a project with other locks. */
  EnvironmentStore with(EnvironmentLocks others) {
    return new EnvironmentStore(cache, request, local, others, progress);
  }

  CacheFolder cache() {
    return cache;
  }

  /** The Python of what asks for no environment. */
  Path local() {
    return local.workerExecutable();
  }

  /** The environment, made where missing. */
  public MadeEnvironment prepare(EnvironmentDefinition definition) {
    return prepare(plan(definition));
  }

  /**
   * What the environment is made from here and now.
   *
   * @throws FalException when there is no Python for it
   */
  EnvironmentPlan plan(EnvironmentDefinition definition) {
    Interpreter host = definition.kind() == Kind.VENV ? pythons.choose(definition) : null;
    EnvironmentPlan plan =
        EnvironmentPlan.of(definition, host, local.pythonVersion(), request.projectDir(), cache);
    return entry(plan)
        .filter(found -> isAbout(found, plan))
        .map(found -> locked(plan, found.packages()))
        .orElse(plan);
  }

  private Optional<EnvironmentLocks.Entry> entry(EnvironmentPlan plan) {
    EnvironmentDefinition definition = plan.definition();
    return locks.find(definition.name(), definition.kind(), plan.python());
  }

  /** Builds of conda are of one platform. */
  private static boolean isAbout(EnvironmentLocks.Entry entry, EnvironmentPlan plan) {
    boolean isOfHere =
        plan.definition().kind() == Kind.VENV
            || entry.platform().equals(EnvironmentPlan.platform());
    return isOfHere && entry.hash().equals(plan.askedHash());
  }

  /** What was made without a lock and holds the same is taken for it. */
  private EnvironmentPlan locked(EnvironmentPlan plan, List<String> packages) {
    boolean holdsTheSame =
        contents(plan).filter(made -> made.packages().equals(packages)).isPresent();
    EnvironmentPlan locked = plan.lockedTo(packages, cache);
    return holdsTheSame && contents(locked).isEmpty() ? locked.in(plan.folder()) : locked;
  }

  /** Whether the project's lock is about a plan. */
  enum LockState {
    /** The project has none. */
    NO_FILE,
    /** There is no entry for this environment on this Python. */
    ABSENT,
    /** Something else is asked for now. */
    STALE,
    LOCKED;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  LockState lockState(EnvironmentPlan plan) {
    if (locks.entries().isEmpty()) {
      return LockState.NO_FILE;
    }
    return entry(plan)
        .map(found -> isAbout(found, plan) ? LockState.LOCKED : LockState.STALE)
        .orElse(LockState.ABSENT);
  }

  /** What is in it; empty when it is not made. */
  Optional<MadeEnvironment.Contents> contents(EnvironmentPlan plan) {
    try {
      return maker.read(plan.folder());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the environment " + plan.folder(), e);
    }
  }

  MadeEnvironment prepare(EnvironmentPlan plan) {
    sayIfNotLocked(plan);
    return prepareQuietly(plan);
  }

  /** Without a word about locks. */
  MadeEnvironment prepareQuietly(EnvironmentPlan plan) {
    String name = plan.definition().name();
    try {
      cache.folder(plan.definition().kind().folder());
      FileChannel use = UseLock.share(plan.folder());
      try {
        Optional<MadeEnvironment.Contents> ready = maker.read(plan.folder());
        MadeEnvironment.Contents contents = ready.isPresent() ? ready.get() : makeLocked(plan);
        return new MadeEnvironment(plan.definition().kind(), plan.folder(), contents, use);
      } catch (IOException | RuntimeException e) {
        use.close();
        throw e;
      }
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new FalException(
            Problem.of("interrupted", "Interrupted while environment " + name + " was made."), e);
      }
      throw new FalException(
          Problem.at(
              plan.definition().where(),
              "environment-failed",
              "environment %s could not be made in %s: %s".formatted(name, plan.folder(), e)),
          e);
    }
  }

  private MadeEnvironment.Contents makeLocked(EnvironmentPlan plan) throws IOException {
    String name = plan.definition().name();
    Path lock = plan.folder().resolveSibling(plan.folder().getFileName() + ".lock");
    return CacheLock.holding(
        lock,
        () -> progress.accept("Waiting for another fal that is making environment " + name + " …"),
        () -> {
          Optional<MadeEnvironment.Contents> meanwhile = maker.read(plan.folder());
          if (meanwhile.isPresent()) {
            return meanwhile.get();
          }
          progress.accept("Making environment " + plan.words() + " …");
          Instant start = Instant.now();
          maker.make(plan);
          long seconds = Duration.between(start, Instant.now()).toSeconds();
          progress.accept("Made environment %s in %d s".formatted(name, seconds));
          return maker
              .read(plan.folder())
              .orElseThrow(() -> new IOException("it was made but does not work"));
        });
  }

  private void sayIfNotLocked(EnvironmentPlan plan) {
    String name = plan.definition().name();
    String what =
        switch (lockState(plan)) {
          case NO_FILE, LOCKED -> "";
          case ABSENT ->
              "has no versions of environment %s for Python %s".formatted(name, plan.python());
          case STALE -> "is not up to date for environment " + name;
        };
    if (!what.isEmpty()) {
      progress.accept(
          "%s %s: its packages are resolved afresh. `fal env lock` writes it anew."
              .formatted(EnvironmentLocks.FILE, what));
    }
  }

  /** The folders of all environments in the cache that are made, or were begun to be made. */
  static List<Path> folders(CacheFolder cache) {
    List<Path> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Path parent = cache.path().resolve(kind.folder());
      if (Files.isDirectory(parent)) {
        try (Stream<Path> found = Files.list(parent)) {
          found.filter(Files::isDirectory).sorted().forEach(all::add);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot read the folder " + parent, e);
        }
      }
    }
    return all;
  }
}
