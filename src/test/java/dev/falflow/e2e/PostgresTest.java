package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Python models on PostgreSQL, published whole: DESIGN D7. */
class PostgresTest {
  private static final PostgresServer SERVER = PostgresServer.shared();
  private static final String ONE_ROW = "import pandas as pd\n";

  private String schema = "";
  private SampleProject project;

  @BeforeEach
  void freshSchema(TestInfo test, @TempDir Path scratch) throws IOException {
    schema = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    schema = schema.substring(0, Math.min(60, schema.length()));
    SERVER.execute(
        "drop schema if exists " + schema + " cascade",
        "drop schema if exists " + schema + "_apart cascade",
        "create schema " + schema,
        "create table " + schema + ".hooked (n int)",
        "do $$ begin create role reader; exception when duplicate_object then null; end $$");
    project = SampleProject.copyOf("postgres", scratch);
  }

  private CommandResult run(String... options) throws IOException {
    String[] words = Stream.concat(Stream.of("flow"), Stream.of(options)).toArray(String[]::new);
    return SERVER.reachedFrom(project.fal(), schema).run(words);
  }

  private void succeeds(String... options) throws IOException {
    CommandResult run = run(options);
    assertThat(run.exitCode()).as(run::toString).isZero();
  }

  @Test
  void sqlAndPythonAreOneGraphAndDbtDressesTheTable() throws IOException {
    succeeds("build");

    assertThat(SERVER.rows("select * from " + schema + ".report order by 1"))
        .containsExactly("customer 0, 22.50", "customer 1, 15.00", "customer 2, 18.75");
    assertThat(SERVER.types(schema + ".spent").keySet()).containsExactly("customer", "n", "total");
    assertThat(SERVER.rows("select * from " + schema + ".hooked")).containsExactly("3");
    assertThat(SERVER.rows("select obj_description('" + schema + ".spent'::regclass)"))
        .containsExactly("What a customer spent");
    assertThat(
            SERVER.rows("select has_table_privilege('reader', '" + schema + ".spent', 'select')"))
        .containsExactly("t");
    assertThat(SERVER.rows(indexes())).containsExactly("UNIQUE INDEX (customer)");
    assertThat(
            project
                .result("model.shop.spent")
                .path("adapter_response")
                .path("rows_affected")
                .asInt())
        .isEqualTo(3);
    assertThat(project.statuses().values()).containsOnly("success", "pass");
  }

  private String indexes() {
    return "select regexp_replace(indexdef, 'CREATE (.*)INDEX .*(\\(.*\\))', '\\1INDEX \\2') from pg_indexes"
        + " where schemaname = '"
        + schema
        + "' and tablename = 'spent'";
  }

