package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code state:}, {@code --defer} and {@code --favor-state} with Python models. */
class StateTest {
  private static final String SCORE = "models/score.py";
  private static final String BASE = "lib/base.py";

  private static SampleProject project;
  private static String score = "";
  private static String base = "";

  /** Production, built once and kept as a state folder. */
  @BeforeAll
  static void build(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("state", scratch);
    CommandResult run = project.fal().run("flow", "run", "--target", "prod");
    assertThat(run.exitCode()).as(run::toString).isZero();
    score = project.read(SCORE);
    base = project.read(BASE);
    keepState("prod_state");
  }

  @BeforeEach
  void restore() throws IOException {
    project.write(SCORE, score).write(BASE, base);
    project.execute("drop schema if exists dev cascade");
  }

  private static void keepState(String folder) throws IOException {
    for (String file : new String[] {"manifest.json", "fal_manifest.json", "run_results.json"}) {
      project.write(folder + "/" + file, project.read("target/" + file));
    }
  }

  private static CommandResult run(String... options) throws IOException {
    return project
        .fal()
        .run(Stream.concat(Stream.of("flow", "run"), Stream.of(options)).toArray(String[]::new));
  }

  private static CommandResult modified(String selection) throws IOException {
    CommandResult run = run("-s", selection, "--state", "prod_state", "--defer");
    assertThat(run.exitCode()).as(run::toString).isZero();
    return run;
  }

  @Test
  void nothingIsModifiedInAnUnchangedProject() throws IOException {
    CommandResult run = modified("state:modified");
    assertThat(run.output()).contains("Nothing to do").doesNotContain("fal_manifest.json");
  }

  @Test
  void aChangedScriptIsModifiedAndItsChildrenAfterIt() throws IOException {
    project.write(SCORE, score.replace("df)\n", "df)  # as before\n"));
    modified("state:modified");
    assertThat(project.statuses()).containsOnlyKeys("model.shop.score");
    modified("state:modified+");
    assertThat(project.statuses())
        .containsOnlyKeys(
            "model.shop.score", "model.shop.after_score", "model.shop.also_after_score");
    modified("state:modified.body");
    assertThat(project.statuses()).containsOnlyKeys("model.shop.score");
  }

  @Test
  void aChangedModuleOfAModuleModifiesTheModelsThatImportIt() throws IOException {
    project.write(BASE, "BASE = 20\n");
    modified("state:modified");
    assertThat(project.statuses()).containsOnlyKeys("model.shop.score");
    assertThat(project.rows("select score, made_in from dev.score")).containsExactly("20, prod");
  }

  @Test
  void aNotebookRunInAnEditorIsNotModified() throws IOException {
    String notebook = project.read("models/explored.ipynb");
    project.write(
        "models/explored.ipynb",
        notebook.replace("\"execution_count\": null", "\"execution_count\": 7"));
    assertThat(modified("state:modified").output()).contains("Nothing to do");
    project.write("models/explored.ipynb", notebook.replace("df)\"", "df.head())\""));
    modified("state:modified");
    assertThat(project.statuses()).containsOnlyKeys("model.shop.explored");
    project.write("models/explored.ipynb", notebook);
  }

