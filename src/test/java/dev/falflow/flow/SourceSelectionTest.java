package dev.falflow.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.project.Project;
import dev.falflow.source.PythonSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceSelectionTest {
  @TempDir Path root;
  private SourceSelection selection;

  @BeforeEach
  void projectWithTwoModels() throws IOException {
    Files.writeString(root.resolve("dbt_project.yml"), "name: shop\nprofile: shop\n");
    Project project = Project.read(root);
    selection =
        new SourceSelection(project, List.of(model("models/b.py"), model("models/sub/n.ipynb")));
  }

  private PythonSource model(String file) {
    return new PythonSource(
        root.toAbsolutePath().normalize().resolve(file),
        file,
        root.toAbsolutePath().normalize().resolve("models"),
        PythonSource.Kind.MODEL,
        List.of(),
        List.of(),
        false,
        null);
  }

  @Test
  void aSourceFileMeansItsStub() {
    assertThat(translate("models/b.py")).containsExactly("path:models/fal/b.sql");
    assertThat(translate("path:models/b.py")).containsExactly("path:models/fal/b.sql");
    assertThat(translate("file:b.py")).containsExactly("path:models/fal/b.sql");
    assertThat(translate("n.ipynb")).containsExactly("path:models/fal/sub/n.sql");
  }

  @Test
  void graphOperatorsStay() {
    assertThat(translate("+models/b.py+")).containsExactly("+path:models/fal/b.sql+");
    assertThat(translate("2+b.py")).containsExactly("2+path:models/fal/b.sql");
    assertThat(translate("@b.py+3")).containsExactly("@path:models/fal/b.sql+3");
  }

  @Test
  void aFolderMeansWhatDbtFindsThereAndItsPythonModels() {
    assertThat(translate("path:models/sub"))
        .containsExactly("path:models/sub", "path:models/fal/sub/n.sql");
  }

  @Test
  void anIntersectionHoldsForEachAlternative() {
    assertThat(translate("tag:daily,models/sub"))
        .containsExactly("tag:daily,models/sub", "tag:daily,path:models/fal/sub/n.sql");
  }

  @Test
  void everythingElseIsDbts() {
    assertThat(
            translate("b+", "tag:x", "models/other.sql", "unknown.py", "config.materialized:view"))
        .containsExactly(
            "b+", "tag:x", "models/other.sql", "unknown.py", "config.materialized:view");
  }

  private List<String> translate(String... words) {
    return selection.translate(List.of(words));
  }
}
