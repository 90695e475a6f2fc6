package dev.falflow.script;

import static dev.falflow.script.ScriptProject.SCHEMA;
import static dev.falflow.script.ScriptProject.node;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptProblemsTest {
  private final ScriptProject project;

  ScriptProblemsTest(@TempDir Path root) throws IOException {
    this.project = new ScriptProject(root);
  }

  @Test
  void reportsEveryMissingScriptWithItsLine() throws IOException {
    project.customers(
        """
        scripts:
          before:
            - befroe.py
          after: [after.py, fal_scripts/after.py, nowhere/x.py]
        pre-hook: [gone.py]
        post-hook:
          - with: {a: 1}
            path: lost.py
        """);
    project.write("models/z.yml", "fal:\n  scripts:\n    - \"{{ x }}.py\"\n    - /no/such.py\n");

    String relative = "Paths are relative to the folder that the variable fal-scripts-path names.";
    assertThat(project.problems())
        .containsExactly(
            SCHEMA
                + ":7:15: model.shop.customers: the script 'befroe.py' does not exist: looked for"
                + " fal_scripts/befroe.py | Did you mean 'before.py'? [script-not-found]",
            SCHEMA
                + ":8:29: model.shop.customers: the script 'fal_scripts/after.py' does not exist:"
                + " looked for fal_scripts/fal_scripts/after.py | Paths are relative to the folder"
                + " that fal-scripts-path names: write 'after.py'. [script-not-found]",
            SCHEMA
                + ":8:51: model.shop.customers: the script 'nowhere/x.py' does not exist: looked"
                + " for fal_scripts/nowhere/x.py | "
                + relative
                + " [script-not-found]",
            SCHEMA
                + ":9:20: model.shop.customers: the script 'gone.py' does not exist: looked for"
                + " fal_scripts/gone.py | "
                + relative
                + " [script-not-found]",
            SCHEMA
                + ":12:13: model.shop.customers: the script 'lost.py' does not exist: looked for"
                + " fal_scripts/lost.py | "
                + relative
                + " [script-not-found]",
            "models/z.yml:3:7: the script '{{ x }}.py' does not exist: looked for"
                + " fal_scripts/{{ x }}.py | fal renders no Jinja here. [script-not-found]",
            "models/z.yml:4:7: the script '/no/such.py' does not exist [script-not-found]");
  }

  @Test
  void saysWhatPathsAreRelativeToWithoutTheVariable() throws IOException {
    project.write("dbt_project.yml", "name: shop\n");
    project.customers("scripts: [after.py]\n");

    assertThat(project.problems())
        .containsExactly(
            SCHEMA
                + ":5:19: model.shop.customers: the script 'after.py' does not exist: looked for"
                + " after.py | Paths are relative to the project, or to the folder that the"
                + " variable fal-scripts-path names. [script-not-found]");
  }

  @Test
  void refusesWhatIsNoScript() throws IOException {
    project.write("fal_scripts/query.sql", "");
    project.write("fal_scripts/package.py/__init__.py", "");
    project.customers("scripts: [query.sql, package.py, \"a\\0.py\", missing.txt]\n");

    assertThat(project.problems())
        .containsExactly(
            SCHEMA
                + ":5:19: model.shop.customers: 'query.sql' is neither a Python file (.py) nor a"
                + " notebook (.ipynb) [bad-script]",
            SCHEMA
                + ":5:30: model.shop.customers: 'package.py' is a folder, not a script"
                + " [bad-script]",
            SCHEMA
                + ":5:42: model.shop.customers: the script is no path: Nul character not allowed:"
                + " a\0.py [bad-script]",
            SCHEMA
                + ":5:52: model.shop.customers: 'missing.txt' is neither a Python file (.py) nor a"
                + " notebook (.ipynb) [bad-script]");
  }

  @Test
  void refusesWrongShapesAllAtOnce() throws IOException {
    project.customers(
        """
        scripts:
          before: before.py
          after:
            - {path: after.py}
            - 5
        pre-hook: hook.py
        post-hook:
          - {with: {a: 1}}
          - {path: [hook.py], with: 7, environment: [a]}
          - [hook.py]
          - {path: hook.py, witch: {a: 1}}
        environment: 3
        """);
    project.write("models/y.yml", "fal: {scripts: one.py}\n");
    project.write("models/z.yml", "fal:\n  scripts: [{path: after.py}]\n");

    String node = ": model.shop.customers: ";
    assertThat(project.problems())
        .containsExactly(
            SCHEMA
                + ":6:11"
                + node
                + "meta.fal.scripts.before has to be a list, not 'before.py' | Write [before.py]."
                + " [bad-fal-value]",
            SCHEMA
                + ":8:15"
                + node
                + "meta.fal.scripts.after takes paths only, not a map | For arguments use pre-hook"
                + " or post-hook. [bad-fal-value]",
            SCHEMA
                + ":9:15"
                + node
                + "meta.fal.scripts.after takes paths only, not '5' | For arguments use pre-hook or"
                + " post-hook. [bad-fal-value]",
            SCHEMA
                + ":10:9"
                + node
                + "meta.fal.pre-hook has to be a list, not 'hook.py' | Write [hook.py]."
                + " [bad-fal-value]",
            SCHEMA + ":12:13" + node + "A hook must specify path. [bad-fal-value]",
            SCHEMA
                + ":13:14"
                + node
                + "meta.fal.post-hook.path has to be a path, not a list [bad-fal-value]",
            SCHEMA
                + ":13:31"
                + node
                + "meta.fal.post-hook.with has to be a map of arguments, not '7' [bad-fal-value]",
            SCHEMA
                + ":13:40"
                + node
                + "meta.fal.post-hook.environment has to be an environment's name, not a list"
                + " [bad-fal-value]",
            SCHEMA
                + ":14:13"
                + node
                + "meta.fal.post-hook lists a list where a path or a map belongs [bad-fal-value]",
            SCHEMA
                + ":15:29"
                + node
                + "meta.fal.post-hook has no key 'witch' | Did you mean 'with'? [unknown-fal-key]",
            SCHEMA
                + ":16:9"
                + node
                + "meta.fal.environment has to be an environment's name, not '3' [bad-fal-value]",
            "models/y.yml:1:7: fal.scripts has to be a list, not 'one.py' | Write [one.py]."
                + " [bad-fal-value]",
            "models/z.yml:2:13: fal.scripts takes paths only, not a map [bad-fal-value]");
  }

  @Test
  void namesTheNearestKey() throws IOException {
    project.customers(
        "post_hook: [hook.py]\npre_hook:\nafterwards: one.py\nscripts: {afer: [after.py]}\n");
    project.write("models/z.yml", "fal:\n  post-hook: [after.py]\n");

    assertThat(project.problems())
        .containsExactly(
            SCHEMA
                + ":5:9: model.shop.customers: meta.fal has no key 'post_hook' | Did you mean"
                + " 'post-hook'? [unknown-fal-key]",
            SCHEMA
                + ":6:9: model.shop.customers: meta.fal has no key 'pre_hook' | Did you mean"
                + " 'pre-hook'? [unknown-fal-key]",
            SCHEMA
                + ":7:9: model.shop.customers: meta.fal has no key 'afterwards' | It knows scripts,"
                + " pre-hook, post-hook, environment, feature_store. [unknown-fal-key]",
            SCHEMA
                + ":8:19: model.shop.customers: meta.fal.scripts has no key 'afer' | Did you mean"
                + " 'after'? [unknown-fal-key]",
            "models/z.yml:2:3: fal has no key 'post-hook' | It knows scripts. [unknown-fal-key]");
  }

  @Test
  void aWordThatNoKeyIsNearToIsPassedOverWithAWarning() throws IOException {
    project.customers("runtime: kmodes\nretries: 3\nscripts: [after.py]\n");

    Scripts scripts = project.read();

    assertThat(ScriptProject.lines(scripts.warnings()))
        .containsExactly(
            SCHEMA
                + ":5:9: model.shop.customers: meta.fal has no key 'runtime', it is passed over | It"
                + " knows scripts, pre-hook, post-hook, environment, feature_store."
                + " [unknown-fal-key]",
            SCHEMA
                + ":6:9: model.shop.customers: meta.fal has no key 'retries', it is passed over | It"
                + " knows scripts, pre-hook, post-hook, environment, feature_store."
                + " [unknown-fal-key]");
  }

  @Test
  void refusesAFolderVariableOfAnotherKind() throws IOException {
    project.customers("scripts: [after.py, {a: b}]\n");
    project.write("dbt_project.yml", "name: shop\nvars:\n  fal-scripts-path: [a, b]\n");
    assertThat(project.problems())
        .containsExactly(
            "dbt_project.yml:3:3: fal-scripts-path has to be a folder, not [a, b] [wrong-project]",
            SCHEMA
                + ":5:29: model.shop.customers: meta.fal.scripts takes paths only, not a map | For"
                + " arguments use pre-hook or post-hook. [bad-fal-value]");

    project.write(
        "dbt_project.yml",
        "name: shop\nvars:\n  fal-scripts-path: a\n  shop:\n    fal-scripts-path: \"{{ x }}\"\n");
    assertThat(project.problems())
        .contains(
            "dbt_project.yml:5:5: fal-scripts-path is \"{{ x }}\": dbt renders no Jinja in vars,"
                + " and fal neither [unrendered-jinja]");

    project.commandLineVars.put("fal-scripts-path", 5);
    assertThat(project.problems())
        .contains("--vars: fal-scripts-path has to be a folder, not 5 [bad-vars]");

    project.commandLineVars.put("fal-scripts-path", "a\0");
    assertThat(project.problems().get(0))
        .startsWith("--vars: fal-scripts-path has to be a folder: Nul character");
  }

  @Test
  void refusesSchemaFilesThatCannotBeReadOnlyWhereTheySpeakOfFal() throws IOException {
    project.write("models/a.yml", "models: [\n");
    project.write("models/b.yml", "fal: [\n");
    project.write("models/c.yml", "fal: {scripts: [gone.py]}\n");
    Files.write(project.root.resolve("models/d.yml"), new byte[] {'f', 'a', 'l', ':', (byte) 0xff});

    List<String> problems = project.problems();

    assertThat(problems).hasSize(3);
    assertThat(problems.get(0)).startsWith("models/b.yml:2:1: the file is not valid YAML");
    assertThat(problems.get(1)).startsWith("models/c.yml:1:17: the script 'gone.py'");
    assertThat(problems.get(2)).startsWith("models/d.yml: ").endsWith("[unreadable-file]");
  }
}
