package dev.falflow.source;

import dev.falflow.AtomicFile;
import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What has to be written so that dbt sees the Python models: made by looking, done by {@link
 * #apply}. Applied twice, the second time writes nothing.
 *
 * @param changes one for each Python model, sorted as the sources, then the stubs to delete
 * @param errors those of the sources and of the stubs; while there is one, nothing is written
 */
public record StubPlan(
    Project project,
    List<StubChange> changes,
    DbtIgnoreChange dbtIgnore,
    List<Problem> errors,
    List<Problem> warnings) {

  /**
   * The content of {@code .dbtignore} before and after, empty when there is no such file.
   *
   * @param before one character for each byte, as {@code after}: the user's encoding is unknown
   */
  public record DbtIgnoreChange(Path path, String before, String after) {
    public boolean isNeeded() {
      return !before.equals(after);
    }

    /** The bytes to write. */
    public byte[] content() {
      return after.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  public StubPlan {
    changes = List.copyOf(changes);
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  public static StubPlan of(Project project, PythonSources sources) {
    return new StubPlanner(project, sources).plan();
  }

  /** The Python models with their stubs, once applied all on disk. */
  public List<StubChange> models() {
    return changes.stream().filter(change -> change.action() != StubChange.Action.DELETE).toList();
  }

  /** For each new or changed stub the reminder that it belongs in the repository. */
  public List<String> reminders() {
    return toCommit()
        .map(
            change ->
                "File '"
                    + project.relative(change.path())
                    + "' was generated from '"
                    + Objects.requireNonNull(change.source()).file()
                    + "'.\nPlease do not modify it directly. We recommend committing it to your"
                    + " repository.")
        .toList();
  }

  /** A warning for each new or changed stub that git would not commit. */
  public List<Problem> gitWarnings() {
    List<Path> written = toCommit().map(StubChange::path).toList();
    return new GitIgnored(project.root())
        .among(written).stream()
            .map(
                path ->
                    Problem.at(
                            Location.of(project.relative(path)),
                            "stub-ignored-by-git",
                            "git ignores this generated model, but it should be committed")
                        .withHint("Add !" + project.relative(path) + " to .gitignore."))
            .toList();
  }

  private Stream<StubChange> toCommit() {
    return changes.stream().filter(StubChange::isWritten).filter(each -> !each.isOfBrokenFile());
  }

  /** Writes what has to be written, or throws every error and writes nothing. */
  public void apply() {
    if (!errors.isEmpty()) {
      throw new FalException(errors);
    }
    try {
      if (dbtIgnore.isNeeded()) {
        if (dbtIgnore.after().isEmpty()) {
          Files.deleteIfExists(dbtIgnore.path());
        } else {
          AtomicFile.write(dbtIgnore.path(), dbtIgnore.content());
        }
      }
      for (StubChange change : changes) {
        String content = change.content();
        if (content != null) {
          AtomicFile.write(change.path(), content.getBytes(StandardCharsets.UTF_8));
        } else if (change.action() == StubChange.Action.DELETE) {
          Files.deleteIfExists(change.path());
          removeEmptyFolders(change.path());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the folders a deleted stub leaves empty, up to and including {@code fal}. */
  private void removeEmptyFolders(Path stub) throws IOException {
    List<Path> homes = project.stubFolders();
    Path folder = stub.getParent();
    while (folder != null && homes.stream().anyMatch(folder::startsWith) && isEmpty(folder)) {
      try {
        Files.delete(folder);
      } catch (DirectoryNotEmptyException e) {
        return; // somebody put a file there meanwhile
      }
      folder = folder.getParent();
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
