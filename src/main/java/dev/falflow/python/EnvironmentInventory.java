package dev.falflow.python;

import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.project.AskedEnvironments;
import dev.falflow.project.EnvironmentDefinition;
import dev.falflow.project.EnvironmentLocks;
import dev.falflow.project.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** All environments of one project together: what {@code fal env} shows and does. */
public final class EnvironmentInventory {
  private final Project project;
  private final AskedEnvironments asked;
  private final EnvironmentStore store;
  private final EnvironmentLocks locks;

  /**
   * @param store with the same locks
   */
  public EnvironmentInventory(
      Project project, AskedEnvironments asked, EnvironmentStore store, EnvironmentLocks locks) {
    this.project = project;
    this.asked = asked;
    this.store = store;
    this.locks = locks;
  }

  /**
   * One environment as it is now.
   *
   * @param python its version where made, else what it will be; null when there is none for it
   * @param folder where it is or will be, null without a Python
   * @param bytes on disk, 0 when it is not made
   * @param lock what the project's lock file has for it: {@code locked}, {@code stale}, {@code
   *     absent}; {@code no-file} without one
   * @param problem why it can't be made, null where nothing is known against it
   */
  public record Item(
      EnvironmentDefinition definition,
      List<AskedEnvironments.Use> uses,
      @Nullable String python,
      @Nullable Path folder,
      boolean isMade,
      long bytes,
      String lock,
      @Nullable Problem problem) {
    public Item {
      uses = List.copyOf(uses);
    }
  }

  /** What is wrong with what the project asks for. */
  public List<Problem> problems() {
    return asked.problems();
  }

  /** Each environment, in the project's order. */
  public List<Item> items() {
    return asked.definitions().stream().map(this::item).toList();
  }

  private Item item(EnvironmentDefinition definition) {
    List<AskedEnvironments.Use> uses = asked.usesOf(definition.name());
    try {
      EnvironmentPlan plan = store.plan(definition);
      MadeEnvironment.Contents made = store.contents(plan).orElse(null);
      return new Item(
          definition,
          uses,
          made == null ? plan.python() : made.python(),
          plan.folder(),
          made != null,
          made == null ? 0 : size(plan.folder()),
          store.lockState(plan).word(),
          null);
    } catch (FalException e) {
      return new Item(definition, uses, null, null, false, 0, "absent", e.problems().get(0));
    }
  }

  /**
   * Makes all that are missing, one after the other.
   *
   * @param onMade gets each that is there
   * @return what went wrong
   */
  public List<Problem> sync(BiConsumer<EnvironmentDefinition, MadeEnvironment> onMade) {
    List<Problem> failures = new ArrayList<>(problems());
    for (EnvironmentDefinition definition : asked.definitions()) {
      try (MadeEnvironment made = store.prepare(definition)) {
        onMade.accept(definition, made);
      } catch (FalException e) {
        failures.addAll(e.problems());
      }
    }
    return failures;
  }

  /**
   * Writes the versions of all environments into the project's lock file, making those that are
   * missing. An entry that is up to date stays as it is; one of an environment that could not be
   * made stays too.
   *
   * @param upgrade resolve all anew
   * @return what went wrong
   */
  public List<Problem> lock(boolean upgrade) {
    List<Problem> failures = new ArrayList<>(problems());
    EnvironmentStore from = upgrade ? store.with(new EnvironmentLocks(List.of())) : store;
    List<EnvironmentLocks.Entry> entries = new ArrayList<>();
    Set<Path> renewed = new HashSet<>(); // environments of the same content are one
    for (EnvironmentDefinition definition : asked.definitions()) {
      try {
        EnvironmentPlan plan = from.plan(definition);
        if (upgrade && renewed.add(plan.folder()) && !removed(plan.folder())) {
          throw inUse(plan);
        }
        try (MadeEnvironment made = from.prepareQuietly(plan)) {
          entries.add(entry(plan, made));
        }
      } catch (FalException e) {
        failures.addAll(e.problems());
      }
    }
    List<String> names = asked.definitions().stream().map(EnvironmentDefinition::name).toList();
    locks.with(entries).only(names).write(project);
    return failures;
  }

  private static EnvironmentLocks.Entry entry(EnvironmentPlan plan, MadeEnvironment made) {
    return new EnvironmentLocks.Entry(
        plan.definition().name(),
        plan.definition().kind().word(),
        plan.python(),
        EnvironmentPlan.platform(),
        plan.askedHash(),
        plan.normalised(),
        made.packages());
  }

  private static FalException inUse(EnvironmentPlan plan) {
    return new FalException(
        Problem.at(
                plan.definition().where(),
                "environment-in-use",
                "environment %s is in use and can't be made anew"
                    .formatted(plan.definition().name()))
            .withHint("Run this again when no fal runs."));
  }

  /**
   * Removes the environments of the cache that this project has no use for.
   *
   * @return each folder, and whether it was removed: one in use is not
   */
  public Map<Path, Boolean> clean() {
    List<Path> kept = new ArrayList<>();
    for (Item item : items()) {
      Path folder = item.folder();
      if (folder != null) {
        kept.add(folder);
      }
    }
    return clean(store.cache(), kept);
  }

  /** Removes all but these. */
  public static Map<Path, Boolean> clean(CacheFolder cache, List<Path> kept) {
    Map<Path, Boolean> removed = new LinkedHashMap<>();
    for (Path folder : EnvironmentStore.folders(cache)) {
      if (!kept.contains(folder)) {
        removed.put(folder, removed(folder));
      }
    }
    return removed;
  }

  private static boolean removed(Path folder) {
    try {
      return UseLock.removed(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }

  private static long size(Path folder) {
    AtomicLong bytes = new AtomicLong();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              bytes.addAndGet(attributes.size());
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              return FileVisitResult.CONTINUE; // it is being removed
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into " + folder, e);
    }
    return bytes.get();
  }
}
