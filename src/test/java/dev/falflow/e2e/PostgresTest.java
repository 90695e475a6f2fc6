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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Python models on PostgreSQL, published whole: DESIGN D7. */
class PostgresTest {
  private static final PostgresServer SERVER = PostgresServer.shared();
  private static final String ONE_ROW = "import pandas as pd\n";

  private static byte[] parse = {};
  private static final String SCHEMA = "models";
  private SampleProject project;

  /** dbt parses all its macros anew for another server or schema: it is the same for all tests. */
  @BeforeAll
  static void parse(@TempDir Path scratch) throws IOException {
    SampleProject parsed = SampleProject.copyOf("postgres", scratch);
    SERVER.execute("create schema " + SCHEMA);
    CommandResult run =
        SERVER.reachedFrom(parsed.fal(), SCHEMA).run("flow", "run", "--select", "orders");
    assertThat(run.exitCode()).as(run::toString).isZero();
    parse = parsed.parse();
  }

  @BeforeEach
  void freshSchema(@TempDir Path scratch) throws IOException {
    SERVER.execute(
        "drop schema if exists " + SCHEMA + " cascade",
        "drop schema if exists " + SCHEMA + "_apart cascade",
        "create schema " + SCHEMA,
        "create table " + SCHEMA + ".hooked (n int)",
        "do $$ begin create role reader; exception when duplicate_object then null; end $$");
    project = SampleProject.copyOf("postgres", scratch).withParse(parse);
  }

  private CommandResult run(String... options) throws IOException {
    String[] words = Stream.concat(Stream.of("flow"), Stream.of(options)).toArray(String[]::new);
    return SERVER.reachedFrom(project.fal(), SCHEMA).run(words);
  }

  private void succeeds(String... options) throws IOException {
    CommandResult run = run(options);
    assertThat(run.exitCode()).as(run::toString).isZero();
  }

  @Test
  void sqlAndPythonAreOneGraphAndDbtDressesTheTable() throws IOException {
    succeeds("build");

    assertThat(SERVER.rows("select * from " + SCHEMA + ".report order by 1"))
        .containsExactly("customer 0, 22.50", "customer 1, 15.00", "customer 2, 18.75");
    assertThat(SERVER.types(SCHEMA + ".spent").keySet()).containsExactly("customer", "n", "total");
    assertThat(SERVER.rows("select * from " + SCHEMA + ".hooked")).containsExactly("3");
    assertThat(SERVER.rows("select obj_description('" + SCHEMA + ".spent'::regclass)"))
        .containsExactly("What a customer spent");
    assertThat(
            SERVER.rows("select has_table_privilege('reader', '" + SCHEMA + ".spent', 'select')"))
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
        + SCHEMA
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
        "create view " + SCHEMA + ".seen as select customer from " + SCHEMA + ".spent",
        "create materialized view " + SCHEMA + ".kept as select * from " + SCHEMA + ".seen",
        "create table "
            + SCHEMA
            + ".notes (customer text references "
            + SCHEMA
            + ".spent (customer)"
            + " deferrable initially deferred)",
        "insert into " + SCHEMA + ".notes values ('customer 1')",
        "grant update on " + SCHEMA + ".spent to reader");
    String oid = SERVER.rows("select '" + SCHEMA + ".spent'::regclass::oid").get(0);

    project.write("models/orders.sql", project.read("models/orders.sql").replace("1, 9", "1, 12"));
    succeeds("run");