  @Test
  void withoutOurManifestEveryPythonModelCountsAsModified() throws IOException {
    project.write("bare_state/manifest.json", project.read("prod_state/manifest.json"));
    CommandResult run = run("-s", "state:modified", "--state", "bare_state", "--dry-run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output())
        .contains("bare_state has no fal_manifest.json")
        .contains("model.shop.score", "model.shop.explored", "model.shop.also_after_score")
        .doesNotContain("model.shop.orders", "model.shop.after_score");
  }

  @Test
  void childrenReadTheModelOfProductionWhenItIsNotHere() throws IOException {
    CommandResult run =
        run("-s", "after_score", "also_after_score", "--defer", "--state", "prod_state");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select made_in from dev.after_score")).containsExactly("prod");
    assertThat(project.rows("select made_in from dev.also_after_score")).containsExactly("prod");
    assertThat(
            project.rows(
                "select count(*) from information_schema.tables where table_name='score' and table_schema='dev'"))
        .containsExactly("0");
  }

  @Test
  void whatIsHereIsReadUnlessTheStateIsFavored() throws IOException {
    assertThat(run("-s", "+score").exitCode()).isZero();
    String[] children = {
      "-s", "after_score", "also_after_score", "--defer", "--state", "prod_state"
    };
    assertThat(run(children).exitCode()).isZero();
    assertThat(project.rows("select made_in from dev.after_score")).containsExactly("dev");
    assertThat(project.rows("select made_in from dev.also_after_score")).containsExactly("dev");
    CommandResult favored =
        project
            .fal()
            .with("DBT_FAVOR_STATE", "true")
            .run(
                Stream.concat(Stream.of("flow", "run"), Stream.of(children))
                    .toArray(String[]::new));
    assertThat(favored.exitCode()).as(favored::toString).isZero();
    assertThat(project.rows("select made_in from dev.after_score")).containsExactly("prod");
    assertThat(project.rows("select made_in from dev.also_after_score")).containsExactly("prod");
  }

  @Test
  void theStateMayComeFromTheEnvironment() throws IOException {
    project.write(SCORE, score.replace("df)\n", "df)  # as before\n"));
    CommandResult run =
        project
            .fal()
            .with("DBT_STATE", "prod_state")
            .with("DBT_DEFER", "true")
            .run("flow", "run", "-s", "state:modified");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.statuses()).containsOnlyKeys("model.shop.score");
    assertThat(project.rows("select made_in from dev.score")).containsExactly("prod");
  }

  @Test
  void aStateOfPlainDbtDefersAsWell() throws IOException {
    String parse = "parse --target prod --target-path plain_state";
    PlainDbt.run(project, parse).succeeded(parse);
    CommandResult run = run("-s", "after_score", "--defer", "--state", "plain_state");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select made_in from dev.after_score")).containsExactly("prod");
  }

  @Test
  void aModelDroppedInProductionIsAnErrorOfItsChildren() throws IOException {
    project.execute("alter table prod.score rename to score_away");
    CommandResult run =
        run("-s", "after_score", "also_after_score", "--defer", "--state", "prod_state");
    project.execute("alter table prod.score_away rename to score");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output())
        .contains("models/marts/also_after_score.py")
        .contains("prod")
        .contains("score does not exist");
  }

  @Test
  void aMissingStateFolderIsDbtsOwnError() throws IOException {
    CommandResult run = run("-s", "state:modified", "--state", "nowhere");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output()).contains("--state names no folder").contains("nowhere");
    run = run("-s", "after_score", "--defer");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output()).contains("--state");
    run = run("-s", "state:modified", "--state", "models");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output()).contains("holds the manifest.json to compare with: --state DIR");
  }

  @Test
  void aStateOfAnotherDbtIsRefusedOrSaidToLackPythonModels() throws IOException {
    String manifest = project.read("prod_state/manifest.json");
    Path state = Files.createDirectories(project.root().resolve("old_state"));
    Files.writeString(state.resolve("manifest.json"), manifest.replace("v12.json", "v3.json"));
    CommandResult run = run("-s", "state:modified", "--state", "old_state");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(2);
    assertThat(run.output())
        .contains("old_state/manifest.json", "v3")
        .doesNotContain("fal_manifest.json");
    project.write("old_state/manifest.json", manifest.replace("v12.json", "v11.json"));
    run = run("-s", "state:modified", "--state", "old_state", "--dry-run");
    assertThat(run.exitCode()).as(run::toString).isZero(); // dbt reads it as one of its own
    assertThat(run.output())
        .contains("old_state holds a manifest of another version of dbt (v11)", "Python models");
  }
}
