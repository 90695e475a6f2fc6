package dev.falflow.script;

import static dev.falflow.script.ScriptProject.SCHEMA;
import static dev.falflow.script.ScriptProject.json;
import static dev.falflow.script.ScriptProject.lines;
import static dev.falflow.script.ScriptProject.names;
import static dev.falflow.script.ScriptProject.node;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptPathsTest {
  private final ScriptProject project;

  ScriptPathsTest(@TempDir Path root) throws IOException {
    this.project = new ScriptProject(root);
  }

  @Test
  void namesScriptsFromTheProjectWithoutTheVariable() throws IOException {
    project.write("dbt_project.yml", "name: shop\n");
    project.customers("scripts: [fal_scripts/./after.py]\n");

    Script script = project.read().all().get(0);

    assertThat(script.name()).isEqualTo("fal_scripts/after.py");
    assertThat(script.file()).isEqualTo("fal_scripts/after.py");
  }

  @Test
  void letsTheCommandLinesVariableWin() throws IOException {
    project.write("elsewhere/after.py", "");
    project.commandLineVars.put("fal-scripts-path", "elsewhere/");
    project.customers("scripts: [after.py]\n");

    assertThat(project.read().all().get(0).file()).isEqualTo("elsewhere/after.py");
  }

  @Test
  void keepsScriptsOfOneNameInSeveralFoldersApart() throws IOException {
    project.write("fal_scripts/a/send.py", "");
    project.write("fal_scripts/b/send.py", "");
    project.customers("scripts: [a/send.py, b/send.py]\n");

    List<Script> scripts = project.read().all();

    assertThat(names(scripts)).containsExactly("a/send.py", "b/send.py");
    assertThat(scripts).extracting(Script::uniqueId).doesNotHaveDuplicates();
  }

  @Test
  void takesScriptsAndNotebooksOutsideTheFolder(@TempDir Path outside) throws IOException {
    project.write("shared/report.ipynb", "{}");
    Path absolute = Files.createFile(outside.resolve("abs.py"));
    project.customers("scripts: ['../shared/report.ipynb', '" + absolute + "']\n");

    List<Script> scripts = project.read().all();

    assertThat(names(scripts)).containsExactly("../shared/report.ipynb", absolute.toString());
    assertThat(scripts)
        .extracting(Script::file)
        .containsExactly("shared/report.ipynb", absolute.toString());
  }

  @Test
  void namesScriptsFromAFolderOutsideTheProject(@TempDir Path outside) throws IOException {
    Path script = Files.createFile(outside.resolve("abs.py"));
    project.commandLineVars.put("fal-scripts-path", outside.toString());
    project.customers("scripts: [abs.py]\n");

    List<Script> scripts = project.read().all();

    assertThat(names(scripts)).containsExactly("abs.py");
    assertThat(scripts).extracting(Script::file).containsExactly(script.toString());
  }

  @Test
  void runsAScriptListedTwiceOnce() throws IOException {
    project.customers(
        """
        scripts:
          - after.py
          - ./after.py
        """);
    project.write("models/x.yml", "fal: {scripts: [other.py]}\n");
    project.write("models/y.yml", "fal: {scripts: [other.py]}\n");

    Scripts scripts = project.read();

    assertThat(names(scripts.all())).containsExactly("after.py", "other.py");
    assertThat(lines(scripts.warnings()))
        .containsExactly(
            SCHEMA
                + ":7:13: model.shop.customers: 'after.py' is listed twice in meta.fal.scripts and"
                + " runs once | The first is at models/schema.yml:6:13. [repeated-script]",
            "models/y.yml:1:17: 'other.py' is listed twice in fal.scripts and runs once | The first"
                + " is at models/x.yml:1:17. [repeated-script]");
  }

  @Test
  void runsAHookAgainWithOtherArguments() throws IOException {
    project.customers(
        """
        post-hook:
          - {path: hook.py, with: {to: a}}
          - {path: hook.py, with: {to: b}}
          - {path: hook.py, with: {to: a}}
        """);

    Scripts scripts = project.read();

    assertThat(scripts.all())
        .extracting(Script::uniqueId)
        .containsExactly(
            "script.shop.customers.post_hook.hook.py", "script.shop.customers.post_hook.hook.py#2");
    assertThat(scripts.warnings()).hasSize(1);
  }

  @Test
  void runsOneScriptInSeveralRolesAndForSeveralModels() throws IOException {
    project.customers("scripts: {before: [after.py], after: [after.py]}\npost-hook: [after.py]\n");
    project.nodes.add(node("orders", json("scripts: [after.py]"), null));
    project.write("models/z.yml", "fal: {scripts: {before: [after.py], after: [after.py]}}\n");

    Scripts scripts = project.read();

    assertThat(scripts.all()).hasSize(6).extracting(Script::uniqueId).doesNotHaveDuplicates();
    assertThat(scripts.warnings()).isEmpty();
  }

  @Test
  void goesOnWithoutWhatAPackageAsksForInVain() throws IOException {
    project.write(
        "dbt_packages/pkg/models/schema.yml",
        "models:\n  - name: rates\n    meta: {fal: {scripts: [after.py, gone.py], oops: [1]}}\n");
    project.nodes.add(
        new ScriptedNode(
            "model.pkg.rates",
            "rates",
            "pkg",
            json("{scripts: [after.py, gone.py], oops: [1]}"),
            "pkg://models/schema.yml",
            "models/rates.sql",
            true));

    Scripts scripts = project.read();

    assertThat(names(scripts.of("model.pkg.rates", Role.AFTER))).containsExactly("after.py");
    assertThat(scripts.all().get(0).uniqueId()).isEqualTo("script.pkg.rates.after.after.py");
    String without = " | It is the package pkg that asks for it; fal goes on without. ";
    assertThat(lines(scripts.warnings()))
        .containsExactly(
            "dbt_packages/pkg/models/schema.yml:3:38: model.pkg.rates: the script 'gone.py' does"
                + " not exist: looked for fal_scripts/gone.py"
                + without
                + "[script-not-found]",
            "dbt_packages/pkg/models/schema.yml:3:48: model.pkg.rates: meta.fal has no key 'oops'"
                + without
                + "[unknown-fal-key]");
  }
}
