package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderConfigsTest {
  @TempDir private Path root = Path.of("");

  private List<Problem> hidden(String models, String... fqns) throws IOException {
    Files.writeString(root.resolve("dbt_project.yml"), "name: shop\nmodels:\n" + models);
    List<List<String>> split =
        java.util.Arrays.stream(fqns).map(fqn -> List.of(fqn.split("/", -1))).toList();
    return new FolderConfigs(Project.read(root)).hidden(split);
  }

  @Test
  void printsWhatToAddForEachFolderOnce() throws IOException {
    List<Problem> problems =
        hidden(
            """
              shop:
                +materialized: table
                marts:
                  +schema: gold
                  tags: [nightly]
                  deep:
                    +grants: {select: [reader]}
            """,
            "fal/marts/a",
            "fal/marts/deep/b",
            "fal/marts/deep/c");
    assertThat(problems).extracting(Problem::code).containsOnly("hidden-config").hasSize(2);
    assertThat(problems.get(0).toString())
        .contains("dbt_project.yml", "models: shop: marts: +schema, +tags does not reach")
        .contains(
            """
                models:
                  shop:
                    fal:
                      marts:
                        +schema: gold
                        +tags:
                        - nightly
            """);
    assertThat(problems.get(1).toString()).contains("deep:\n", "+grants:\n");
  }

  @Test
  void isSilentWhereTheFolderOfTheGeneratedModelsHasTheConfigToo() throws IOException {
    assertThat(
            hidden(
                """
                  shop:
                    marts:
                      +schema: gold
                    fal:
                      marts:
                        +schema: silver
                """,
                "fal/marts/a"))
        .isEmpty();
  }

  @Test
  void isSilentWithoutEffect() throws IOException {
    assertThat(hidden("  shop:\n    marts:\n      +materialized: view\n", "fal/marts/a")).isEmpty();
    assertThat(hidden("  shop:\n    marts:\n      +schema: gold\n", "fal/other/a")).isEmpty();
    assertThat(hidden("  other:\n    marts:\n      +schema: gold\n", "fal/marts/a")).isEmpty();
  }

  @Test
  void aConfigOfTheModelsOwnNameIsFound() throws IOException {
    assertThat(hidden("  shop:\n    a:\n      +enabled: false\n", "fal/a")).hasSize(1);
  }
}
