package dev.falflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import dev.falflow.project.ModelFiles;
import dev.falflow.project.Project;
import dev.falflow.script.Scripts;
import dev.falflow.source.PythonSource;
import dev.falflow.source.PythonSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceSelectionTest {
  @Test
  void aSourceFileMeansItsStub(@TempDir Path root) throws IOException {
    assertThat(translate(root, "models/b.py")).containsExactly("path:models/fal/b.sql");
    assertThat(translate(root, "path:models/b.py")).containsExactly("path:models/fal/b.sql");
    assertThat(translate(root, "file:b.py")).containsExactly("path:models/fal/b.sql");
    assertThat(translate(root, "n.ipynb")).containsExactly("path:models/fal/sub/n.sql");
  }

  @Test
  void graphOperatorsStay(@TempDir Path root) throws IOException {
    assertThat(translate(root, "+models/b.py+")).containsExactly("+path:models/fal/b.sql+");
    assertThat(translate(root, "2+b.py")).containsExactly("2+path:models/fal/b.sql");
    assertThat(translate(root, "@b.py+3")).containsExactly("@path:models/fal/b.sql+3");
  }

  @Test
  void aFolderMeansWhatDbtFindsThereAndItsPythonModels(@TempDir Path root) throws IOException {
    assertThat(translate(root, "path:models/sub"))
        .containsExactly("path:models/sub", "path:models/fal/sub/n.sql");
  }

  @Test
  void anIntersectionHoldsForEachAlternative(@TempDir Path root) throws IOException {
    assertThat(translate(root, "tag:daily,models/sub"))
        .containsExactly("tag:daily,models/sub", "tag:daily,path:models/fal/sub/n.sql");
  }

  @Test
  void everythingElseIsDbts(@TempDir Path root) throws IOException {
    assertThat(
            translate(
                root, "b+", "tag:x", "models/other.sql", "unknown.py", "config.materialized:view"))
        .containsExactly(
            "b+", "tag:x", "models/other.sql", "unknown.py", "config.materialized:view");
  }

  @Test
  void aHelperModuleCannotBeSelected(@TempDir Path root) {
    assertThatThrownBy(() -> translate(root, "models/helper.py+"))
        .isInstanceOf(FalException.class)
        .hasMessageContaining("models/helper.py")
        .hasMessageContaining("helper-selected");
  }

  /** The words for a project with the models b.py and sub/n.ipynb. */
  private static List<String> translate(Path root, String... words) throws IOException {
    Files.writeString(root.resolve("dbt_project.yml"), "name: shop\nprofile: shop\n");
    Project project = Project.read(root);
    PythonSources sources =
        new PythonSources(
            ModelFiles.of(project),
            List.of(
                source(project, "models/b.py", PythonSource.Kind.MODEL),
                source(project, "models/helper.py", PythonSource.Kind.HELPER),
                source(project, "models/sub/n.ipynb", PythonSource.Kind.MODEL)),
            List.of(),
            List.of(),
            List.of(),
            Map.of());
    return new SourceSelection(project, sources, Scripts.NONE).translate(List.of(words));
  }

  private static PythonSource source(Project project, String file, PythonSource.Kind kind) {
    return new PythonSource(
        project.root().resolve(file),
        file,
        project.root().resolve("models"),
        kind,
        List.of(),
        List.of(),
        false,
        null,
        new PythonSource.Code("", List.of()));
  }
}
