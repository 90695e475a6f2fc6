package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten issues that users of the old fal opened (fal-ai/dbt-fal), each as it goes here. */
class OldIssuesTest {
  private static final PostgresServer SERVER = PostgresServer.shared();

  private Path scratch;

  @BeforeEach
  void makeRoom(@TempDir Path folder) {
    scratch = folder;
  }

  private SampleProject onPostgres(String schema) throws IOException {
    SERVER.execute("drop schema if exists " + schema + " cascade", "create schema " + schema);
    SampleProject project = SampleProject.copyOf("postgres", scratch);
    for (String file : List.of("spent.py", "report.sql", "schema.yml")) {
      project.delete("models/" + file);
    }
    return project;
  }

  private static CommandResult ran(int exitCode, FalCli fal, String... arguments)
      throws IOException {
    CommandResult run = fal.run(arguments);
    assertThat(run.exitCode()).as(run::toString).isEqualTo(exitCode);
    return run;
  }

  /**
   * A frame's text became {@code varchar(256)} on Redshift and could not be made wider. Here text
   * has no length on PostgreSQL, and {@code dtype=} takes any type; a text that is too long for its
   * column is an error, never cut. There is no Redshift to run: its columns are {@code
   * varchar(65535)}, the widest it has ({@code DialectTest}).
   */
  @Test
  void issue120TextLongerThan256IsKept() throws IOException {
    SampleProject project = onPostgres("issue120");
    project.write(
        "models/texts.py",
        """
        import pandas as pd
        write_to_model(pd.DataFrame({"long": ["x" * 5000], "wide": ["y" * 300]}), dtype={"wide": "varchar(65535)"})
        """);
    ran(0, SERVER.reachedFrom(project.fal(), "issue120"), "flow", "run");
    assertThat(SERVER.rows("select length(long), length(wide) from issue120.texts"))
        .containsExactly("5000, 300");
    assertThat(SERVER.types("issue120.texts"))
        .containsEntry("long", "text")
        .containsEntry("wide", "character varying(65535)");

    project.write(
        "models/texts.py",
        """
        import pandas as pd
        write_to_model(pd.DataFrame({"long": ["z" * 300]}), dtype={"long": "varchar(256)"})
        """);
    CommandResult cut = ran(1, SERVER.reachedFrom(project.fal(), "issue120"), "flow", "run");
    assertThat(cut.stdout()).contains("long", "models/texts.py:2");
    assertThat(SERVER.rows("select length(long) from issue120.texts")).containsExactly("5000");
  }

  /**
   * {@code write_to_source} did nothing, and said nothing, when the source or its table was missing
   * or had other columns. Here a missing table (and schema) is made, by append too; an unknown
   * source and columns that do not fit are errors at the line, and the command fails.
   */
  @Test
  void issue282WritingASourceMakesItsTableOrFailsAloud() throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    project.write(
        "scripts/asks.py",
        """
        import pandas as pd
        write_to_source(pd.DataFrame({"id": [1]}), "raw", "events")
        write_to_source(pd.DataFrame({"id": [2]}), "raw", "events")
        """);
    ran(0, project.fal(), "flow", "run", "--select", "orders", "asks.py");
    assertThat(project.rows("select id from raw.events order by 1")).containsExactly("1", "2");

