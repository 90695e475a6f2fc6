package dev.falflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/old-fal.md}: every row says what is here, and names a test that exists. */
class OldFalPageTest {
  private static final Path PAGE = Path.of("docs/old-fal.md");
  private static final Pattern CELLS = Pattern.compile("(?<!\\\\)\\|");
  private static final List<String> VERDICTS =
      List.of("same", "better", "other", "refused", "removed");
  private static final Pattern NAMED =
      Pattern.compile("`(?:(?<java>\\w+)#(?<method>\\w+)|(?<python>\\w+\\.py)::(?<test>\\w+))`");

  /** Sources of the tests by file name. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (String root : List.of("src/test/java", "src/test/python")) {
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        for (Path file : files.filter(each -> each.toString().matches(".*\\.(java|py)")).toList()) {
          sources.merge(
              file.getFileName().toString(), Files.readString(file), (one, other) -> one + other);
        }
      }
    }
    return sources;
  }

  private static List<List<String>> rows() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| ") && !line.startsWith("| old |")) {
        rows.add(CELLS.splitAsStream(line).skip(1).map(String::strip).toList());
      }
    }
    return rows;
  }

  @Test
  void everyRowSaysWhatIsHereAndNamesItsTest() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (List<String> row : rows()) {
      if (row.size() != 4
          || !VERDICTS.contains(row.get(1))
          || !NAMED.matcher(row.get(3)).matches()) {
        wrong.add(String.join(" | ", row));
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(rows()).hasSizeGreaterThan(200);
  }

  @Test
  void everyTestNamedExists() throws IOException {
    Map<String, String> sources = sources();
    List<String> missing =
        NAMED
            .matcher(Files.readString(PAGE))
            .results()
            .filter(named -> !exists(named, sources))
            .map(MatchResult::group)
            .toList();
    assertThat(missing).isEmpty();
  }

  private static boolean exists(MatchResult named, Map<String, String> sources) {
    boolean isJava = named.group(1) != null;
    String file = isJava ? named.group(1) + ".java" : named.group(3);
    String declared =
        isJava
            ? "\\bvoid " + named.group(2) + "\\("
            : "(?m)^ *(async )?def " + named.group(4) + "\\(";
    return Pattern.compile(declared).matcher(sources.getOrDefault(file, "")).find();
  }

  @Test
  void theFortyFaultsAreAllThere() throws IOException {
    List<String> rows = rows().stream().map(row -> row.get(0)).toList();
    IntStream.rangeClosed(1, 40)
        .forEach(
            number -> assertThat(rows).filteredOn(row -> row.startsWith(number + " ")).hasSize(1));
  }

  @Test
  void thePageOfCompatibilityLeadsHere() throws IOException {
    assertThat(Files.readString(Path.of("docs/compatibility.md"))).contains("](old-fal.md)");
  }
}
