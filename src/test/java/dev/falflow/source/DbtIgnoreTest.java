package dev.falflow.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DbtIgnoreTest {
  private static final String BLOCK =
      """
      # >>> fal (generated; do not edit) Python files that dbt must not take for its own kind of model
      /models/a.py
      /models/lib/b.py
      # <<< fal
      """;
  private static final List<String> LINES = List.of("/models/a.py", "/models/lib/b.py");

  @Test
  void makesTheFile() {
    assertThat(DbtIgnore.with("", LINES)).isEqualTo(BLOCK);
  }

  @Test
  void keepsTheUsersBytesAroundTheBlock() {
    String before = "# mine, in Latin-1: \u00e9\n*.tmp  \n\n";
    String after = "\n!kept.sql\nno line end";

    String first = DbtIgnore.with(before, LINES);
    String second = DbtIgnore.with(first + after, List.of("/models/c.py"));

    assertThat(first).isEqualTo(before + BLOCK);
    assertThat(second)
        .isEqualTo(
            before + BLOCK.replace("/models/a.py\n/models/lib/b.py\n", "/models/c.py\n") + after);
    assertThat(DbtIgnore.with(second, List.of())).isEqualTo(before + after);
  }

  @Test
  void changesNothingWhenTheBlockIsRight() {
    assertThat(DbtIgnore.with("x\n" + BLOCK + "y", LINES)).isEqualTo("x\n" + BLOCK + "y");
    assertThat(DbtIgnore.with("x", List.of())).isEqualTo("x");
  }

  @Test
  void endsALineThatHasNoEnd() {
    assertThat(DbtIgnore.with("x", LINES)).isEqualTo("x\n" + BLOCK);
  }

  @Test
  void keepsWindowsLineEnds() {
    assertThat(DbtIgnore.with("x\r\n", LINES)).isEqualTo("x\r\n" + BLOCK.replace("\n", "\r\n"));
    assertThat(DbtIgnore.with("x\r\n" + BLOCK.replace("\n", "\r\n") + "y\r\n", List.of()))
        .isEqualTo("x\r\ny\r\n");
  }

  @Test
  void leavesNothingOfAFileThatHeldOnlyTheBlock() {
    assertThat(DbtIgnore.with(BLOCK, List.of())).isEmpty();
  }

  @Test
  void takesPathsOnlyFromABlockWhoseEndIsGone() {
    String cut = BLOCK.replace("# <<< fal\n", "") + "mine\n";

    assertThat(DbtIgnore.with(cut, List.of())).isEqualTo("mine\n");
  }
}
