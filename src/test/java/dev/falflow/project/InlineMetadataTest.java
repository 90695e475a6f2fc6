package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falflow.FalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InlineMetadataTest {
  @TempDir private Path root = Path.of("");

  private Optional<EnvironmentDefinition> read(String file, String text) throws IOException {
    Files.writeString(root.resolve("dbt_project.yml"), "name: shop\n");
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    return InlineMetadata.of(Project.read(root), path);
  }

  /** Place and message of each problem. */
  private List<String> problems(String file, String text) {
    FalException failure = catchThrowableOfType(FalException.class, () -> read(file, text));
    assertThat(failure).as("nothing was wrong").isNotNull();
    return failure.problems().stream().map(each -> each.where() + " " + each.message()).toList();
  }

  @Test
  void aFileTellsItsDependenciesAndPython() throws IOException {
    EnvironmentDefinition found =
        read(
                "models/forecast.py",
                """
                \"""A docstring.\"""

                # /// script
                # requires-python = ">=3.11"
                # dependencies = [
                #   "prophet==1.1.7",
                #   "holidays; python_version < '3.13'",
                # ]
                #
                # [tool.other]
                # anything = true
                # ///
                write_to_model(ref("model_a"))
                """)
            .orElseThrow();

    assertThat(found.name()).isEqualTo("models/forecast.py");
    assertThat(found.packages())
        .containsExactly("prophet==1.1.7", "holidays; python_version < '3.13'");
    assertThat(found.python()).isEqualTo(PythonRange.parse(">=3.11").orElseThrow());
    assertThat(found.where()).hasToString("models/forecast.py:3:1");
  }

  @Test
  void aNotebookHasItInTheFirstCodeCell() throws IOException {
    String notebook =
        """
        {"cells": [
          {"cell_type": "markdown", "source": ["# /// script"]},
          {"cell_type": "code", "source": ["# /// script\\n", "# dependencies = [\\"six\\"]\\n", "# ///\\n"]},
          {"cell_type": "code", "source": "# /// script\\n# ///"}
        ]}
        """;

    EnvironmentDefinition found = read("models/n.ipynb", notebook).orElseThrow();

    assertThat(found.packages()).containsExactly("six");
    assertThat(found.where()).hasToString("models/n.ipynb[cell 1]:1:1");
    assertThat(read("models/m.ipynb", notebook.replace("{\"cell_type\": \"code\"", "{"))).isEmpty();
  }

  @Test
  void otherCommentsAreNoBlock() throws IOException {
    assertThat(read("models/a.py", "# script\nx = '# /// script'\n")).isEmpty();
    assertThat(read("models/b.py", "# /// other\n# a\n# ///\n")).isEmpty();
    assertThat(read("models/c.py", "# /// script\r\n# dependencies = ['six']\r\n# ///\r\n"))
        .hasValueSatisfying(found -> assertThat(found.packages()).containsExactly("six"));
  }

  @Test
  void whatIsWrongIsToldAtItsLine() {
    assertThat(
            problems(
                "models/a.py",
                """
                # /// script
                # dependancies = ["six"]
                # dependencies = ["six", 1, "-r x.txt"]
                # requires-python = "3.x"
                # ///
                x = 1
                # /// script
                # ///
                """))
        .containsExactly(
            "models/a.py:2:1 dependancies is no key of the block. Did you mean 'dependencies'?"
                + " It has: dependencies, requires-python, tool",
            "models/a.py:3:1 dependencies holds 1, which is no requirement",
            "models/a.py:3:1 dependencies holds \"-r x.txt\", which is no requirement",
            "models/a.py:4:1 requires-python has to be a rule for versions, like \">=3.11\"",
            "models/a.py:7:1 there is a second block # /// script: the file may have one");
    assertThat(problems("models/b.py", "x = 1\n# /// script\n# dependencies = []\n\n# ///\n"))
        .containsExactly("models/b.py:2:1 the block has no end: a line \"# ///\" closes it");
    assertThat(
            problems("models/c.py", "# /// script\n# a = 1\n# dependencies = [six]\n# ///\n")
                .get(0))
        .startsWith("models/c.py:3:1 the block is not valid TOML: ");
  }
}
