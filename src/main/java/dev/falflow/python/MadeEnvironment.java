package dev.falflow.python;

import dev.falflow.project.EnvironmentDefinition.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An environment that is there, and stays there until it is closed: {@code fal env clean} passes
 * over it.
 */
public final class MadeEnvironment implements AutoCloseable {
  private final Kind kind;
  private final Path folder;
  private final Contents contents;
  private final FileChannel use;

  /**
   * What is in it.
   *
   * @param executable its Python
   * @param python that one's version
   * @param packages all that is installed, exactly
   */
  record Contents(Path executable, String python, List<String> packages) {
    Contents {
      packages = List.copyOf(packages);
    }
  }

  MadeEnvironment(Kind kind, Path folder, Contents contents, FileChannel use) {
    this.kind = kind;
    this.folder = folder;
    this.contents = contents;
    this.use = use;
  }

  public Path folder() {
    return folder;
  }

  public Path executable() {
    return contents.executable();
  }

  /** For example {@code 3.11.7}. */
  public String pythonVersion() {
    return contents.python();
  }

  /** All that is installed, {@code name==version}; with conda {@code name=version=build}. */
  public List<String> packages() {
    return contents.packages();
  }

  /** The variables of a process in it: as if it were activated. */
  Map<String, String> variables(Map<String, String> outer) {
    Map<String, String> inside = new LinkedHashMap<>(outer);
    inside.remove("PYTHONHOME"); // another Python's
    inside.keySet().removeAll(List.of("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"));
    inside.put(kind == Kind.VENV ? "VIRTUAL_ENV" : "CONDA_PREFIX", folder.toString());
    if (kind == Kind.CONDA) {
      inside.put("PYTHONNOUSERSITE", "1"); // a venv sees no packages of the user's anyway
    }
    inside.merge("PATH", folder.resolve("bin").toString(), (own, ours) -> ours + ":" + own);
    return inside;
  }

  /** It may be removed again. */
  @Override
  public void close() {
    try {
      use.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
