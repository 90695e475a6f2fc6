package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code FalDbt}: a project as notebooks and applications have it, outside any run. */
class FalDbtTest {
  /** Prints what it is given as a line of JSON. */
  private static final String SHOW =
      """
      import json

      def show(value):
          if hasattr(value, "to_dict"):
              value = value.to_dict("list")
          print(json.dumps(value, default=str), flush=True)

      """;

  private static SampleProject built;
  private SampleProject project;

  @BeforeAll
  static void build(@TempDir Path scratch) throws IOException {
    built = SampleProject.copyOf("application", scratch);
    CommandResult build = built.fal().run("flow", "build");
    assertThat(build.exitCode()).as(build::toString).isZero();
  }

  @BeforeEach
  void copy(@TempDir Path scratch) throws IOException {
    project = built.copyTo(scratch);
  }

  private static List<JsonNode> shown(CommandResult result) throws IOException {
    assertThat(result.exitCode()).as(result::toString).isZero();
    List<JsonNode> shown = new ArrayList<>();
    for (String line : result.stdout().lines().toList()) {
      shown.add(Json.MAPPER.readTree(line));
    }
    return shown;
  }

  @Test
  void twoLinesReadATable() throws IOException {
    CommandResult read =
        project
            .fal()
            .runPython(
                """
                from fal import FalDbt
                print(FalDbt().ref("doubled").to_json())
                """);

    assertThat(read.stdout())
        .isEqualTo("{\"id\":{\"0\":2,\"1\":4},\"price\":{\"0\":\"2.50\",\"1\":null}}\n");
    assertThat(read.stderr()).isEmpty();
  }

  @Test
  void readsWritesAndQueriesFromAnotherFolder(@TempDir Path elsewhere) throws IOException {
    List<JsonNode> shown =
        shown(
            project
                .fal()
                .in(elsewhere)
                .runPython(
                    SHOW
                        + """
                        import sys
                        import duckdb
                        import pandas as pd
                        from fal.dbt import FalDbt

                        shop = FalDbt(sys.argv[1], threads=2)
                        show(shop.execute_sql("select {{ twice('id') }} as n from {{ ref('orders') }} order by 1"))
                        show(shop.ref("shop", "late"))
                        show(shop.ref("customers", frame="arrow").to_pydict())
                        show(list(map(len, shop.ref("orders", frame="batches", batch_size=1))))
                        for first in shop.ref("orders", frame="batches", batch_size=1):
                            break
                        del first

                        events = pd.DataFrame({"kind": ["click"], "n": [1]})
                        shop.write_to_source(events, "raw", "events", mode="overwrite")
                        shop.write_to_source(events.assign(n=2), "raw", "events")
                        show(shop.source("raw", "events"))
                        shop.write_to_model(pd.DataFrame({"name": ["b", "c"]}), "customers")
                        shop.write_to_model(iter([pd.DataFrame({"name": ["d"]})]), "shop", "customers", mode="append")
                        show(shop.ref("customers"))

                        with duckdb.connect(sys.argv[1] + "/shop.duckdb") as connection:  # as dbt would
                            connection.execute("insert into raw.events values ('view', 3)")
                        show(shop.execute_sql("select sum(n)::int as n from {{ source('raw', 'events') }}"))
                        show([shop.project_name, shop.threads, shop.project_dir, shop.scripts_dir])
                        show([shop.target_path, shop.profiles_dir, shop.model_paths])
                        """,
                    project.root().toString()));

    String root = project.root().toString();
    assertThat(shown.stream().map(JsonNode::toString))
        .containsExactly(
            "{\"n\":[2,4]}",
            "{\"id\":[2]}",
            "{\"name\":[\"a\"]}",
            "[1,1]",
            "{\"kind\":[\"click\",\"click\"],\"n\":[1,2]}",
            "{\"name\":[\"b\",\"c\",\"d\"]}",
            "{\"n\":[6]}",
            "[\"shop\",2,\"ROOT\",\"ROOT/scripts\"]".replace("ROOT", root),
            "[\"ROOT/target\",\"ROOT\",[\"ROOT/models\"]]".replace("ROOT", root));
    assertThat(project.rows("select name from main_marts.all_customers order by 1"))
        .containsExactly("b", "c", "d");
  }

