package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A Python model that reads what the graph doesn't know of. */
class UndeclaredInputsTest {
  private static final String MODEL =
      """
      # of orders
      name = __import__('json').loads('"orders_of_today"')
      df = ref(name)
      write_to_model(df)
      """;

  private SampleProject project;

  @BeforeEach
  void aTableOfBefore(@TempDir Path scratch) throws IOException {
    project =
        SampleProject.parsedCopyOf("tiny", scratch)
            .write("models/orders_of_today.sql", "{{ config(materialized='table') }} select 2 as n")
            .write("models/a_report.py", MODEL);
    project.execute(
        "create table orders_of_today as select 1 as n", "create table a_report as select 0 as n");
  }

  private CommandResult run(String... more) throws IOException {
    String[] words = new String[more.length + 2];
    words[0] = "flow";
    words[1] = "run";
    System.arraycopy(more, 0, words, 2, more.length);
    return project.fal().run(words);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void theModelStopsBeforeReadingAndNamesTheLineToAdd(Engine engine) throws IOException {
    project = project.on(engine);
    CommandResult run = run();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.stdout())
        .contains("models/a_report.py:3: ")
        .contains(
            "ref('orders_of_today') was not found when the file was analysed, so dbt may not have"
                + " built it yet. Add this line to the docstring at the top of models/a_report.py:"
                + " - ref('orders_of_today')");
    assertThat(project.rows("select n from a_report")).containsExactly("0");
    assertThat(project.read("models/a_report.py")).isEqualTo(MODEL);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void allowedItIsReadWithAWarningUnlessItIsEphemeral(Engine engine) throws IOException {
    project = project.on(engine);
    project.write("models/inlined.sql", "{{ config(materialized='ephemeral') }} select 2 as n");
    project.write("models/reads_it.py", MODEL.replace("orders_of_today", "inlined"));
    CommandResult run = run("--allow-undeclared", "--select", "a_report", "reads_it");

    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(project.statuses())
        .containsEntry("model.shop.a_report", "success")
        .containsEntry("model.shop.reads_it", "error");
    assertThat(run.stdout())
        .containsPattern(
            "\\[WARNING\\]: models/a_report.py:3:\\d+: ref\\('orders_of_today'\\) was not")
        .contains("It was read as it is.", "[undeclared-ref]")
        .contains("It is an ephemeral model, which cannot be read without.");
    assertThat(project.rows("select n from a_report")).containsExactly("1");
  }

  @Test
  void fixedItIsInTheDocstringOrItIsSaidWhyNotAndTheNextRunIsInOrder() throws IOException {
    String notebook =
        """
        {
         "cells": [
          {
           "cell_type": "code",
           "execution_count": null,
           "metadata": {},
           "outputs": [],
           "source": [
            "name = __import__('json').loads('\\"orders_of_today\\"')\\n",
            "write_to_model(ref(name))"
           ]
          }
         ],
         "metadata": {},
         "nbformat": 4,
         "nbformat_minor": 5
        }
        """;
    project.write("models/a_notebook.ipynb", notebook);
    project.write("models/unsafe.py", "'says \"\"\" so'\n" + MODEL);
    CommandResult first = run("--fix-dependencies");

    assertThat(first.exitCode()).isEqualTo(1);
    assertThat(first.stdout())
        .contains("It is in the docstring now, at models/a_report.py:3. Run again.")
        .contains("at models/a_notebook.ipynb[cell 1]:2. Run again.")
        .contains("the line could not be added: its docstring has double quotes")
        .contains("- ref('orders_of_today')");
    assertThat(project.read("models/a_report.py"))
        .isEqualTo(
            MODEL.replace(
                "# of orders\n", "# of orders\n\"\"\"\n- ref('orders_of_today')\n\"\"\"\n\n"));
    String added =
        "    \"\\\"\\\"\\\"\\n\",\n    \"- ref('orders_of_today')\\n\",\n    \"\\\"\\\"\\\"\\n\",\n    \"\\n\",\n";
    assertThat(project.read("models/a_notebook.ipynb"))
        .isEqualTo(notebook.replace("    \"name", added + "    \"name"));
    project.delete("models/unsafe.py");
    CommandResult second = run("--fix-dependencies");
    assertThat(second.exitCode()).as(second::toString).isZero();
    assertThat(project.rows("select n from a_report")).containsExactly("2");
  }

  @Test
  void fixedAndAllowedItIsBoth() throws IOException {
    CommandResult run = run("--fix-dependencies", "--allow-undeclared", "--select", "a_report");

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.stdout()).contains("It is in the docstring now");
    assertThat(project.rows("select n from a_report")).containsExactly("1");
  }
}
