package dev.falflow.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.NearNames;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The block of comments in which a Python file says what it needs, <a
 * href="https://packaging.python.org/en/latest/specifications/inline-script-metadata/">inline
 * script metadata</a> (PEP 723). In a notebook it stands in the first code cell.
 */
public final class InlineMetadata {
  private static final String CODE = "broken-metadata";
  private static final String START = "# /// script";
  private static final String END = "# ///";
  private static final Pattern OTHER_START = Pattern.compile("# /// [a-zA-Z0-9-]+");
  private static final List<String> KEYS = List.of("dependencies", "requires-python", "tool");
  private static final TomlMapper TOML = new TomlMapper();

  private final String file;
  private final @Nullable Integer cell;
  private final List<Problem> problems = new ArrayList<>();

  private InlineMetadata(String file, @Nullable Integer cell) {
    this.file = file;
    this.cell = cell;
  }

  /**
   * What the file asks for; empty without a block.
   *
   * @throws FalException with everything that is wrong with the block
   */
  public static Optional<EnvironmentDefinition> of(Project project, Path path) {
    String file = project.relative(path);
    String text;
    try {
      text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new FalException(
          Problem.at(Location.of(file), "unreadable-file", "the file cannot be read: " + e), e);
    }
    if (!text.contains(START)) {
      return Optional.empty();
    }
    boolean isNotebook = file.endsWith(".ipynb");
    return new InlineMetadata(file, isNotebook ? 1 : null)
        .read(isNotebook ? firstCell(text) : text);
  }

  /** Of a broken notebook nothing: the analysis says what is wrong with it. */
  private static String firstCell(String notebook) {
    try {
      for (JsonNode each : Json.MAPPER.readTree(notebook).path("cells")) {
        if (each.path("cell_type").asText().equals("code")) {
          JsonNode source = each.path("source");
          StringBuilder text = new StringBuilder(source.asText());
          source.forEach(line -> text.append(line.asText()));
          return text.toString();
        }
      }
    } catch (JsonProcessingException e) {
      return "";
    }
    return "";
  }

  private Optional<EnvironmentDefinition> read(String text) {
    List<String> lines = text.lines().map(String::stripTrailing).toList();
    Optional<EnvironmentDefinition> found = Optional.empty();
    for (int start = 0; start < lines.size(); start++) {
      if (!lines.get(start).equals(START)) {
        continue;
      }
      int end = endOf(lines, start);
      if (end < 0) {
        refuse(start + 1, "the block has no end: a line \"" + END + "\" closes it");
      } else if (found.isPresent()) {
        refuse(start + 1, "there is a second block " + START + ": the file may have one");
      } else {
        found = Optional.of(block(lines.subList(start, end), start + 1));
      }
      start = Math.max(start, end);
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
    return found;
  }

  /** The last closing line among the comments that follow, as the specification has it. */
  private static int endOf(List<String> lines, int start) {
    int end = -1;
    for (int line = start + 1; line < lines.size(); line++) {
      String text = lines.get(line);
      boolean isComment = text.equals("#") || text.startsWith("# ");
      if (!isComment || OTHER_START.matcher(text).matches()) {
        break;
      }
      if (text.equals(END)) {
        end = line;
      }
    }
    return end;
  }

  /**
   * Reads it.
   *
   * @param lines from the opening line on, without the closing one
   * @param number of the opening line
   */
  private EnvironmentDefinition block(List<String> lines, int number) {
    StringBuilder toml = new StringBuilder();
    for (String line : lines.subList(1, lines.size())) {
      toml.append(line.length() > 2 ? line.substring(2) : "").append('\n');
    }
    JsonNode tree = Json.MAPPER.createObjectNode();
    try {
      tree = TOML.readTree(toml.toString());
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      refuse(number + Math.max(line, 0), "the block is not valid TOML: " + e.getOriginalMessage());
    }
    for (String key : (Iterable<String>) tree::fieldNames) {
      if (!KEYS.contains(key)) {
        refuse(
            lineOf(key, lines, number),
            "%s is no key of the block.%s It has: %s"
                .formatted(key, NearNames.hint(key, KEYS), String.join(", ", KEYS)));
      }
    }
    return new EnvironmentDefinition(
        file,
        Kind.VENV,
        dependencies(tree.path("dependencies"), lineOf("dependencies", lines, number)),
        python(tree.path("requires-python"), lineOf("requires-python", lines, number)),
        List.of(),
        place(number));
  }

  private List<String> dependencies(JsonNode list, int line) {
    List<String> dependencies = new ArrayList<>();
    if (!list.isMissingNode() && !list.isArray()) {
      refuse(line, "dependencies has to be a list of texts");
    }
    for (JsonNode each : list) {
      String text = each.asText().strip();
      if (!each.isTextual() || text.isEmpty() || text.startsWith("-") || text.contains("\n")) {
        refuse(line, "dependencies holds " + each + ", which is no requirement");
      } else {
        dependencies.add(text);
      }
    }
    return dependencies;
  }

  private @Nullable PythonRange python(JsonNode value, int line) {
    if (value.isMissingNode()) {
      return null;
    }
    Optional<PythonRange> range =
        value.isTextual() ? PythonRange.parse(value.asText()) : Optional.empty();
    if (range.isEmpty()) {
      refuse(line, "requires-python has to be a rule for versions, like \">=3.11\"");
    }
    return range.orElse(null);
  }

  private static int lineOf(String key, List<String> lines, int number) {
    Pattern start = Pattern.compile("#\\s*[\"']?" + Pattern.quote(key) + "[\"']?\\s*[=.\\]].*");
    for (int line = 1; line < lines.size(); line++) {
      if (start.matcher(lines.get(line)).matches()) {
        return number + line;
      }
    }
    return number;
  }

  private void refuse(int line, String message) {
    problems.add(Problem.at(place(line), CODE, message));
  }

  private Location place(int line) {
    return new Location(file, line, 1, cell);
  }
}
