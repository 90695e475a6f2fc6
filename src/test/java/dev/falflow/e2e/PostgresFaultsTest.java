package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on a PostgreSQL server in the middle of a model; its table is as before. */
class PostgresFaultsTest {
  private static final PostgresServer SERVER = PostgresServer.shared();

  private String schema = "";
  private SampleProject project;

  @BeforeEach
  void freshSchema(TestInfo test, @TempDir Path scratch) throws IOException {
    schema = "fault_" + test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    schema = schema.substring(0, Math.min(60, schema.length()));
    SERVER.execute(
        "create schema " + schema,
        "create table " + schema + ".reads as select 42 as id",
        "create table " + schema + ".writes as select 42 as id");
    project = SampleProject.copyOf("postgres", scratch);
    for (String file : List.of("schema.yml", "report.sql", "spent.py")) {
      project.delete("models/" + file);
    }
  }

  private FalCli fal() {
    return SERVER.reachedFrom(project.fal(), schema);
  }

  /** Of the models that failed. */
  private List<String> codes() throws IOException {
    List<String> codes = new ArrayList<>();
    for (JsonNode model : project.artifact("fal_results.json").path("python_models")) {
      codes.add(model.path("error").path("code").asText());
    }
    return codes;
  }

  private void assertNothingChanged(PostgresServer server) {
    for (String table : List.of("reads", "writes")) {
      assertThat(server.rows("select * from " + schema + "." + table)).containsExactly("42");
    }
    assertThat(
            server.rows(
                "select relname from pg_class where relname like 'fal\\_%' and relnamespace = '"
                    + schema
                    + "'::regnamespace"))
        .isEmpty();
  }

  @Test
  void aServerThatIsKilledBetweenThePartsOfAReadAndOfALoad(@TempDir Path folder)
      throws IOException {
    Path reading = FalCli.fifo(folder.resolve("reading"));
    Path writing = FalCli.fifo(folder.resolve("writing"));
    project.write(
        "models/orders.sql",
        "{{ config(materialized='view') }} select i as id, repeat('x', 200) as text"
            + " from generate_series(1, 2000000) as i");
    project.write(
        "models/reads.py",
        """
        rows = 0
        for part in ref("orders", frame="batches"):
            if rows == 0:
                print("has read a part", flush=True)
                open("%s").read()
            rows += len(part)
        write_to_model(part)
        """
            .formatted(reading));
    project.write(
        "models/writes.py",
        """
        import pandas as pd
        def parts():
            yield pd.DataFrame({"id": range(10)})
            yield pd.DataFrame({"id": range(10)})
            print("has given two parts", flush=True)
            open("%s").read()
            yield pd.DataFrame({"id": range(10)})
        write_to_model(parts())
        """
            .formatted(writing));
    try (PostgresServer own = new PostgresServer()) {
      own.execute(
          "create schema " + schema,
          "create table " + schema + ".reads as select 42 as id",
          "create table " + schema + ".writes as select 42 as id");
      try (RunningFal run = own.reachedFrom(project.fal(), schema).start("flow", "run")) {
        run.awaitLine("has read a part");
        run.awaitLine("has given two parts");
        own.kill();
        Files.writeString(reading, "go on");
        Files.writeString(writing, "go on");
        CommandResult ended = run.await();
        assertThat(ended.exitCode()).as(ended::toString).isNotZero(); // dbt lost it, too
        String place = "PostgreSQL at 127.0.0.1:" + own.port();
        assertThat(ended.output())
            .contains("models/reads.py:2: ", "models/writes.py:8: ", place)
            .contains("model.shop.reads (models/reads.py) [warehouse-")
            .contains("model.shop.writes (models/writes.py) [warehouse-")
            .contains("Is the server running");
        run.assertNothingLeft();
      }
      own.start();
      assertNothingChanged(own);
    }
  }

  @Test
  void aServerWithoutRoomForASortSaysSo() throws IOException {
    SERVER.execute(
        "create role cramped login superuser password '"
            + PostgresServer.PASSWORD.replace("'", "''")
            + "'",
        "alter role cramped set work_mem = '64kB'",
        "alter role cramped set maintenance_work_mem = '1MB'",
        "alter role cramped set temp_file_limit = '64kB'");
    project.write(
        "models/orders.sql",
        "{{ config(materialized='view') }} select i as id from generate_series(1, 300000) as i"
            + " order by -i");
    project.write("models/reads.py", "write_to_model(ref('orders'))\n");
    project.write(
        "models/writes.py",
        "import pandas as pd\nwrite_to_model(pd.DataFrame({'id': range(300000)}))\n");
    project.write(
        "models/schema.yml", "models: [{name: writes, config: {indexes: [{columns: [id]}]}}]\n");

    CommandResult run = fal().with("SHOP_USER", "cramped").run("flow", "run");

    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output())
        .contains("model.shop.reads (models/reads.py) [warehouse-full]")
        .contains("model.shop.writes (models/writes.py) [warehouse-full]")
        .contains("models/writes.py:2: ", "temporary file size exceeds temp_file_limit")
        .contains("Make room on the server");
    assertNothingChanged(SERVER);
  }

  @Test
  void ctrlCEndsTheStatementsOfAReadAndOfALoad() throws IOException {
    SERVER.execute(
        "create function "
            + schema
            + ".wait() returns trigger language plpgsql as"
            + " 'begin perform pg_sleep(1000); return new; end'",
        "create trigger slow after insert on "
            + schema
            + ".writes execute function "
            + schema
            + ".wait()");
    project.write(
        "models/orders.sql",
        "{{ config(materialized='view') }} select 1 as id, pg_sleep(1000)::text as slept");
    project.write("models/reads.py", "write_to_model(ref('orders'))\n");
    project.write(
        "models/writes.py",
        "import pandas as pd\nwrite_to_model(pd.DataFrame({'id': [1]}), mode='append')\n");
    String waiting =
        "select count(*) from pg_stat_activity where query ~ '%s' and wait_event = 'PgSleep'"
            .formatted(schema);

    try (RunningFal run = InterruptionTest.interruptible(fal()).start("flow", "run")) {
      while (!SERVER.rows(waiting).equals(List.of("2")) && run.isAlive()) {
        Thread.onSpinWait();
      }
      run.interruptFromTerminal();
      CommandResult ended = run.await();
      assertThat(ended.exitCode()).as(ended::toString).isEqualTo(130);
      run.assertNothingLeft();
    }
    assertThat(SERVER.rows(waiting)).containsExactly("0");
    assertThat(codes()).containsExactly("interrupted", "interrupted");
    assertNothingChanged(SERVER);
  }

  @Test
  void aWrongPasswordIsNeverPrintedOrWritten() throws IOException {
    project.delete("models/orders.sql");
    project.write(
        "models/reads.py", "import pandas as pd\nwrite_to_model(pd.DataFrame({'id': [1]}))\n");

    // The second engine has no use for dbt's own connection here, which would refuse it first.
    CommandResult run =
        fal()
            .with("SHOP_PASSWORD", "wr0ng'word")
            .run("flow", "run", "--log-level", "debug", "--dbt-engine", "process");

    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output())
        .contains("[warehouse-login]", "password authentication failed for user \"shopkeeper\"")
        .contains("Check user and password")
        .doesNotContain("wr0ng");
    assertThat(project.read("target/fal_results.json"))
        .contains("for user \\\"shopkeeper\\\". Check user and password in profiles.yml.");
    try (Stream<Path> files = Files.walk(project.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("wr0ng");
      }
    }
  }
}
