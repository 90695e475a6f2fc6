package dev.falflow.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceAnalyzerTest {
  private static final String MODEL = "write_to_model(ref('orders'))\n";

  private final Path folder;
  private final TestProject project;

  SourceAnalyzerTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.project = new TestProject(folder);
  }

  private static List<String> files(List<PythonSource> sources) {
    return sources.stream().map(PythonSource::file).toList();
  }

  private static List<String> codes(List<Problem> problems) {
    return problems.stream().map(Problem::code).toList();
  }

  @Test
  void tellsWhatEveryFileIs() throws IOException {
    PythonSources sources = TestProject.copyOf("mixed", folder).analyze();

    assertThat(files(sources.models()))
        .containsExactly(
            "fal_models/nested/late.py", "models/a/scored.py", "models/explored.ipynb");
    assertThat(files(sources.helpers()))
        .containsExactly("models/lib/__init__.py", "models/lib/features.py");
    assertThat(files(sources.dbtModels())).containsExactly("models/dbts.py");
    assertThat(sources.errors()).isEmpty();
    assertThat(codes(sources.infos()))
        .containsExactly("dbt-model", "helper-module", "helper-module");
  }

  @Test
  void givesTheDependenciesOfTheSeedPageInOrder() throws IOException {
    PythonSource second = TestProject.copyOf("seed", folder).analyze().models().get(1);

    assertThat(second.dependencies())
        .extracting(Dependency::stubLine)
        .containsExactly(
            "{{ ref('model_a') }}",
            "{{ source('database_b', 'table_b') }}",
            "{{ ref('model_c') }}");
    assertThat(second.dependencies().get(1).kind()).isEqualTo(Dependency.Kind.SOURCE);
    assertThat(second.dependencies().get(1).arguments()).containsExactly("database_b", "table_b");
    assertThat(second.dependencies().get(1).origin()).isEqualTo(Dependency.Origin.DOCSTRING);
    assertThat(second.dependencies().get(2).where())
        .isEqualTo(Location.of("models/second.py", 11, 8));
    assertThat(second.docstringLine()).isEqualTo(1);
  }

  @Test
  void looksIntoNoFolderThatIsNotTheUsers() throws IOException {
    project.write("dbt_project.yml", "name: shop\nmodel-paths: ['.']\nmacro-paths: []\n");
    project.write("a/b.py", MODEL);
    for (String skipped :
        List.of(
            ".hidden", "a/.ipynb_checkpoints", "__pycache__", "fal", "dbt_packages/x", "target")) {
      project.write(skipped + "/b.py", MODEL);
    }
    project.write("venv/pyvenv.cfg", "");
    project.write("venv/lib/b.py", MODEL);
    Files.createSymbolicLink(project.root.resolve("a/loop"), project.root);

    assertThat(files(project.analyze().all())).containsExactly("a/b.py");
  }

  @Test
  void findsAFileOnceWhenPathsOverlap() throws IOException {
    project.write(
        "dbt_project.yml",
        "name: shop\nmodel-paths: [models, models/a]\nvars: {fal-models-paths: [models/a]}\n");
    project.write("models/a/b.py", MODEL);

    PythonSources sources = project.analyze();

    assertThat(files(sources.models())).containsExactly("models/a/b.py");
    assertThat(sources.errors()).isEmpty();
  }

  @Test
  void reportsAllErrorsTogether() throws IOException {
    project.write("models/broken.py", "x = 1\nif x\n    y = 2\n");
    project.write("models/twice.py", "write_to_model(1)\n\nwrite_to_model(2)\n");
    project.write("models/latin.py", "x = 1\n");
    Files.write(project.root.resolve("models/latin.py"), new byte[] {'x', '\n', (byte) 0xe9});
    project.write("models/same.py", MODEL);
    project.write(
        "models/same.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"" + MODEL.strip() + "\"}]}");
    project.write("models/a/elsewhere.py", MODEL);
    project.write("models/b/elsewhere.sql", "select 1");
    project.write("models/c.ipynb", "{\"cells\": [");
    project.write("models/my model.py", MODEL);

    PythonSources sources = project.analyze();

    assertThat(codes(sources.errors()))
        .containsExactlyInAnyOrder(
            "syntax-error",
            "multiple-writes",
            "bad-encoding",
            "broken-notebook",
            "space-in-model-name",
            "duplicate-model-name",
            "duplicate-model-name");
    assertThatThrownBy(sources::throwErrors)
        .isInstanceOf(FalException.class)
        .hasMessageContaining("models/broken.py:2:5: ")
        .hasMessageContaining("\n    if x\n        ^")
        .hasMessageContaining("models/twice.py:3:1: ")
        .hasMessageContaining("line 1 and line 3")
        .hasMessageContaining("'same': models/same.ipynb, models/same.py")
        .hasMessageContaining("'elsewhere': models/a/elsewhere.py, models/b/elsewhere.sql")
        .hasMessageContaining("models/latin.py:2: the file is not UTF-8")
        .hasMessageContaining("models/c.ipynb:1:");
  }

  @Test
  void warnsOfACallThatOnlyTheRunKnows() throws IOException {
    project.write("models/b.py", "for n in names:\n    x = ref(n)\nwrite_to_model(x)\n");

    PythonSources sources = project.analyze();

    assertThat(codes(sources.warnings())).containsExactly("unresolved-call");
    assertThat(sources.warnings().get(0).toString())
        .startsWith("models/b.py:2:9: what ref(n) names")
        .contains("docstring");
  }

  @Test
  void refusesAScriptThatReadsButNeitherWritesNorIsImported() throws IOException {
    project.write("models/alone.py", "df = ref('orders')\n");
    project.write("models/lib/used.py", "df = ref('orders')\n");
    project.write("models/late.py", "def f():\n    return ref('orders')\n");
    project.write("models/lib/sibling.py", "rows = source('a', 'b')\n");
    project.write("models/lib/other.py", "from . import sibling\n");
    project.write("models/b.py", "from lib.used import df\nwrite_to_model(df)\n");

    PythonSources sources = project.analyze();

    assertThat(sources.errors())
        .extracting(Problem::code, problem -> String.valueOf(problem.where()))
        .containsExactly(org.assertj.core.groups.Tuple.tuple("helper-with-ref", "models/alone.py"));
  }

  @Test
  void startsNoPythonWhenAllIsKnown() throws IOException {
    project.write("models/b.py", MODEL);
    project.write("models/broken.py", "(");
    PythonSources first = project.analyze();
    SourceAnalyzer withoutPython =
        new SourceAnalyzer(Path.of("/nowhere/python"), "test", TestProject.PACKAGE, project.cache);

    assertThat(withoutPython.analyze(project.project())).isEqualTo(first);

    project.write("models/b.py", MODEL + "\n");
    assertThatThrownBy(() -> withoutPython.analyze(project.project()))
        .isInstanceOf(FalException.class)
        .hasMessageContaining("/nowhere/python");
  }

  @Test
  void forgetsWhatAnotherPythonSaid() throws IOException {
    project.write("models/b.py", MODEL);
    project.analyze();
    SourceAnalyzer newer =
        new SourceAnalyzer(
            Path.of("/nowhere/python"), "another", TestProject.PACKAGE, project.cache);

    assertThatThrownBy(() -> newer.analyze(project.project())).isInstanceOf(FalException.class);
  }

  @Test
  void readsAllAgainWhenTheCacheIsSpoilt() throws IOException {
    project.write("models/b.py", MODEL);
    project.analyze();
    for (String spoilt : List.of("", "{\"key\": ", "{}", "[]", "{\"answers\": {}}")) {
      Files.writeString(project.cache, spoilt);

      assertThat(files(project.analyze().models())).containsExactly("models/b.py");
    }
  }

  @Test
  void saysSoWhenPythonCannotRead() throws IOException {
    project.write("models/b.py", MODEL);
    Path python =
        Files.writeString(folder.resolve("python"), "#!/bin/sh\necho no luck >&2\nexit 3\n");
    assertThat(python.toFile().setExecutable(true)).isTrue();
    SourceAnalyzer analyzer = new SourceAnalyzer(python, "test", TestProject.PACKAGE, null);

    assertThatThrownBy(() -> analyzer.analyze(project.project()))
        .isInstanceOf(FalException.class)
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("no luck");
  }

  @Test
  void blamesTheFileThatKillsTheInterpreterAndReadsTheOthers() throws IOException {
    project.write("models/a.py", MODEL);
    project.write("models/deadly.py", MODEL);
    project.write("models/z.py", MODEL);
    Path python =
        Files.writeString(
            folder.resolve("python"),
            """
            #!/bin/sh
            while read -r line; do
              case "$line" in *deadly*) kill -SEGV $$ ;; esac
              echo "$line" | %s "$@"
            done
            """
                .formatted(TestProject.PYTHON));
    assertThat(python.toFile().setExecutable(true)).isTrue();
    project.write("models/a.py", MODEL + "# a\n");
    project.write("models/z.py", MODEL + "# z\n");

    PythonSources sources =
        new SourceAnalyzer(python, "test", TestProject.PACKAGE, null).analyze(project.project());

    assertThat(files(sources.models())).containsExactly("models/a.py", "models/z.py");
    assertThat(codes(sources.errors())).containsExactly("analysis-crashed");
    assertThat(sources.errors().get(0).toString()).startsWith("models/deadly.py: ");
  }
}
