package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An installed dbt package that has Python files of its own: they are the package's business. */
class PackagesTest {
  private static SampleProject project;
  private static CommandResult run;
  private static Map<String, String> statuses;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("packages", scratch);
    PlainDbt.run(project, "deps").succeeded("deps");
    run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    statuses = project.statuses();
  }

  @Test
  void pythonModelsReadThePackagesModels() throws IOException {
    assertThat(project.rows("select * from model_b")).containsExactly("one, 3");
    assertThat(project.rows("select * from after order by 1")).containsExactly("ONE", "one", "one");
  }

  @Test
  void itsPythonModelsAreDbts() {
    assertThat(statuses)
        .isEqualTo(
            Map.of(
                "model.shop.model_b", "success",
                "model.shop.both", "success",
                "model.shop.after", "success",
                "model.words.words", "success",
                "model.words.model_b", "success",
                "model.words.of_ours", "success",
                "model.words.shouted", "success"));
  }

  /** Its file lies where our generated model of that name does. */
  @Test
  void itsSqlModelOfTheSameNameAndPlaceIsNoPythonModel() throws IOException {
    assertThat(project.rows("select * from model_b_of_words")).containsExactly("theirs");
    assertThat(project.artifact("fal_results.json").path("python_models"))
        .extracting(model -> model.path("unique_id").asText())
        .containsExactlyInAnyOrder("model.shop.model_b", "model.shop.both");
  }

  @Test
  void itsScriptsAndNotebooksAreLeftAlone() throws IOException {
    assertThat(run.output()).doesNotContain("script.py", "notes.ipynb", "broken.py");
    assertThat(project.files("local/words/models/fal"))
        .containsExactly("local/words/models/fal/model_b.sql");
    assertThat(project.read("local/words/.dbtignore"))
        .isEqualTo("/models/script.py\n/models/broken.py\n");
    assertThat(project.read(".dbtignore")).doesNotContain("words", "script.py");
  }

  @Test
  void aPlanHasThePackagesModelsToo() throws IOException {
    CommandResult plan = project.fal().run("flow", "run", "--dry-run");
    assertThat(plan.exitCode()).as(plan::toString).isZero();
    assertThat(plan.stdout())
        .containsSubsequence(
            "model.words.words\n", "model.shop.both  python models/both.py", "model.shop.after\n");
  }

  @Test
  void plainDbtWorksAfterwards() throws IOException {
    PlainDbt dbt = PlainDbt.run(project, "ls", "build");
    assertThat(dbt.succeeded("ls")).contains("words.shouted", "shop.fal.both");
    assertThat(dbt.succeeded("build")).contains("model.shop.after: success");
  }

  @Test
  void aPackagesModelReadsOurs() throws IOException {
    assertThat(project.rows("select count(*) from of_ours")).containsExactly("2");
  }

  @Test
  void aPackageWithAGeneratedModelOfTheSameNameIsRefused(@TempDir Path scratch) throws IOException {
    SampleProject clashing = SampleProject.copyOf("packages", scratch);
    PlainDbt.run(clashing, "deps").succeeded("deps");
    clashing.write(
        "dbt_packages/words/models/fal/both.sql",
        """
        {{ config(materialized='ephemeral') }}
        /*
        FAL_GENERATED 5b0195d15abb1564182cb5b7075185ad
        */
        SELECT * FROM {{ target.schema }}.{{ model.name }}
        """);
    CommandResult refused = clashing.fal().run("flow", "run");
    assertThat(refused.exitCode()).as(refused::toString).isEqualTo(2);
    assertThat(refused.output())
        .contains("identical database representations", "model.shop.both", "model.words.both");
  }
}