    project.write(
        "scripts/asks.py",
        """
        import pandas as pd
        write_to_source(pd.DataFrame({"other": [1]}), "raw", "events")
        """);
    CommandResult columns = ran(1, project.fal(), "flow", "run", "--select", "asks.py");
    assertThat(columns.stdout()).contains("Error in script (orders, asks.py): scripts/asks.py:2");
    project.write(
        "scripts/asks.py",
        """
        import pandas as pd
        write_to_source(pd.DataFrame({"id": [1]}), "raw", "nobody")
        """);
    CommandResult missing = ran(1, project.fal(), "flow", "run", "--select", "asks.py");
    assertThat(missing.stdout()).contains("source('raw', 'nobody') names no source");
    assertThat(project.rows("select id from raw.events order by 1")).containsExactly("1", "2");
  }

  /**
   * A second {@code FalDbt}, on another target, took the first one's place in dbt's globals. Here
   * each has a process of its own.
   */
  @Test
  void issue358TwoFalDbtsOnTwoTargetsWorkSideBySide() throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    ran(0, project.fal(), "flow", "run", "--select", "orders", "scored", "kept");
    ran(0, project.fal(), "flow", "run", "--select", "orders", "scored", "kept", "-t", "prod");
    CommandResult read =
        project
            .fal()
            .runPython(
                """
                import json
                from fal import FalDbt

                with FalDbt(profile_target="dev") as dev, FalDbt(profile_target="prod") as prod:
                    print(json.dumps([one.ref("kept")["target"][0] for one in (dev, prod, dev, prod)]))
                """);
    assertThat(read.exitCode()).as(read::toString).isZero();
    JsonNode targets = Json.MAPPER.readTree(read.stdout());
    assertThat(targets).extracting(JsonNode::asText).containsExactly("dev", "prod", "dev", "prod");
  }

  /**
   * Writing 3,627,697 rows of 7 columns to PostgreSQL ended in the server's "out of memory": one
   * statement held them all. Here they are copied in binary, beside 512 MB for the JVM.
   */
  @Test
  void issue461MillionsOfRowsAreWritten() throws IOException {
    SampleProject project = onPostgres("issue461");
    project.write(
        "models/many.py",
        """
        import numpy as np
        import pandas as pd
        rows = np.arange(3_627_697)
        write_to_model(pd.DataFrame({f"c{i}": rows + i if i < 4 else rows / (i + 1) for i in range(7)}))
        """);
    ran(0, SERVER.reachedFrom(project.fal(), "issue461"), "flow", "run");
    assertThat(SERVER.rows("select count(*), sum(c1), max(c3) from issue461.many"))
        .containsExactly("3627697, 6580094575753, 3627699");
    SERVER.execute("drop schema issue461 cascade");
  }

  /**
   * A script that was selected never ran, and nothing said so: it was a Python model that another
   * Python model read. Here it runs, by name and by file; a selection that matches nothing is said.
   */
  @Test
  void issue545ASelectedPythonModelRunsOrItIsSaid() throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    ran(0, project.fal(), "flow", "run", "--select", "orders");
    project.write("models/a_parent.py", "print('ran'); write_to_model(ref('orders'))");
    project.write("models/b_child.py", "write_to_model(ref('a_parent'))");
    for (String selection : List.of("a_parent", "a_parent.py", "models/a_parent.py")) {
      CommandResult run = ran(0, project.fal(), "flow", "run", "--select", selection);
      assertThat(run.stdout()).contains("a_parent | ran", "Done. PASS=1 ");
    }
    CommandResult none = ran(0, project.fal(), "flow", "run", "--select", "a_parnet");
    assertThat(none.stdout()).contains("does not match any enabled nodes", "Nothing to do");
  }

  /**
   * A model was to write three tables: {@code write_to_model(df, target_1="other")} found no such
   * source. Here such a model fails with the lines of both calls; the other tables are models of
   * their own that share a module, or sources.
   */
  @Test
  void issue709SecondTablesAreModelsThatShareAModuleOrSources() throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    project.write(
        "models/split.py",
        """
        df = ref("orders")
        write_to_model(df)
        write_to_model(data=df, target_1="other")
        """);
    CommandResult twice = ran(1, project.fal(), "flow", "run", "--select", "orders", "split");
    assertThat(twice.output()).contains("models/split.py:", "[multiple-writes]");

    project.write(
        "models/split.py",
        """
        from parts import cheap_and_dear
        cheap, dear = cheap_and_dear()
        write_to_source(dear, "raw", "events", mode="overwrite")
        write_to_model(cheap)
        """);
    project.write(
        "models/other.py",
        """
        from parts import cheap_and_dear
        write_to_model(cheap_and_dear()[1])
        """);
    project.write(
        "models/parts.py",
        """
        from fal import ref

        def cheap_and_dear():
            orders = ref("orders")
            return orders[orders["price"] < 2], orders[orders["price"] >= 2]
        """);
    ran(0, project.fal(), "flow", "run", "--select", "orders", "split", "other");
    assertThat(project.rows("select count(*) from split")).containsExactly("0");
    assertThat(project.rows("select id, price from other")).containsExactly("1, 2.5");
    assertThat(project.rows("select id, price from raw.events")).containsExactly("1, 2.5");
  }

  /**
   * With {@code --target} the profile's own target was loaded first, and failed the command where
   * its adapter was not installed. Here it is not looked at.
   */
  @Test
  void issue744OnlyTheTargetAskedForIsLoaded() throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    String profile = project.read("profiles.yml");
    project.write(
        "profiles.yml",
        profile
            .replace("target: dev", "target: bare")
            .replace("outputs:", "outputs:\n    bare: {type: nowhere_installed, schema: main}"));
    ran(0, project.fal(), "flow", "run", "--target", "dev", "--select", "orders", "scored");
    assertThat(project.rows("select count(*) from scored")).containsExactly("1");
    assertThat(ran(2, project.fal(), "flow", "run").output()).contains("nowhere_installed");
  }

  /** A column was to be {@code jsonb} and was {@code text}. Here {@code dtype=} takes it. */
  @Test
  void issue768DtypeMakesAColumnJsonb() throws IOException {
    SampleProject project = onPostgres("issue768");
    project.write(
        "models/documents.py",
        """
        import json
        import pandas as pd
        write_to_model(pd.DataFrame({"id": [1], "document": [json.dumps({"a": [1, 2]})]}), dtype={"document": "jsonb"})
        """);
    project.write("models/again.py", "write_to_model(ref('documents'))");
    ran(0, SERVER.reachedFrom(project.fal(), "issue768"), "flow", "run");
    assertThat(SERVER.rows("select document->'a'->>1 from issue768.documents"))
        .containsExactly("2");
    assertThat(SERVER.types("issue768.documents")).containsEntry("document", "jsonb");
    assertThat(SERVER.types("issue768.again")).containsEntry("document", "jsonb");
  }

  /** An error had neither class nor line. Here it has both, and the traceback, in dbt's results. */
  @Test
  void issue771AnErrorHasItsClassFileAndLine() throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    project.write(
        "models/scored.py",
        """
        df = ref("orders")

        a, b, c = (1, 2)
        write_to_model(df)
        """);
    CommandResult run = ran(1, project.fal(), "flow", "run", "--select", "orders", "scored");
    String message =
        "models/scored.py:3: ValueError: not enough values to unpack (expected 3, got 2)";
    assertThat(run.stdout()).contains(message, "Traceback", "a, b, c = (1, 2)");
    assertThat(project.result("model.shop.scored").path("message").asText()).contains(message);
  }

  static List<String> versions() {
    return DbtEnvironments.versions();
  }

  /**
   * A newer patch of dbt-core forced an older dbt-fal upon its users. Here dbt is the user's, of
   * any version from 1.8 on, and fal's package in Python asks for none.
   */
  @Tag("versions")
  @ParameterizedTest
  @MethodSource("versions")
  void issue891TheUsersDbtIsDrivenAsItIs(String version) throws IOException {
    String python = DbtEnvironments.python(version).toString();
    SampleProject project = SampleProject.parsedCopyOf("old", scratch);
    CommandResult run = ran(0, project.fal(), "flow", "run", "--python", python);
    assertThat(run.stdout()).contains("Running with dbt=" + version + ".", "Done. PASS=6 ");
    assertThat(Files.readString(Path.of("pyproject.toml"))).doesNotContain("\"dbt-core");
  }
}
