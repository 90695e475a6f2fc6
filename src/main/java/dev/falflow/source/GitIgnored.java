package dev.falflow.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Asks git which files it would leave out; where there is no git, none. */
final class GitIgnored {
  private final Path folder;

  GitIgnored(Path folder) {
    this.folder = folder;
  }

  List<Path> among(List<Path> files) {
    if (files.isEmpty() || !isInRepository()) {
      return List.of();
    }
    try {
      Path names = Files.createTempFile("fal-stubs-", ".txt");
      try {
        return ask(files, names);
      } finally {
        Files.deleteIfExists(names);
      }
    } catch (IOException e) {
      return List.of(); // no git on this machine
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while git was asked", e);
    }
  }

  private List<Path> ask(List<Path> files, Path names) throws IOException, InterruptedException {
    // From a file, not a pipe: git answers while it reads, and both pipes could fill up.
    Files.writeString(names, String.join("\0", files.stream().map(Path::toString).toList()));
    Process git =
        new ProcessBuilder("git", "check-ignore", "-z", "--stdin")
            .directory(folder.toFile())
            .redirectInput(names.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream answer = git.getInputStream()) {
      String ignored = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
      git.waitFor();
      Set<String> found = new HashSet<>(List.of(ignored.split("\0", -1)));
      return files.stream().filter(file -> found.contains(file.toString())).toList();
    } finally {
      git.destroyForcibly();
    }
  }

  private boolean isInRepository() {
    for (Path parent = folder; parent != null; parent = parent.getParent()) {
      if (Files.exists(parent.resolve(".git"))) {
        return true;
      }
    }
    return false;
  }
}
