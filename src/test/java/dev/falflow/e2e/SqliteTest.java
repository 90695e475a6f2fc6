package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A warehouse by its JDBC driver: dbt-sqlite, and the driver as the user drops it in. */
class SqliteTest {
  private static SampleProject built;
  private static CommandResult build;

  @BeforeAll
  static void buildOnce(@TempDir Path scratch) throws Exception {
    built = SampleProject.copyOf("sqlite", scratch);
    dropInDriver(built);
    build = built.fal().run("flow", "build", "--python", DbtEnvironments.sqlite().toString());
  }

  @Test
  void pythonModelsReadAndWriteBesideDbt() throws Exception {
    assertBuilt(built, build);
  }

  @Test
  void theSecondEngineDoesSoToo(@TempDir Path scratch) throws Exception {
    String python = DbtEnvironments.sqlite().toString();
    SampleProject project = SampleProject.copyOf("sqlite", scratch).on(Engine.PROCESS);
    dropInDriver(project);
    assertBuilt(project, project.fal().run("flow", "build", "--python", python));
  }

  private static void assertBuilt(SampleProject project, CommandResult first) throws Exception {
    assertThat(first.exitCode()).as(first::toString).isZero();
    assertThat(first.stdout()).contains("PASS=7 WARN=0 ERROR=0", "'day': dtype('<M8[us]')");
    assertThat(rows(project, "select * from doubled order by id"))
        .containsExactly("1|2.5|a|2024-02-29 00:00:00|5.0|1", "2|4.0|bé|null|8.0|0");
    assertThat(rows(project, "select sql from sqlite_master where name = 'doubled'").get(0))
        .contains("\"id\" INTEGER", "\"price\" REAL", "\"name\" TEXT", "\"day\" timestamp")
        .contains("\"late\" boolean");
    assertThat(rows(project, "select n, twice from total")).containsExactly("2|13.0");
  }

  @Test
  void aSecondRunReplacesAndAddsAndLeavesNothing(@TempDir Path scratch) throws Exception {
    String python = DbtEnvironments.sqlite().toString();
    SampleProject project = built.copyTo(scratch);

    CommandResult ended = project.fal().run("flow", "run", "--python", python);

    assertThat(ended.exitCode()).as(ended::toString).isZero();

    assertThat(rows(project, "select n, twice from total")).containsExactly("4|26.0");
    assertThat(rows(project, "select name from sqlite_master order by name"))
        .containsExactly("again", "doubled", "orders", "orders_view", "total");
  }

  @Test
  void saysHowToGetAMissingDriver(@TempDir Path scratch) throws IOException {
    String python = DbtEnvironments.sqlite().toString();
    SampleProject project = SampleProject.copyOf("sqlite", scratch);

    CommandResult run = project.fal().run("flow", "run", "--python", python);

    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output())
        .contains("[no-jdbc-driver]")
        .contains("mvn dependency:copy -Dartifact=org.xerial:sqlite-jdbc:RELEASE")
        .contains("-DoutputDirectory=" + project.root().resolve("drivers"));
  }

  @Test
  void aRefusedTableLeavesTheOldOne(@TempDir Path scratch) throws Exception {
    String python = DbtEnvironments.sqlite().toString();
    SampleProject project = built.copyTo(scratch);
    project.write(
        "models/doubled.py",
        """
        df = ref("orders")
        write_to_model(df, dtype={"id": "no(such,type)"})
        """);

    CommandResult refused = project.fal().run("flow", "run", "--python", python, "-s", "doubled");

    assertThat(refused.exitCode()).as(refused::toString).isEqualTo(1);
    assertThat(refused.output()).contains("models/doubled.py:2:", "syntax error");
    assertThat(rows(project, "select count(*), sum(twice) from doubled")).containsExactly("2|13.0");
  }

  @Test
  void ctrlCEndsTheStatementsOfAReadAndOfALoad(@TempDir Path scratch) throws Exception {
    SampleProject project = SampleProject.copyOf("sqlite", scratch);
    dropInDriver(project);
    for (String file : project.files("models")) {
      project.delete(file);
    }
    project.write(
        "models/schema.yml", "sources: [{name: raw, schema: main, tables: [{name: endless}]}]\n");
    project.write(
        "models/reads.py",
        "print('begins', flush=True)\nwrite_to_model(source('raw', 'endless'))\n");
    project.write(
        "models/writes.py",
        "import pandas as pd\nwrite_to_model(pd.DataFrame({'id': [1]}), mode='append')\n");
    execute(
        project,
        "create view endless as with recursive c(x) as (select 1 union all select x + 1 from c)"
            + " select x from c where x < 0",
        "create table reads as select 42 as id",
        "create table writes as select 42 as id",
        "create table sink (x)",
        "create trigger slow after insert on writes begin insert into sink select x from endless; end");
    Path journal = project.root().resolve("shop.db-journal"); // a transaction has written
    String python = DbtEnvironments.sqlite().toString();
    FalCli fal = InterruptionTest.interruptible(project.fal());

    try (RunningFal run = fal.start("flow", "run", "--threads", "2", "--python", python)) {
      run.awaitLine("begins");
      while (!Files.exists(journal) && run.isAlive()) {
        Thread.onSpinWait();
      }
      run.interruptFromTerminal();
      CommandResult ended = run.await();
      assertThat(ended.exitCode()).as(ended::toString).isEqualTo(130);
      run.assertNothingLeft();
    }
    assertThat(journal).doesNotExist();
    assertThat(project.read("target/fal_results.json")).doesNotContain("warehouse-error");
    assertThat(rows(project, "select (select id from reads), id from writes"))
        .containsExactly("42|42");
  }

  private static void execute(SampleProject project, String... statements) throws SQLException {
    try (Connection connection = connect(project);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Connection connect(SampleProject project) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + project.root().resolve("shop.db"));
  }

  static Path driver() throws URISyntaxException {
    return Path.of(
        org.sqlite.JDBC.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static void dropInDriver(SampleProject project) throws Exception {
    Path drivers = Files.createDirectories(project.root().resolve("drivers"));
    Files.copy(driver(), drivers.resolve("sqlite-jdbc.jar"));
  }

  private static List<String> rows(SampleProject project, String query) throws SQLException {
    try (Connection connection = connect(project);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(String.valueOf(found.getString(i)));
        }
        rows.add(String.join("|", row));
      }
      return rows;
    }
  }
}
