package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules of the user's own: two runs of one project, one of them edited in between. */
class ImportsTest {
  private static SampleProject project;

  @BeforeAll
  static void runTwice(@TempDir Path scratch) throws IOException {
    project =
        SampleProject.copyOf("tiny", scratch)
            .write("models/other.sql", "select 2 as id")
            .write("periods.py", "DAYS = 7\n")
            .write("lib/__init__.py", "")
            .write("lib/names.py", "LABEL = 'relative'\n")
            .write("lib/load.py", "from . import names\nfrom .names import LABEL\n")
            .write("models/sales/forecast.py", model("from lib.load import LABEL, names\n"))
            .write("models/sales/features.py", features("model_a", "sales"))
            .write("models/stock/reorder.py", model("from periods import DAYS as LABEL\n"))
            .write("models/stock/features.py", features("model_a", "stock"));
    run();
    project.write("models/stock/features.py", features("other", "edited"));
    run();
  }

  private static void run() throws IOException {
    CommandResult run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
  }

  private static String model(String imports) {
    return imports
        + """
          import features

          df = features.read()
          df["label"] = str(LABEL)
          write_to_model(df)
          """;
  }

  private static String features(String reads, String name) {
    return """
           from fal import ref

           def read():
               df = ref("%s")
               df["features"] = "%s"
               return df
           """
        .formatted(reads, name);
  }

  @Test
  void packagesInTheProjectsFolderMayImportRelatively() throws IOException {
    assertThat(project.rows("select label from forecast")).containsExactly("relative");
  }

  @Test
  void modulesInTheProjectsFolderAreFoundFromAnyModel() throws IOException {
    assertThat(project.rows("select label from reorder")).containsExactly("7");
  }

  @Test
  void eachModelHasTheModuleBesideItWhenTwoHaveOneName() throws IOException {
    assertThat(project.rows("select id, features from forecast")).containsExactly("1, sales");
    assertThat(project.read("models/fal/sales/forecast.sql")).contains("ref('model_a')");
  }

  @Test
  void anEditedModuleIsSeenByTheNextRunAndInItsDependencies() throws IOException {
    assertThat(project.rows("select id, features from reorder")).containsExactly("2, edited");
    assertThat(project.read("models/fal/stock/reorder.sql"))
        .contains("ref('other')")
        .doesNotContain("model_a");
  }
}