  @Test
  void nothingSecretIsSeenByTheModelOrWrittenDown() throws IOException {
    project.write(
        "models/spent.py",
        ONE_ROW
            + """
            import os, sys
            print(sorted(os.environ.items()), context.target, vars(context.current_model))
            write_to_model(pd.DataFrame({"customer": ["a"], "n": [1], "total": [1.0]}))
            """);
    CommandResult run = run("run", "--debug");

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).doesNotContain(PostgresServer.PASSWORD, "s3cret");
    try (Stream<Path> files = Files.walk(project.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("s3cret");
      }
    }
  }

  @Test
  void viewsForeignKeysAndGrantsKeepTheirTableWhileItsColumnsStay() throws IOException {
    succeeds("run");
    SERVER.execute(
        "create view " + schema + ".seen as select customer from " + schema + ".spent",
        "create materialized view " + schema + ".kept as select * from " + schema + ".seen",
        "create table "
            + schema
            + ".notes (customer text references "
            + schema
            + ".spent (customer)"
            + " deferrable initially deferred)",
        "insert into " + schema + ".notes values ('customer 1')",
        "grant update on " + schema + ".spent to reader");
    String oid = SERVER.rows("select '" + schema + ".spent'::regclass::oid").get(0);

    project.write("models/orders.sql", project.read("models/orders.sql").replace("1, 9", "1, 12"));
    succeeds("run");

    assertThat(SERVER.rows("select '" + schema + ".spent'::regclass::oid")).containsExactly(oid);
    assertThat(SERVER.rows("select n from " + schema + ".spent where customer = 'customer 1'"))
        .containsExactly("4");
    assertThat(SERVER.rows("select count(*) from " + schema + ".seen")).containsExactly("3");
    assertThat(SERVER.rows("select count(*) from " + schema + ".kept")).containsExactly("3");
    assertThat(
            SERVER.rows("select has_table_privilege('reader', '" + schema + ".spent', 'update')"))
        .containsExactly("t");
  }

  @Test
  void viewsAreMadeAnewWhereColumnsChangeAndCommentsStay() throws IOException {
    succeeds("run");
    SERVER.execute(
        "create view " + schema + ".seen as select customer from " + schema + ".spent",
        "create materialized view " + schema + ".kept as select customer from " + schema + ".seen",
        "create unique index on " + schema + ".kept (customer)",
        "grant select on " + schema + ".seen to reader",
        "alter view " + schema + ".seen set (security_barrier = true)",
        "comment on view " + schema + ".seen is 'seen by hand'",
        "grant delete on " + schema + ".spent to reader",
        "comment on column " + schema + ".spent.n is 'by hand'");

    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("write_to", "spent['more'] = 1\nwrite_to"));
    succeeds("run");

    assertThat(SERVER.types(schema + ".spent")).containsKey("more");
    assertThat(SERVER.rows("select count(*) from " + schema + ".seen")).containsExactly("3");
    assertThat(SERVER.rows("select count(*) from " + schema + ".kept")).containsExactly("3");
    assertThat(
            SERVER.rows(
                "select count(*) from pg_indexes where tablename = 'kept' and schemaname = '"
                    + schema
                    + "'"))
        .containsExactly("1");
    assertThat(SERVER.rows("select has_table_privilege('reader', '" + schema + ".seen', 'select')"))
        .containsExactly("t");
    assertThat(
            SERVER.rows("select has_table_privilege('reader', '" + schema + ".spent', 'delete')"))
        .containsExactly("t");
    assertThat(
            SERVER.rows(
                "select reloptions, obj_description(oid) from pg_class where oid = '"
                    + schema
                    + ".seen'::regclass"))
        .containsExactly("{security_barrier=true}, seen by hand");
    assertThat(SERVER.rows("select col_description('" + schema + ".spent'::regclass, 2)"))
        .containsExactly("by hand");
  }

  @Test
  void aViewThatNeedsAColumnThatGoesIsNamedAndNothingChanges() throws IOException {
    succeeds("run");
    SERVER.execute("create view " + schema + ".seen as select n from " + schema + ".spent");
    project.write(
        "models/spent.py",
        project
            .read("models/spent.py")
            .replace("write_to_model(spent)", "write_to_model(spent.drop(columns=['n']))"));

    CommandResult run = run("run");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("models/spent.py:3", "table-has-dependents", "\"seen\"");
    assertThat(SERVER.types(schema + ".spent")).containsKey("n");
    assertThat(SERVER.rows("select count(*) from " + schema + ".seen")).containsExactly("3");
    assertThat(leftOver()).isEmpty();
  }

  private List<String> leftOver() {
    return SERVER.rows(
        "select relname from pg_class where relname like 'fal\\_%' and relkind = 'r' and relnamespace = '"
            + schema
            + "'::regnamespace");
  }

  @Test
  void appendAddsByNameAndTheTypesOfTheTableHold() throws IOException {
    project.write("models/schema.yml", "version: 2\n");
    succeeds("run");
    project.write(
        "models/spent.py",
        ONE_ROW
            + "write_to_model(pd.DataFrame({'total': [1.5], 'customer': ['new']}), mode='append')\n");
    succeeds("run", "--select", "spent");
    assertThat(
            SERVER.rows(
                "select customer, n, total from " + schema + ".spent where customer = 'new'"))
        .containsExactly("new, null, 1.50");
    assertThat(SERVER.rows("select count(*) from " + schema + ".spent")).containsExactly("4");

    project.write(
        "models/spent.py",
        ONE_ROW + "write_to_model(pd.DataFrame({'other': [1], 'customer': [2]}), mode='append')\n");
    CommandResult run = run("run", "--select", "spent");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains(
            "column \"other\" is not in", "column \"customer\" is text in", "bigint in the frame");
    assertThat(SERVER.rows("select count(*) from " + schema + ".spent")).containsExactly("4");
  }

  @Test
  void dtypesAreTheDatabasesAndOverflowsAreNamed() throws IOException {
    project.write("models/schema.yml", "version: 2\n");
    project.write(
        "models/spent.py",
        ONE_ROW
            + """
            frame = pd.DataFrame({"customer": ["abc", "abcd"], "n": [1, 2], "total": ["1", "2.5"]})
            write_to_model(frame, dtype={"customer": "varchar(9)", "n": "smallint", "total": "numeric(5,1)"})
            """);
    succeeds("run", "--select", "+spent");
    assertThat(SERVER.types(schema + ".spent"))
        .containsEntry("customer", "character varying(9)")
        .containsEntry("n", "smallint")
        .containsEntry("total", "numeric(5,1)");

    project.write(
        "models/spent.py", project.read("models/spent.py").replace("[1, 2]", "[1, 70000]"));
    CommandResult number = run("run", "--select", "spent");
    assertThat(number.exitCode()).isEqualTo(1);
    assertThat(number.output())
        .contains("models/spent.py:3", "column \"n\", row 1", "70000", "smallint");

    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("70000", "7").replace("abcd", "0123456789"));
    CommandResult text = run("run", "--select", "spent");
    assertThat(text.exitCode()).isEqualTo(1);
    assertThat(text.output()).contains("column \"customer\", row 1: '0123456789': value too long");

    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("0123456789", "d").replace("2.5", "98765.4"));
    CommandResult numeric = run("run", "--select", "spent");
    assertThat(numeric.exitCode()).isEqualTo(1);
    assertThat(numeric.output())
        .contains(
            "[unwritable-value]",
            "column \"total\", row 1: '98765.4': numeric field overflow. A field");

    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("98765.4", "5").replace("[1, 7]", "[1, 70000]"));
    project.write(
        "models/spent.py", project.read("models/spent.py").replace("smallint", "varchar(3)"));
    CommandResult cut = run("run", "--select", "spent");
    assertThat(cut.exitCode()).as(cut::toString).isEqualTo(1);
    assertThat(cut.output())
        .contains(
            "[unwritable-value]", "column \"n\" (varchar(3)), row 1: '70000': value too long");

    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("varchar(9)", "int); drop table x; --"));
    CommandResult type = run("run", "--select", "spent");
    assertThat(type.exitCode()).isEqualTo(1);
    assertThat(type.output()).contains("column \"customer\"", "no type");
    assertThat(SERVER.rows("select n from " + schema + ".spent")).containsExactly("1", "2");
    assertThat(leftOver()).isEmpty();
  }

  @Test
  void aLargeFrameIsLoadedWhileItIsWrittenAndPublishedWhole() throws IOException {
    project.write("models/schema.yml", "version: 2\n");
    project.write(
        "models/spent.py",
        ONE_ROW
            + """
            ref("orders")
            numbers = pd.DataFrame({"n": range(1_000_000)})
            numbers.loc[999_000, "n"] = 7
            write_to_model(numbers, dtype={"n": "integer"})
            """);
    succeeds("run", "--select", "+spent");
    String sums = "select count(*), sum(n) from " + schema + ".spent";
    String published = "1000000, " + (999_999L * 500_000 - 999_000 + 7);
    assertThat(SERVER.rows(sums)).containsExactly(published);

    project.write("models/spent.py", project.read("models/spent.py").replace("= 7", "= 1 << 40"));
    CommandResult late = run("run", "--select", "spent");
    assertThat(late.exitCode()).as(late::toString).isEqualTo(1);
    assertThat(late.output())
        .contains("models/spent.py:5", "column \"n\", row 999000", "1099511627776", "integer");
    assertThat(SERVER.rows(sums)).containsExactly(published);

    project.write("models/spent.py", project.read("models/spent.py") + "1 / 0\n");
    project.write("models/spent.py", project.read("models/spent.py").replace("= 1 << 40", "= 8"));
    CommandResult after = run("run", "--select", "spent");
    assertThat(after.exitCode()).as(after::toString).isEqualTo(1);
    assertThat(after.output()).contains("models/spent.py:6", "ZeroDivisionError");
    assertThat(SERVER.rows(sums)).containsExactly(published);
    assertThat(leftOver()).isEmpty();
  }

  /** Large enough for more than one range of blocks; so has a child, whose blocks are its own. */
  @Test
  void aLargeTableIsReadInRangesWholeAndInItsOrder() throws IOException {
    project.write("models/schema.yml", "version: 2\n");
    project.write(
        "models/wide.sql",
        """
        {{ config(materialized='table', pre_hook="create type {{ target.schema }}.size as enum ('s', 'm')") }}
        select n, case n % 3 when 0 then 's' when 1 then 'm' end::{{ target.schema }}.size as size,
          repeat('x', 1900) as filler, date '2024-01-01' as due
        from generate_series(0, 59999) as n
        """);
    project.write(
        "models/spent.py",
        """
        wide = ref("wide")
        write_to_model(wide[["n", "size"]].assign(at=range(len(wide))))
        """);
    succeeds("run", "--select", "+spent");
    String same =
        "select count(*), count(*) filter (where at = n and size is not distinct from case n % 3 when 0 then 's' when 1 then 'm' end::text::SCHEMA.size) from SCHEMA.spent";
    assertThat(SERVER.rows(same.replace("SCHEMA", schema))).containsExactly("60000, 60000");

    SERVER.execute(
        "create table %1$s.child () inherits (%1$s.wide)".formatted(schema),
        "insert into %1$s.child select * from only %1$s.wide".formatted(schema),
        "insert into %1$s.child select * from only %1$s.wide".formatted(schema));
    succeeds("run", "--select", "spent");
    assertThat(SERVER.rows("select count(*), sum(n) from " + schema + ".spent"))
        .containsExactly("180000, " + 3L * 59_999 * 30_000);

    SERVER.execute("update only %s.wide set due = 'infinity' where n = 59999".formatted(schema));
    CommandResult late = run("run", "--select", "spent");
    assertThat(late.exitCode()).as(late::toString).isEqualTo(1);
    assertThat(late.output()).contains("column \"due\" (date) holds 'infinity'");
    assertThat(leftOver()).isEmpty();
  }

  @Test
  void aValueNoFrameCanHoldNamesItsColumn() throws IOException {
    project.write(
        "models/orders.sql",
        "{{ config(materialized='table') }} select 1 as id, 'c' as customer, 1 as price, 'infinity'::date as due");
    CommandResult run = run("run");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("models/spent.py:1: ", "column \"due\" (date) holds 'infinity'")
        .contains("nullif(…, 'infinity') in SQL makes it a NULL");
  }

  @Test
  void aWrongPasswordAndAServerThatIsDownAreSaidAtOnce() throws IOException {
    CommandResult password =
        SERVER.reachedFrom(project.fal(), schema).with("SHOP_PASSWORD", "wr0ng").run("flow", "run");
    assertThat(password.exitCode()).isNotZero();
    assertThat(password.output())
        .contains("password authentication failed")
        .doesNotContain("wr0ng");

    CommandResult port =
        SERVER.reachedFrom(project.fal(), schema).with("SHOP_PORT", "1").run("flow", "run");
    assertThat(port.exitCode()).isNotZero();
    assertThat(port.output()).contains("port 1 failed");
  }

  @Test
  void noRightToCreateIsSaid() throws IOException {
    succeeds("run");
    SERVER.execute(
        "create role visitor login password '" + PostgresServer.PASSWORD.replace("'", "''") + "'",
        "grant usage on schema " + schema + " to visitor",
        "grant select on all tables in schema " + schema + " to visitor");

    CommandResult run =
        SERVER
            .reachedFrom(project.fal(), schema)
            .with("SHOP_USER", "visitor")
            .run("flow", "run", "--select", "spent");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("models/spent.py:3", "permission denied for schema");
    assertThat(SERVER.rows("select count(*) from " + schema + ".spent")).containsExactly("3");
  }

  @Test
  void readersSeeWholeVersionsAndTwoRunsBothEndWhole()
      throws IOException, SQLException, InterruptedException {
    project.write("models/schema.yml", "version: 2\n");
    project.write(
        "models/spent.py",
        ONE_ROW
            + """
            import os
            write_to_model(pd.DataFrame({"run": [os.getpid()] * 20000}))
            """);
    project.delete("models/report.sql");
    project.delete("models/orders.sql");
    succeeds("run");
    Set<String> seen = new TreeSet<>();
    try (RunningFal one = SERVER.reachedFrom(project.fal(), schema).start("flow", "run");
        RunningFal two =
            SERVER
                .reachedFrom(project.fal(), schema)
                .start("flow", "run", "--target-path", "other", "--log-path", "other");
        Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      while (one.isAlive() || two.isAlive()) {
        try (ResultSet row =
            statement.executeQuery(
                "select count(*) || ' rows of ' || count(distinct run) || ' run' from "
                    + schema
                    + ".spent")) {
          row.next();
          seen.add(row.getString(1));
        }
      }
      for (RunningFal run : List.of(one, two)) {
        CommandResult ended = run.await();
        assertThat(ended.exitCode()).as(ended::toString).isZero();
      }
    }
    assertThat(seen).containsExactly("20000 rows of 1 run");
    assertThat(leftOver()).isEmpty();
  }

  @Test
  void aReaderWhoseSnapshotIsOlderSeesAWholeVersionToo() throws IOException, SQLException {
    project.write("models/lone.py", ONE_ROW + "write_to_model(pd.DataFrame({'n': [1, 2]}))\n");
    succeeds("run", "--select", "lone");
    try (Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("select 1");
      succeeds("run", "--select", "lone");
      try (ResultSet row = statement.executeQuery("select count(*) from " + schema + ".lone")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(2);
      }
    }
  }

  /**
   * Eight are read at a time: the ninth begins when the table is another, and sees it as it was.
   */
  @Test
  void manyInputsAreReadAtOneMoment() throws IOException, SQLException {
    SERVER.execute("create table " + schema + ".changing as select 1 as n");
    project.write("models/schema.yml", "version: 2\n");
    project.delete("models/report.sql");
    StringBuilder inputs = new StringBuilder();
    for (int i = 1; i <= 9; i++) {
      project.write(
          "models/input_" + i + ".sql",
          "{{ config(materialized='view') }} select n, pg_advisory_xact_lock_shared(9)::text as gate from "
              + schema
              + ".changing");
      inputs.append("ref('input_").append(i).append("'), ");
    }
    project.write(
        "models/spent.py", "import pandas as pd\nwrite_to_model(pd.concat([" + inputs + "]))\n");
    String waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";

    try (Connection gate = SERVER.connect();
        Statement statement = gate.createStatement();
        RunningFal run = SERVER.reachedFrom(project.fal(), schema).start("flow", "run")) {
      statement.execute("select pg_advisory_lock(9)");
      while (!SERVER.rows(waiting).equals(List.of("8")) && run.isAlive()) {
        Thread.onSpinWait();
      }
      SERVER.execute("update " + schema + ".changing set n = 2");
      statement.execute("select pg_advisory_unlock(9)");
      CommandResult ended = run.await();
      assertThat(ended.exitCode()).as(ended::toString).isZero();
    }
    assertThat(SERVER.rows("select n, count(*) from " + schema + ".spent group by n"))
        .containsExactly("1, 9");
    assertThat(SERVER.rows("select count(*) from pg_stat_activity where application_name = 'dbt'"))
        .containsExactly("0");
  }

  @Test
  void aServerThatGoesAwayBeforeTheLoadLeavesTheTable(@TempDir Path folder) throws IOException {
    try (PostgresServer own = new PostgresServer()) {
      own.execute("create schema shop", "create role reader", "create table shop.hooked (n int)");
      FalCli fal = own.reachedFrom(project.fal(), "shop");
      CommandResult first = fal.run("flow", "run");
      assertThat(first.exitCode()).as(first::toString).isZero();
      Path fifo = FalCli.fifo(folder.resolve("fifo"));
      project.write(
          "models/spent.py",
          ONE_ROW
              + "orders = ref('orders')\nprint('has read', flush=True)\nopen('"
              + fifo
              + "').read()\nwrite_to_model(orders)\n");
      try (RunningFal run = fal.start("flow", "run", "--select", "spent")) {
        run.awaitLine("has read");
        own.kill();
        Files.writeString(fifo, "go on");
        CommandResult ended = run.await();
        assertThat(ended.exitCode()).as(ended::toString).isNotZero(); // dbt lost it, too
        assertThat(ended.output())
            .contains("models/spent.py:5", "PostgreSQL at 127.0.0.1:" + own.port());
        run.assertNothingLeft();
      }
      own.start();
      assertThat(own.rows("select sum(n) from shop.spent")).containsExactly("9");
    }
  }

  @Test
  void theSecondEngineMakesTheTableAndASchemaThatDbtMakesNot() throws IOException {
    project = project.on(Engine.PROCESS);
    project.write(
        "models/schema.yml",
        """
        models:
          - name: spent
            config: {schema: apart, indexes: [{columns: [customer], unique: true}]}
            columns: [{name: customer, data_tests: [not_null]}]
        """);
    project.write(
        "models/again.py",
        "again = ref('spent')\nwrite_to_model(again, dtype={'n': 'smallint'})\n");

    succeeds("build");

    assertThat(SERVER.rows("select * from " + schema + ".report order by 1"))
        .containsExactly("customer 0, 22.50", "customer 1, 15.00", "customer 2, 18.75");
    assertThat(SERVER.types(schema + "_apart.spent"))
        .containsEntry("customer", "text")
        .containsEntry("n", "bigint");
    assertThat(SERVER.types(schema + ".again")).containsEntry("n", "smallint");
    assertThat(
            SERVER.rows(
                "select indexdef like '%UNIQUE%(customer)' from pg_indexes where schemaname = '"
                    + schema
                    + "_apart'"))
        .containsExactly("t");
    assertThat(project.result("model.shop.spent").path("relation_name").asText())
        .isEqualTo("\"postgres\".\"" + schema + "_apart\".\"spent\"");
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void batchesAreStreamedBothWaysAndPublishedWhole(Engine engine) throws IOException {
    project = project.on(engine);
    project.write("models/schema.yml", "version: 2\n");
    project.write(
        "models/orders.sql",
        "{{ config(materialized='table') }} select i as id, 'c' || i % 3 as customer, i * 1.5 as price"
            + " from generate_series(1, 300000) i");
    project.write(
        "models/spent.py",
        """
        def batches():
            for batch in ref("orders", frame="batches"):
                yield batch.assign(customer="x", n=len(batch))[["id", "customer", "n"]]
        write_to_model(batches())
        """);
    succeeds("run", "--select", "+spent");
    String sums =
        "select count(*), count(distinct id), count(distinct n) > 1 from " + schema + ".spent";
    assertThat(SERVER.rows(sums)).containsExactly("300000, 300000, t");

    project.write(
        "models/spent.py",
        project
            .read("models/spent.py")
            .replace("yield", "1 / (400000 - batch['id'].max() - 100000 or 0)\n        yield"));
    CommandResult run = run("run", "--select", "spent");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output()).contains("models/spent.py:3", "ZeroDivisionError");
    assertThat(SERVER.rows(sums)).containsExactly("300000, 300000, t");
    assertThat(leftOver()).isEmpty();
  }
}