  @Test
  void aNotebookInJupyterHasTheFunctionsByTheMagic() throws IOException {
    String jupyter = System.getenv("FAL_TEST_PYTHON");
    Assumptions.assumeTrue(jupyter != null, "FAL_TEST_PYTHON has Jupyter");
    List<JsonNode> outputs =
        shown(
            project
                .fal()
                .runPython(
                    Path.of(jupyter),
                    SHOW
                        + """
                        import nbformat.v4 as nbformat
                        from nbclient import NotebookClient

                        cells = [
                            "from faldbt.magics import init_fal\\n%init_fal profiles_dir=. default_model_name=customers",
                            "customers = ref('customers', frame='arrow'); customers.to_pydict()",
                            "execute_sql('select {{ twice(1) }} as n from {{ ref(\\\\'orders\\\\') }}').n.tolist()",
                            "write_to_model(customers.to_pandas().assign(name='z')); ref('customers').name.tolist()",
                            "ref('ordrs')",
                            "%init_fal dir=x",
                            "%init_fal\\nwrite_to_model(customers)",
                        ]
                        notebook = nbformat.new_notebook(cells=[nbformat.new_code_cell(cell) for cell in cells])
                        NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
                        for cell in notebook.cells:
                            for output in cell.outputs:
                                if output.output_type == "execute_result":
                                    show(output.data["text/plain"])
                                else:
                                    show([output.ename, output.evalue, str(output.traceback).count("fal/_")])
                        """));

    assertThat(outputs.stream().map(JsonNode::toString))
        .containsExactly(
            "\"{'name': ['a']}\"",
            "\"[2, 2]\"",
            "\"['z']\"",
            "[\"FalError\",\"ref('ordrs') names no model, seed or snapshot. Did you mean 'orders'?\",1]",
            "[\"FalError\",\"%init_fal: 'dir=x' is none of project_dir=…, profiles_dir=…,"
                + " default_model_name=….\",0]",
            "[\"FalError\",\"write_to_model(): the notebook has no model yet; name it by"
                + " `%init_fal default_model_name=…`.\",0]");
  }

  @Test
  void listsWhatTheProjectHoldsWithTheLastRunsStatuses(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("application", scratch);
    List<JsonNode> shown =
        shown(
            project
                .fal()
                .runPython(
                    SHOW
                        + """
                        import os, subprocess
                        from fal import DbtModel, FalDbt, NodeStatus
                        from fal.dbt.integration.project import DbtGenericTest, DbtSingularTest

                        with FalDbt(profile_target="dev") as shop:
                            show(dict(sorted(shop.list_models_ids().items())))
                            subprocess.run([os.environ["FAL_EXECUTABLE"], "flow", "build"], stdout=subprocess.DEVNULL)
                            show(dict(sorted(shop.list_models_ids().items())))
                            orders = next(model for model in shop.models if model.name == "orders")
                            assert isinstance(orders, DbtModel) and orders.status == NodeStatus.Success
                            show([orders.alias, orders.meta["owner"], orders.columns["price"].description])
                            show(sorted([test.name, test.column, test.status] for test in orders.tests))
                            show(sorted([type(test).__name__, test.name, test.status] for test in shop.list_tests()))
                            show([[each.name, each.table_name, each.status] for each in shop.list_sources()])
                            show([[each.model, each.column, each.entity_column] for each in shop.features])
                            assert all(isinstance(test, DbtGenericTest | DbtSingularTest) for test in shop.tests)
                        """));

    assertThat(shown.stream().map(JsonNode::toString))
        .containsExactly(
            "{\"model.shop.customers\":\"skipped\",\"model.shop.doubled\":\"skipped\","
                + "\"model.shop.late\":\"skipped\",\"model.shop.orders\":\"skipped\"}",
            "{\"model.shop.customers\":\"success\",\"model.shop.doubled\":\"success\","
                + "\"model.shop.late\":\"skipped\",\"model.shop.orders\":\"success\"}",
            "[\"orders\",\"sales\",\"In euros\"]",
            "[[\"not_null\",\"price\",\"warn\"],[\"unique\",\"id\",\"pass\"]]",
            "[[\"DbtGenericTest\",\"not_null\",\"warn\"],[\"DbtGenericTest\",\"unique\",\"pass\"],"
                + "[\"DbtSingularTest\",\"none_is_large\",\"pass\"]]",
            "[[\"raw\",\"events\",\"skipped\"]]",
            "[[\"orders\",\"price\",\"id\"]]");
  }

