package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a dbt-duckdb profile can say holds for what Python models read and write. */
class DuckDbProfileTest {
  private static Path attached;
  private static SampleProject project;
  private static CommandResult run;

  @BeforeAll
  static void runOnce(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("profile", scratch);
    attached = project.root().resolve("attached.duckdb");
    TestPython.run(
        project.root(),
        """
        import duckdb
        with duckdb.connect("attached.duckdb") as connection:
            connection.execute("create schema raw")
            connection.execute("create table raw.orders as select 1 as id, 10 as amount")
        print("{}")
        """);
    run = project.fal().with("DBT_ENV_SECRET_TOKEN", "open-sesame").run("flow", "run");
  }

  @Test
  void everythingSucceeds() {
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).doesNotContain("open-sesame");
  }

  @Test
  void settingsSecretsAndFunctionsOfPluginsHoldWhereAModelReads() throws IOException {
    assertThat(project.rows("select * from team_analytics.heard"))
        .containsExactly("Asia/Tokyo, of_the_profile, 15, b");
  }

  @Test
  void aModelIsWrittenIntoTheAttachedDatabaseUnderItsSchemaAndAlias() throws IOException {
    assertThat(SampleProject.rowsIn(attached, "select * from team_marts.placed_here"))
        .containsExactly("1, 10, first, 3");
    assertThat(project.rows("select table_name from information_schema.tables"))
        .doesNotContain("placed", "placed_here");
  }

  @Test
  void modelsBelowReadItThere() throws IOException {
    assertThat(project.rows("select * from team_analytics.after_placed_again"))
        .containsExactly("1, 10, first, 3, \"attached\".\"team_marts\".\"placed_here\"");
  }

  @Test
  void aDatabaseInMemoryLivesAsLongAsTheRun(@TempDir Path scratch) throws IOException {
    SampleProject inMemory = SampleProject.copyOf("tiny", scratch);
    inMemory.write(
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:', threads: 4}}}\n");
    inMemory.write("models/after.sql", "select id + 1 as id from {{ ref('model_b') }}\n");
    inMemory.write(
        "models/last.py", "df = ref('after')\nprint(df.id.tolist())\nwrite_to_model(df)\n");
    CommandResult result = inMemory.fal().run("flow", "run");
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.stdout()).contains("last | [2]");
  }
}
