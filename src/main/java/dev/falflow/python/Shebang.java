package dev.falflow.python;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first lines of a script, which say what runs it.
 *
 * @param command the interpreter and its arguments
 * @param head the first lines as text
 */
record Shebang(List<String> command, String head) {
  /**
   * What pip and uv write where the interpreter's path is too long for a first line or holds
   * spaces: {@code '''exec' "/some where/bin/python" "$0" "$@"}.
   */
  private static final Pattern EXEC_LINE =
      Pattern.compile("^'''exec' (?:\"([^\"]+)\"|'([^']+)'|(\\S+)) ", Pattern.MULTILINE);

  /** Empty when the file is no script. */
  static Optional<Shebang> of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(2048), StandardCharsets.ISO_8859_1);
      if (!head.startsWith("#!")) {
        return Optional.empty();
      }
      String line = head.lines().findFirst().orElse("").substring(2).strip();
      return Optional.of(new Shebang(List.of(line.split("\\s+")), head));
    }
  }

  /** The Python that runs the script, empty when something else does. */
  Optional<Path> python(SearchPath searchPath) {
    Matcher exec = EXEC_LINE.matcher(head);
    if (exec.find()) {
      for (int group = 1; group <= exec.groupCount(); group++) {
        if (exec.group(group) != null) {
          return Optional.of(Path.of(exec.group(group)));
        }
      }
    }
    Path program = Path.of(command.get(0));
    if (program.endsWith("env")) {
      return command.stream()
          .skip(1)
          .filter(word -> word.startsWith("python"))
          .findFirst()
          .flatMap(searchPath::find);
    }
    return program.getFileName().toString().startsWith("python")
        ? Optional.of(program)
        : Optional.empty();
  }
}