  @Test
  void anErrorHasACodeAndFalsOwnWordsAndIsNotTheEnd(@TempDir Path empty) throws IOException {
    List<JsonNode> shown =
        shown(
            project
                .fal()
                .runPython(
                    SHOW
                        + """
                        import sys
                        import pandas as pd
                        from fal import FalDbt, FalError

                        def fails(action):
                            try:
                                action()
                            except FalError as error:
                                show([error.code, str(error)])
                            else:
                                show("no error")

                        fails(FalDbt(sys.argv[1]).list_models)
                        fails(FalDbt(profile_target="prod").list_models)
                        shop = FalDbt()
                        frame = pd.DataFrame({"n": [1]})
                        fails(lambda: shop.ref("order"))
                        fails(lambda: shop.execute_sql("select * from nowhere"))
                        fails(lambda: shop.write_to_model(frame, "late"))
                        fails(lambda: shop.write_to_model(frame.assign(n=[object()]), "orders"))
                        fails(lambda: shop.write_to_model(frame, "orders", dtype={"n": "no_type"}))
                        shop.write_to_model(frame, "orders")
                        show(shop.ref("orders"))
                        """,
                    empty.toString()));

    assertThat(shown.get(0).toString()).contains("project-not-found", "dbt_project.yml");
    assertThat(shown.get(1).toString()).contains("profile-not-found", "'prod'");
    assertThat(shown.get(2).toString()).contains("ref-not-found", "Did you mean 'orders'?");
    assertThat(shown.get(3).toString()).contains("nowhere");
    assertThat(shown.get(4).toString()).contains("ephemeral-model", "ref('late')");
    assertThat(shown.get(5).toString()).contains("write_to_model()");
    assertThat(shown.get(6).toString()).contains("no_type");
    assertThat(shown.get(7).toString()).isEqualTo("{\"n\":[1]}");
    assertThat(project.rows("select n from orders")).containsExactly("1");
  }

  @Test
  void nothingIsLeftOfItWhenItsProgramIsKilled() throws IOException {
    try (RunningFal running =
        project
            .fal()
            .startPython(
                """
                from fal import FalDbt
                shop = FalDbt()
                shop.execute_sql("select 1")
                print("asking", flush=True)
                shop.execute_sql("select count(*) from range(10000000) a, range(10000000) b where a.range * b.range = 7")
                """)) {
      running.awaitLine("asking");
      assertThat(running.processes()).hasSizeGreaterThanOrEqualTo(3);
      running.signal("KILL");
      running.await();
      running.assertNothingLeft();
    }
  }

  @Test
  void aPasswordStaysWithFal(@TempDir Path scratch) throws IOException {
    SampleProject shop = SampleProject.copyOf("postgres", scratch);
    PostgresServer server = PostgresServer.shared();
    server.execute("drop schema if exists faldbt cascade", "create schema faldbt");
    Path heard = scratch.resolve("heard");
    CommandResult result =
        server
            .reachedFrom(shop.fal(), "faldbt")
            .runPython(
                SHOW
                    + """
                    import os, sys
                    import pandas as pd
                    from fal import FalDbt, _wire

                    receive = _wire.Channel.receive
                    heard = open(sys.argv[1], "w")

                    def listening(channel):
                        message = receive(channel)
                        heard.write(json.dumps(message) + "\\n")
                        return message

                    _wire.Channel.receive = listening
                    with FalDbt() as shop:
                        shop.write_to_model(pd.DataFrame({"customer": ["x"], "n": [1]}), "spent")
                        show(shop.ref("spent"))
                        show(shop.execute_sql("select count(*) as n from {{ ref('spent') }}"))
                        show(len(shop.models))
                    heard.close()
                    """,
                heard.toString());

    List<JsonNode> shown = shown(result);
    assertThat(shown.get(0).toString()).isEqualTo("{\"customer\":[\"x\"],\"n\":[1]}");
    assertThat(shown.get(1).toString()).isEqualTo("{\"n\":[1]}");
    assertThat(server.rows("select * from faldbt.spent")).containsExactly("x, 1");
    assertThat(Files.readString(heard))
        .contains("\"application\"")
        .doesNotContain(PostgresServer.PASSWORD);
  }
}
