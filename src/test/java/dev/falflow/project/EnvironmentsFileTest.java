package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.EnvironmentDefinition.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentsFileTest {
  @TempDir private Path root = Path.of("");

  private EnvironmentsFile read(String text) throws IOException {
    Files.writeString(root.resolve("dbt_project.yml"), "name: shop\n");
    Files.writeString(root.resolve("fal_project.yml"), text);
    return EnvironmentsFile.read(Project.read(root));
  }

  /** Place and message of each problem. */
  private List<String> problems(String text) {
    FalException failure = catchThrowableOfType(FalException.class, () -> read(text));
    assertThat(failure).as("nothing was wrong").isNotNull();
    return failure.problems().stream().map(each -> each.where() + " " + each.message()).toList();
  }

  @Test
  void environmentsKeepTheirOrderAndWhatTheyAskFor() throws IOException {
    EnvironmentsFile file =
        read(
            """
            environments:
              - name: ml
                type: venv
                python: 3.10
                requirements:
                  - scikit-learn>=1.5
                  - ./lib
              - name: geo
                type: conda
                channels: [conda-forge]
                packages: [gdal=3.9, python=3.11]
              - {name: bare, type: venv, requirements: }
            """);

    assertThat(file.environments())
        .extracting(EnvironmentDefinition::name)
        .containsExactly("ml", "geo", "bare");
    EnvironmentDefinition ml = file.named("ml", Location.of("x"));
    assertThat(ml.packages()).containsExactly("scikit-learn>=1.5", "./lib");
    assertThat(ml.python()).isEqualTo(PythonRange.parse("3.10").orElseThrow());
    assertThat(ml.where()).hasToString("fal_project.yml:2:5");
    EnvironmentDefinition geo = file.named("geo", Location.of("x"));
    assertThat(geo.kind()).isEqualTo(Kind.CONDA);
    assertThat(geo.channels()).containsExactly("conda-forge");
    assertThat(geo.python()).isNull();
  }

  @Test
  void everythingThatIsWrongIsToldAtOnceAtItsLine() {
    assertThat(
            problems(
                """
                environment: []
                environments:
                  - type: venv
                  - name: a
                  - name: local
                    type: venv
                  - name: b
                    type: docker
                  - name: c
                    type: venv
                    requirments: [x]
                    packages: [x]
                    python: latest
                  - name: c
                    type: conda
                    packages: gdal
                  - name: d
                    type: venv
                    requirements: [[x], ok]
                  - just text
                """))
        .containsExactly(
            "fal_project.yml:1:1 environment is no key. Did you mean 'environments'?"
                + " It has: environments",
            "fal_project.yml:3:5 Missing required key: name",
            "fal_project.yml:4:5 Missing required key: type",
            "fal_project.yml:5:5 Environment name conflicts with a reserved name: local.",
            "fal_project.yml:8:5 Invalid environment type (of docker) for b."
                + " Please choose from: conda, venv",
            "fal_project.yml:11:5 requirments is no key of an environment."
                + " Did you mean 'requirements'?"
                + " It has: name, type, requirements, packages, python, channels",
            "fal_project.yml:12:5 packages is no key of a venv: its packages stand under"
                + " requirements",
            "fal_project.yml:13:5 python has to be a version: \"3.12\", or a rule: \">=3.11,<3.13\"",
            "fal_project.yml:14:5 there are two environments named c: the other is at"
                + " fal_project.yml:9:5",
            "fal_project.yml:19:20 requirements has an entry that is no line of text",
            "fal_project.yml:20:5 an environment has to be a map with name and type");
  }

  @Test
  void aFileOfAnotherShapeIsRefused() throws IOException {
    assertThat(problems("- name: a\n")).singleElement().asString().contains("has to hold a map");
    assertThat(problems("environments: {a: {}}\n"))
        .singleElement()
        .asString()
        .startsWith("fal_project.yml:1:1 environments has to be a list");
    assertThat(problems("environments: [\n")).singleElement().asString().contains("not valid YAML");
    assertThat(read("").environments()).isEmpty();
    assertThat(read("environments:\n").environments()).isEmpty();
  }

  @Test
  void anUnknownNameIsToldWithTheNearestOnes() throws IOException {
    EnvironmentsFile file = read("environments:\n  - {name: forecast, type: venv}\n");

    assertThatThrownBy(() -> file.named("forcast", Location.of("models/schema.yml", 5, 9)))
        .isInstanceOf(FalException.class)
        .hasMessageStartingWith(
            "models/schema.yml:5:9: Could not find environment: forcast."
                + " Did you mean 'forecast'? It has forecast.")
        .hasMessageEndingWith("[environment-unknown]");
    Files.delete(root.resolve("fal_project.yml"));
    Problem none =
        EnvironmentsFile.read(Project.read(root)).unknown("x", Location.of("models/schema.yml"));
    assertThat(none.message()).contains("The project has no fal_project.yml");
  }
}
