package dev.falflow.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StubPlanTest {
  private static final String MODEL = "write_to_model(ref('orders'))\n";

  private final Path folder;
  private TestProject project;

  StubPlanTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.project = new TestProject(folder);
  }

  private static List<String> codes(List<Problem> problems) {
    return problems.stream().map(Problem::code).toList();
  }

  @Test
  void stubsTheSeedPagesSnippets() throws IOException {
    project = TestProject.copyOf("seed", folder);

    StubPlan plan = project.apply();

    assertThat(project.read("models/fal/first.sql"))
        .contains(
            "{{ ref('model_a') }}\n\n*/\n\nSELECT * FROM {{ target.schema }}.{{ model.name }}");
    assertThat(project.read("models/fal/second.sql"))
        .contains("FAL_GENERATED be5a48c5edd7de2c581a936a0beb6fa1");
    assertThat(project.read(".dbtignore")).contains("\n/models/first.py\n/models/second.py\n");
    assertThat(plan.reminders())
        .contains(
            "File 'models/fal/first.sql' was generated from 'models/first.py'.\nPlease do not"
                + " modify it directly. We recommend committing it to your repository.");
  }

  @Test
  void placesStubsOfEveryKindOfSource() throws IOException {
    project = TestProject.copyOf("mixed", folder);

    StubPlan plan = project.apply();

    assertThat(plan.changes())
        .extracting(change -> project.root.relativize(change.path()).toString())
        .containsExactly(
            "models/fal/nested/late.sql", "models/fal/a/scored.sql", "models/fal/explored.sql");
    assertThat(project.read("models/fal/explored.sql"))
        .contains("\n{{ ref('scored') }}\n{{ ref('orders') }}\n");
    assertThat(project.read(".dbtignore").lines().filter(line -> line.startsWith("/")))
        .containsExactly(
            "/models/a/scored.py", "/models/lib/__init__.py", "/models/lib/features.py");
  }

  @Test
  void writesNothingTheSecondTime() throws IOException {
    project.write("models/a/b.py", MODEL);
    project.apply();
    Path stub = project.root.resolve("models/fal/a/b.sql");
    var written = Files.getLastModifiedTime(stub);
    Map<String, String> before = project.files();

    StubPlan second = project.apply();

    assertThat(second.changes())
        .extracting(StubChange::action)
        .containsOnly(StubChange.Action.KEEP);
    assertThat(second.dbtIgnore().isNeeded()).isFalse();
    assertThat(second.reminders()).isEmpty();
    assertThat(project.files()).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(stub)).isEqualTo(written);
  }

  @Test
  void onlyLooksUntilItIsApplied() throws IOException {
    project.write("models/b.py", MODEL);
    Map<String, String> before = project.files();

    StubPlan plan = project.plan();

    assertThat(plan.models()).hasSize(1);
    assertThat(project.files()).isEqualTo(before);
  }

  @Test
  void updatesAStubWhenTheDependenciesChangeAndKeepsItsTail() throws IOException {
    project.write("models/b.py", MODEL);
    for (Stub.Tail tail : Stub.Tail.values()) {
      project.write("models/fal/b.sql", Stub.generate(List.of("{{ ref('x') }}"), tail).content());

      StubPlan plan = project.apply();

      assertThat(plan.changes())
          .extracting(StubChange::action)
          .containsOnly(StubChange.Action.UPDATE);
      assertThat(plan.reminders()).hasSize(1);
      assertThat(project.read("models/fal/b.sql"))
          .isEqualTo(Stub.generate(List.of("{{ ref('orders') }}"), tail).content());
    }
  }

  @Test
  void keepsAStubThatDiffersOnlyInLineEnds() throws IOException {
    project.write("models/b.py", MODEL);
    project.apply();
    String windows = project.read("models/fal/b.sql").replace("\n", "\r\n");
    project.write("models/fal/b.sql", windows);

    assertThat(project.apply().changes())
        .extracting(StubChange::action)
        .containsOnly(StubChange.Action.KEEP);
    assertThat(project.read("models/fal/b.sql")).isEqualTo(windows);
  }

  @Test
  void neverOverwritesAnEditedStub() throws IOException {
    project.write("models/b.py", MODEL);
    project.write("models/other.py", MODEL);
    project.apply();
    String edited = project.read("models/fal/b.sql").replace("SELECT *", "SELECT id");
    project.write("models/fal/b.sql", edited);
    project.delete("models/fal/other.sql");
    project.delete(".dbtignore");

    StubPlan plan = project.plan();

    assertThatThrownBy(plan::apply)
        .isInstanceOf(FalException.class)
        .hasMessageContaining("stub-edited")
        .hasMessageContaining("models/fal/b.sql")
        .hasMessageContaining("models/b.py")
        .hasMessageContaining("Either delete")
        .hasMessageContaining("or keep your edit");
    assertThat(project.read("models/fal/b.sql")).isEqualTo(edited);
    assertThat(project.has("models/fal/other.sql")).isFalse();
    assertThat(project.has(".dbtignore")).isFalse();
  }

  @Test
  void refusesAHandWrittenModelInTheWay() throws IOException {
    project.write("models/b.py", MODEL);
    project.write("models/fal/b.sql", "select 1");

    StubPlan plan = project.plan();

    assertThat(codes(plan.errors())).containsExactly("stub-in-the-way");
    assertThat(plan.errors().get(0).message())
        .isEqualTo(
            "File 'models/fal/b.sql' not generated by fal would be overwritten by generated model"
                + " of 'models/b.py'. Please rename or remove.");
  }

  @Test
  void deletesTheStubOfASourceThatIsGone() throws IOException {
    project.write("models/a/deep/b.py", MODEL);
    project.apply();
    project.delete("models/a/deep/b.py");

    project.apply();

    assertThat(project.has("models/fal")).isFalse();
    assertThat(project.has("models")).isTrue();
    assertThat(project.has(".dbtignore")).isFalse();
  }

  @Test
  void movesTheStubWithItsSource() throws IOException {
    project.write("models/a/b.py", MODEL);
    project.apply();
    project.delete("models/a/b.py");
    project.write("models/c/b.py", MODEL);

    StubPlan plan = project.apply();

    assertThat(plan.errors()).isEmpty();
    assertThat(project.has("models/fal/a")).isFalse();
    assertThat(project.has("models/fal/c/b.sql")).isTrue();
  }

  @Test
  void keepsAnEditedStubWhoseSourceIsGoneAndSaysSo() throws IOException {
    project.write("models/b.py", MODEL);
    project.apply();
    project.delete("models/b.py");
    project.write("models/fal/b.sql", project.read("models/fal/b.sql").replace("*", "id"));
    project.write("models/fal/mine.sql", "select 1");

    StubPlan plan = project.apply();

    assertThat(codes(plan.warnings())).containsExactly("orphan-stub-edited");
    assertThat(project.has("models/fal/b.sql")).isTrue();
    assertThat(project.has("models/fal/mine.sql")).isTrue();
  }

  @Test
  void refusesAnEditedOrphanThatHasALiveModelsName() throws IOException {
    project.write("models/fal/old/b.sql", "-- FAL_GENERATED abc\nselect 1");
    project.write("models/b.py", MODEL);

    assertThat(codes(project.plan().errors())).containsExactly("duplicate-model-name");
  }

  @Test
  void keepsTheStubOfAFileThatCannotBeRead() throws IOException {
    project.write("models/b.py", MODEL);
    project.apply();
    project.write("models/b.py", "write_to_model(");

    StubPlan plan = project.plan();

    assertThat(plan.errors()).isEmpty();
    assertThat(plan.changes())
        .extracting(StubChange::action)
        .containsExactly(StubChange.Action.KEEP);
  }

  @Test
  void deletesTheStubOfAFileThatBecameAHelper() throws IOException {
    project.write("models/b.py", MODEL);
    project.apply();
    project.write("models/b.py", "x = 1\n");

    project.apply();

    assertThat(project.has("models/fal/b.sql")).isFalse();
    assertThat(project.read(".dbtignore")).contains("/models/b.py");
  }

  @Test
  void selectsFromThisWhereTheProjectPlacesTheModel() throws IOException {
    project.write("models/b.py", MODEL);
    project.write("models/c.py", MODEL);
    project.write("models/s.yml", "models: [{name: b, config: {schema: marts}}]\n");

    project.apply();

    assertThat(project.read("models/fal/b.sql")).endsWith("SELECT * FROM {{ this }}\n");
    assertThat(project.read("models/fal/c.sql"))
        .endsWith("SELECT * FROM {{ target.schema }}.{{ model.name }}\n");
  }

  @Test
  void warnsWhenGitIgnoresAStub() throws IOException, InterruptedException {
    project.write("models/b.py", MODEL);
    project.write("models/c.py", MODEL);
    project.write(".gitignore", "models/fal/b.sql\n");
    assertThat(project.plan().gitWarnings()).isEmpty();
    new ProcessBuilder("git", "init", "-q").directory(project.root.toFile()).start().waitFor();

    List<Problem> warnings = project.plan().gitWarnings();

    assertThat(codes(warnings)).containsExactly("stub-ignored-by-git");
    assertThat(warnings.get(0).toString()).contains("models/fal/b.sql");
    project.apply();
    assertThat(project.plan().gitWarnings()).isEmpty();
  }

  @Test
  void escapesWhatIsSpecialInAnIgnoreFile() throws IOException {
    project.write("models/[x]a*b?.py", MODEL);

    project.apply();

    assertThat(project.read(".dbtignore")).contains("\n/models/\\[x\\]a\\*b\\?.py\n");
  }

  @Test
  void writesFilesThatOthersMayRead() throws IOException {
    project.write("models/b.py", MODEL);
    Path mine = project.write("mine.txt", "");

    project.apply();

    assertThat(Files.getPosixFilePermissions(project.root.resolve("models/fal/b.sql")))
        .isEqualTo(Files.getPosixFilePermissions(mine));
  }

  @Test
  void writesThroughALinkedIgnoreFile() throws IOException {
    project.write("models/b.py", MODEL);
    project.write("shared/ignore", "*.tmp\n");
    Path link = project.root.resolve(".dbtignore");
    Files.createSymbolicLink(link, Path.of("shared/ignore"));

    project.apply();

    assertThat(link).isSymbolicLink();
    assertThat(project.read("shared/ignore")).startsWith("*.tmp\n").contains("/models/b.py");
  }

  @Test
  void namesWholeFoldersWhenThereAreManyFiles() throws IOException {
    for (int i = 0; i < 101; i++) {
      project.write("models/a/m%03d.py".formatted(i), MODEL);
    }
    project.write("models/top.py", MODEL);
    project.apply();
    assertThat(project.read(".dbtignore").lines().filter(line -> line.startsWith("/")))
        .containsExactly("/models/**/*.py");

    project.write("models/b/dbts.py", "def model(dbt, session):\n    return None\n");
    project.apply();

    assertThat(project.read(".dbtignore").lines().filter(line -> line.startsWith("/")))
        .containsExactly("/models/a/**/*.py", "/models/top.py");
  }
}