    assertThat(SERVER.rows("select '" + SCHEMA + ".spent'::regclass::oid")).containsExactly(oid);
    assertThat(SERVER.rows("select n from " + SCHEMA + ".spent where customer = 'customer 1'"))
        .containsExactly("4");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".seen")).containsExactly("3");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".kept")).containsExactly("3");
    assertThat(
            SERVER.rows("select has_table_privilege('reader', '" + SCHEMA + ".spent', 'update')"))
        .containsExactly("t");
  }

  @Test
  void viewsAreMadeAnewWhereColumnsChangeAndCommentsStay() throws IOException {
    succeeds("run");
    SERVER.execute(
        "create view " + SCHEMA + ".seen as select customer from " + SCHEMA + ".spent",
        "create materialized view " + SCHEMA + ".kept as select customer from " + SCHEMA + ".seen",
        "create unique index on " + SCHEMA + ".kept (customer)",
        "grant select on " + SCHEMA + ".seen to reader",
        "alter view " + SCHEMA + ".seen set (security_barrier = true)",
        "comment on view " + SCHEMA + ".seen is 'seen by hand'",
        "grant delete on " + SCHEMA + ".spent to reader",
        "comment on column " + SCHEMA + ".spent.n is 'by hand'");

    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("write_to", "spent['more'] = 1\nwrite_to"));
    succeeds("run");

    assertThat(SERVER.types(SCHEMA + ".spent")).containsKey("more");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".seen")).containsExactly("3");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".kept")).containsExactly("3");
    assertThat(
            SERVER.rows(
                "select count(*) from pg_indexes where tablename = 'kept' and schemaname = '"
                    + SCHEMA
                    + "'"))
        .containsExactly("1");
    assertThat(SERVER.rows("select has_table_privilege('reader', '" + SCHEMA + ".seen', 'select')"))
        .containsExactly("t");
    assertThat(
            SERVER.rows("select has_table_privilege('reader', '" + SCHEMA + ".spent', 'delete')"))
        .containsExactly("t");
    assertThat(
            SERVER.rows(
                "select reloptions, obj_description(oid) from pg_class where oid = '"
                    + SCHEMA
                    + ".seen'::regclass"))
        .containsExactly("{security_barrier=true}, seen by hand");
    assertThat(SERVER.rows("select col_description('" + SCHEMA + ".spent'::regclass, 2)"))
        .containsExactly("by hand");
  }

  @Test
  void aViewThatNeedsAColumnThatGoesIsNamedAndNothingChanges() throws IOException {
    succeeds("run");
    SERVER.execute("create view " + SCHEMA + ".seen as select n from " + SCHEMA + ".spent");
    project.write(
        "models/spent.py",
        project
            .read("models/spent.py")
            .replace("write_to_model(spent)", "write_to_model(spent.drop(columns=['n']))"));

    CommandResult run = run("run");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("models/spent.py:3", "table-has-dependents", "\"seen\"");
    assertThat(SERVER.types(SCHEMA + ".spent")).containsKey("n");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".seen")).containsExactly("3");
    assertThat(leftOver()).isEmpty();
  }

  private List<String> leftOver() {
    return SERVER.rows(
        "select relname from pg_class where relname like 'fal\\_%' and relkind = 'r' and relnamespace = '"
            + SCHEMA
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
                "select customer, n, total from " + SCHEMA + ".spent where customer = 'new'"))
        .containsExactly("new, null, 1.50");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".spent")).containsExactly("4");

    project.write(
        "models/spent.py",
        ONE_ROW + "write_to_model(pd.DataFrame({'other': [1], 'customer': [2]}), mode='append')\n");
    CommandResult run = run("run", "--select", "spent");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains(
            "column \"other\" is not in", "column \"customer\" is text in", "bigint in the frame");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".spent")).containsExactly("4");
  }

  @Test
  void dtypesAreTheDatabasesAndOverflowsAreNamed() throws IOException {
    project.write("models/schema.yml", "version: 2\n");
    String frame =
        """
        frame = pd.DataFrame({"customer": ["abc", "abcd"], "n": [1, 2], "total": ["1", "2.5"]})
        write_to_model(frame, dtype={"customer": "varchar(9)", "n": "smallint", "total": "numeric(5,1)"})
        """;
    List<String> models = List.of("spent", "number", "text", "amount", "cut", "typed");
    for (String model : models) {
      project.write("models/" + model + ".py", ONE_ROW + frame);
    }
    succeeds("run", "--exclude", "report");
    assertThat(SERVER.types(SCHEMA + ".spent"))
        .containsEntry("customer", "character varying(9)")
        .containsEntry("n", "smallint")
        .containsEntry("total", "numeric(5,1)");

    change("number", "[1, 2]", "[1, 70000]");
    change("text", "abcd", "0123456789");
    change("amount", "2.5", "98765.4");
    change("cut", "[1, 2]", "[1, 70000]");
    change("cut", "smallint", "varchar(3)");
    change("typed", "varchar(9)", "int); drop table x; --");
    CommandResult run = run("run", "--select", "number", "text", "amount", "cut", "typed");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(message("number"))
        .contains("models/number.py:3", "column \"n\", row 1", "70000", "smallint");
    assertThat(message("text"))
        .contains("column \"customer\", row 1: '0123456789': value too long");
    assertThat(message("amount"))
        .contains("column \"total\", row 1: '98765.4': numeric field overflow. A field");
    assertThat(message("cut"))
        .contains("column \"n\" (varchar(3)), row 1: '70000': value too long");
    assertThat(message("typed")).contains("column \"customer\"", "no type");
    assertThat(code("amount")).isEqualTo("unwritable-value");
    assertThat(code("cut")).isEqualTo("unwritable-value");
    for (String model : models) {
      assertThat(SERVER.rows("select n from " + SCHEMA + "." + model)).containsExactly("1", "2");
    }
    assertThat(leftOver()).isEmpty();
  }

  private void change(String model, String from, String to) throws IOException {
    String file = "models/" + model + ".py";
    project.write(file, project.read(file).replace(from, to));
  }

  private String code(String model) throws IOException {
    return project
        .artifact("fal_results.json")
        .path("python_models")
        .valueStream()
        .filter(result -> result.path("unique_id").asText().equals("model.shop." + model))
        .map(result -> result.at("/error/code").asText())
        .collect(Collectors.joining());
  }

  private String message(String model) throws IOException {
    return project.result("model.shop." + model).path("message").asText();
  }

  @Test
  void aLargeFrameIsLoadedWhileItIsWrittenAndPublishedWhole() throws IOException {
    project.write("models/schema.yml", "version: 2\n");
    for (String model : List.of("late", "after")) {
      project.write(
          "models/" + model + ".py",
          ONE_ROW
              + """
              ref("orders")
              numbers = pd.DataFrame({"n": range(1_000_000)})
              numbers.loc[999_000, "n"] = 7
              write_to_model(numbers, dtype={"n": "integer"})
              """);
    }
    succeeds("run", "--select", "+late", "after");
    String sums = "select count(*), sum(n) from " + SCHEMA;
    String published = "1000000, " + (999_999L * 500_000 - 999_000 + 7);
    assertThat(SERVER.rows(sums + ".late")).containsExactly(published);
    assertThat(SERVER.rows(sums + ".after")).containsExactly(published);

    change("late", "= 7", "= 1 << 40");
    change("after", "= 7", "= 8");
    project.write("models/after.py", project.read("models/after.py") + "1 / 0\n");
    CommandResult run = run("run", "--select", "late", "after");
    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(message("late"))
        .contains("models/late.py:5", "column \"n\", row 999000", "1099511627776", "integer");
    assertThat(message("after")).contains("models/after.py:6", "ZeroDivisionError");
    assertThat(SERVER.rows(sums + ".late")).containsExactly(published);
    assertThat(SERVER.rows(sums + ".after")).containsExactly(published);
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
    assertThat(SERVER.rows(same.replace("SCHEMA", SCHEMA))).containsExactly("60000, 60000");

    SERVER.execute(
        "create table %1$s.child () inherits (%1$s.wide)".formatted(SCHEMA),
        "insert into %1$s.child select * from only %1$s.wide".formatted(SCHEMA),
        "insert into %1$s.child select * from only %1$s.wide".formatted(SCHEMA));
    succeeds("run", "--select", "spent");
    assertThat(SERVER.rows("select count(*), sum(n) from " + SCHEMA + ".spent"))
        .containsExactly("180000, " + 3L * 59_999 * 30_000);

    SERVER.execute("update only %s.wide set due = 'infinity' where n = 59999".formatted(SCHEMA));
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
        SERVER.reachedFrom(project.fal(), SCHEMA).with("SHOP_PASSWORD", "wr0ng").run("flow", "run");
    assertThat(password.exitCode()).isNotZero();
    assertThat(password.output())
        .contains("password authentication failed")
        .doesNotContain("wr0ng");

    CommandResult port =
        SERVER.reachedFrom(project.fal(), SCHEMA).with("SHOP_PORT", "1").run("flow", "run");
    assertThat(port.exitCode()).isNotZero();
    assertThat(port.output()).contains("port 1 failed");
  }

  @Test
  void noRightToCreateIsSaid() throws IOException {
    succeeds("run");
    SERVER.execute(
        "create role visitor login password '" + PostgresServer.PASSWORD.replace("'", "''") + "'",
        "grant usage on schema " + SCHEMA + " to visitor",
        "grant select on all tables in schema " + SCHEMA + " to visitor");

    CommandResult run =
        SERVER
            .reachedFrom(project.fal(), SCHEMA)
            .with("SHOP_USER", "visitor")
            .run("flow", "run", "--select", "spent");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("models/spent.py:3", "permission denied for schema");
    assertThat(SERVER.rows("select count(*) from " + SCHEMA + ".spent")).containsExactly("3");
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
    try (RunningFal one = SERVER.reachedFrom(project.fal(), SCHEMA).start("flow", "run");
        RunningFal two =
            SERVER
                .reachedFrom(project.fal(), SCHEMA)
                .start("flow", "run", "--target-path", "other", "--log-path", "other");
        Connection connection = SERVER.connect();
        Statement statement = connection.createStatement()) {
      while (one.isAlive() || two.isAlive()) {
        try (ResultSet row =
            statement.executeQuery(
                "select count(*) || ' rows of ' || count(distinct run) || ' run' from "
                    + SCHEMA
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
      try (ResultSet row = statement.executeQuery("select count(*) from " + SCHEMA + ".lone")) {
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
    SERVER.execute("create table " + SCHEMA + ".changing as select 1 as n");
    project.write("models/schema.yml", "version: 2\n");
    project.delete("models/report.sql");
    StringBuilder inputs = new StringBuilder();
    for (int i = 1; i <= 9; i++) {
      project.write(
          "models/input_" + i + ".sql",
          "{{ config(materialized='view') }} select n, pg_advisory_xact_lock_shared(9)::text as gate from "
              + SCHEMA
              + ".changing");
      inputs.append("ref('input_").append(i).append("'), ");
    }
    project.write(
        "models/spent.py", "import pandas as pd\nwrite_to_model(pd.concat([" + inputs + "]))\n");
    String waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";

    try (Connection gate = SERVER.connect();
        Statement statement = gate.createStatement();
        RunningFal run = SERVER.reachedFrom(project.fal(), SCHEMA).start("flow", "run")) {
      statement.execute("select pg_advisory_lock(9)");
      while (!SERVER.rows(waiting).equals(List.of("8")) && run.isAlive()) {
        Thread.onSpinWait();
      }
      SERVER.execute("update " + SCHEMA + ".changing set n = 2");
      statement.execute("select pg_advisory_unlock(9)");
      CommandResult ended = run.await();
      assertThat(ended.exitCode()).as(ended::toString).isZero();
    }
    assertThat(SERVER.rows("select n, count(*) from " + SCHEMA + ".spent group by n"))
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

    assertThat(SERVER.rows("select * from " + SCHEMA + ".report order by 1"))
        .containsExactly("customer 0, 22.50", "customer 1, 15.00", "customer 2, 18.75");
    assertThat(SERVER.types(SCHEMA + "_apart.spent"))
        .containsEntry("customer", "text")
        .containsEntry("n", "bigint");
    assertThat(SERVER.types(SCHEMA + ".again")).containsEntry("n", "smallint");
    assertThat(
            SERVER.rows(
                "select indexdef like '%UNIQUE%(customer)' from pg_indexes where schemaname = '"
                    + SCHEMA
                    + "_apart'"))
        .containsExactly("t");
    assertThat(project.result("model.shop.spent").path("relation_name").asText())
        .isEqualTo("\"postgres\".\"" + SCHEMA + "_apart\".\"spent\"");
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
        "select count(*), count(distinct id), count(distinct n) > 1 from " + SCHEMA + ".spent";
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
