package dev.falflow.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
            "space-in-model-name", "duplicate-model-name", "duplicate-model-name");
    assertThat(codes(List.copyOf(sources.flaws().values())))
        .containsExactlyInAnyOrder(
            "syntax-error", "bad-encoding", "broken-notebook", "multiple-writes");
    assertThat(new FalException(sources.errorsAndFlaws()))
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
        .containsExactly(tuple("helper-with-ref", "models/alone.py"));
  }

  @Test
  void followsHelpersAndTellsTheirFileAndLine() throws IOException {
    project.write("dbt_project.yml", "name: shop\nvars: {fal-scripts-path: scripts}\n");
    project.write("models/b.py", "import x, y, z\nwrite_to_model((x.f(), y.f(), z.f()))\n");
    project.write("models/x.py", "from fal import ref\ndef f(): return ref('a')\n");
    project.write("y.py", "from fal import ref\n\ndef f(): return ref('b')\n");
    project.write("scripts/z.py", "from fal import ref\n\n\ndef f(): return ref('c')\n");

    PythonSource model = project.analyze().models().get(0);

    assertThat(model.dependencies())
        .extracting(Dependency::text, each -> each.where().toString(), Dependency::origin)
        .containsExactlyInAnyOrder(
            tuple("ref('a')", "models/x.py:2:17", Dependency.Origin.HELPER),
            tuple("ref('b')", "y.py:3:17", Dependency.Origin.HELPER),
            tuple("ref('c')", "scripts/z.py:4:17", Dependency.Origin.HELPER));
  }

  @Test
  void seesThatAHelperWasEdited() throws IOException {
    project.write("models/b.py", "import lib.load\nwrite_to_model(lib.load.orders())\n");
    project.write("lib/load.py", "from fal import ref\ndef orders(): return ref('a')\n");
    String before = project.analyze().models().get(0).code().checksum();

    project.write("lib/load.py", "from fal import ref\ndef orders(): return ref('b')\n");
    PythonSource after = project.analyze().models().get(0);

    assertThat(after.dependencies()).extracting(Dependency::text).containsExactly("ref('b')");
    assertThat(after.code().checksum()).isNotEqualTo(before);

    project.write("models/lib/load.py", "from fal import ref\ndef orders(): return ref('c')\n");

    assertThat(project.analyze().models().get(0).dependencies())
        .extracting(Dependency::text)
        .containsExactly("ref('c')");
  }

  @Test
  void seesThatAVariableHasAnotherValue() throws IOException {
    project.write("models/b.py", "write_to_model(ref(var('table')))\n");
    project.write("dbt_project.yml", "name: shop\nvars: {table: a}\n");
    project.analyze();

    for (String table : List.of("b", "c")) {
      Project asked = Project.read(project.root, Map.of("table", table));
      assertThat(project.analyzer().analyze(asked).models().get(0).dependencies())
          .extracting(Dependency::text)
          .containsExactly("ref('" + table + "')");
    }
  }

  @Test
  void takesAFileOfFunctionsThatWriteForAHelperWhenOthersImportIt() throws IOException {
    project.write("models/out.py", "import fal\ndef save(df): fal.write_to_model(df)\n");
    project.write("models/b.py", "from out import save\nsave(ref('orders'))\n");
    project.write("models/own.py", "def main(): write_to_model(ref('orders'))\nmain()\n");

    PythonSources sources = project.analyze();

    assertThat(files(sources.models())).containsExactly("models/b.py", "models/own.py");
    assertThat(files(sources.helpers())).containsExactly("models/out.py");
    assertThat(sources.errors()).isEmpty();
  }

  @Test
  void countsTheWritesOfHelpers() throws IOException {
    project.write("lib.py", "import fal\ndef save(df): fal.write_to_model(df)\n");
    project.write("models/b.py", "from lib import save\nsave(1)\nwrite_to_model(2)\n");

    PythonSources sources = project.analyze();

    assertThat(sources.errors()).isEmpty();
    assertThat(sources.flaws().get("models/b.py"))
        .asString()
        .contains("line 3 and lib.py line 2", "[multiple-writes]");
  }

  @Test
  void tellsOnceWhatAHelperLeavesOpen() throws IOException {
    project.write("lib.py", "from fal import ref\ndef load(name): return ref(name)\n");
    for (String name : List.of("b", "c")) {
      project.write(
          "models/" + name + ".py", "import lib, os\nwrite_to_model(lib.load(os.getcwd()))\n");
    }

    List<Problem> warnings = project.analyze().warnings();

    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0).toString())
        .startsWith("lib.py:2:24: what ref(name) names")
        .contains("ref('model_name')", "docstring");
  }

  @Test
  void reportsHelpersThatCannotBeReadAndAnalysesTheRest() throws IOException {
    project.write("models/b.py", "import bad, loop, latin, one\n" + MODEL);
    project.write("models/c.py", MODEL);
    project.write("bad.py", "x = (\n");
    project.write("latin.py", "x = 1\n");
    Files.write(project.root.resolve("latin.py"), new byte[] {'x', '\n', (byte) 0xe9});
    project.write("one.py", "import two\n");
    project.write("two.py", "import one\n");
    Files.createSymbolicLink(project.root.resolve("loop.py"), project.root.resolve("loop.py"));
    Files.createSymbolicLink(
        project.root.resolve("models/round.py"), project.root.resolve("models/round.py"));

    PythonSources sources = project.analyze();

    assertThat(sources.errors()).isEmpty();
    assertThat(sources.errorsAndFlaws())
        .extracting(problem -> problem.toString().lines().findFirst().orElseThrow())
        .anyMatch(line -> line.startsWith("bad.py:1:5: "))
        .anyMatch(line -> line.startsWith("latin.py:2: the file is not UTF-8"))
        .hasSize(2);
    assertThat(files(sources.models())).containsExactly("models/b.py", "models/c.py");
    assertThat(sources.models()).allSatisfy(model -> assertThat(model.dependencies()).hasSize(1));
  }

  @Test
  void startsNoPythonWhenAllIsKnown() throws IOException {
    project.write("models/b.py", MODEL);
    project.write("models/broken.py", "a\n (\n");
    project.write(
        "models/c.py",
        "\"\"\"ref('d')\"\"\"\nimport lib, os\nlib.save(ref('x', v=2)), ref('y', v='z'), ref(os.sep)\n");
    project.write(
        "models/n.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"ref(n)\"}]}");
    project.write(
        "lib.py",
        "import fal\ndef save(df): fal.write_to_model(df), fal.source('é', var('t', 'u'))\n");
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
    byte[] whole = Files.readAllBytes(project.cache);
    for (int length = 0; length < whole.length; length += whole.length / 9 + 1) {
      Files.write(project.cache, Arrays.copyOf(whole, length));

      assertThat(files(project.analyze().models())).containsExactly("models/b.py");
    }
    Files.writeString(project.cache, "{\"key\": \"of an older fal\"}");

    assertThat(files(project.analyze().models())).containsExactly("models/b.py");
    assertThat(project.cache).hasBinaryContent(whole);
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
            read -r setting
            while read -r line; do
              case "$line" in *deadly*) kill -SEGV $$ ;; esac
              printf '%%s\\n' "$setting" "$line" | %s "$@"
            done
            """
                .formatted(TestProject.PYTHON));
    assertThat(python.toFile().setExecutable(true)).isTrue();
    project.write("models/a.py", MODEL + "# a\n");
    project.write("models/z.py", MODEL + "# z\n");

    PythonSources sources =
        new SourceAnalyzer(python, "test", TestProject.PACKAGE, null).analyze(project.project());

    assertThat(sources.models())
        .extracting(PythonSource::file, PythonSource::kind)
        .containsExactly(
            tuple("models/a.py", PythonSource.Kind.MODEL),
            tuple("models/deadly.py", PythonSource.Kind.BROKEN_MODEL),
            tuple("models/z.py", PythonSource.Kind.MODEL));
    assertThat(codes(sources.errorsAndFlaws())).containsExactly("analysis-crashed");
    assertThat(sources.errorsAndFlaws().get(0).toString()).startsWith("models/deadly.py: ");
  }
}
