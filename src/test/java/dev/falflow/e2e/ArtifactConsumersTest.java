package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dbt's artifacts after a run with Python models, read by programs that others have made. */
class ArtifactConsumersTest {
  /** The models of dbt-artifacts-parser are made from dbt's published JSON schemas. */
  private static final String VALIDATE =
      """
      import json, sys
      from dbt_artifacts_parser import parser

      for name in ("manifest", "run_results", "catalog", "sources"):
          with open(f"target/{name}.json") as file:
              artifact = json.load(file)
          parsed = getattr(parser, f"parse_{name}")(artifact)
          print(type(parsed).__name__, artifact["metadata"]["dbt_schema_version"].split("/")[-1])
      """;

  private static SampleProject project;
  private static Path programs = Path.of("");

  @BeforeAll
  static void build(@TempDir Path scratch) throws IOException {
    String python = System.getenv("FAL_TEST_PYTHON");
    Assumptions.assumeTrue(python != null, "FAL_TEST_PYTHON has the programs");
    programs = Path.of(String.valueOf(python)).toAbsolutePath().resolveSibling("");
    project = SampleProject.copyOf("around", scratch);
    project.write(
        "models/sources.yml",
        """
        version: 2
        sources:
          - name: raw
            schema: main
            loaded_at_field: "now()::timestamp"
            freshness: {warn_after: {count: 1, period: day}}
            tables: [{name: events}]
        """);
    project.execute("create table events as select 1 as id");
    CommandResult run = project.fal().run("flow", "build");
    assertThat(run.exitCode()).as(run::toString).isZero();
    String manifest = project.read("target/manifest.json");
    String runResults = project.read("target/run_results.json");
    PlainDbt.run(project, "docs generate", "source freshness"); // writes these two anew
    project.write("target/manifest.json", manifest);
    project.write("target/run_results.json", runResults);
  }

  private static String run(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(programs.resolve(program).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.root().toFile());
    builder.environment().put("COLUMNS", "120");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.onExit().join().exitValue()).as(output).isZero();
    return output;
  }

  @Test
  void theyAreValidByDbtsPublishedSchemas() throws IOException {
    assertThat(run("python", "-c", VALIDATE).lines())
        .containsExactly(
            "ManifestV12 v12.json",
            "RunResultsV6 v6.json",
            "CatalogV1 v1.json",
            "SourcesV3 v3.json");
  }

  @Test
  void dbtCoverageReadsThem() throws IOException {
    assertThat(run("dbt-coverage", "compute", "doc")).contains("main.orders").contains("Total");
  }

  @Test
  void dbtColibriDrawsTheLineageThroughPythonModels() throws IOException {
    assertThat(run("colibri", "generate")).contains("Report completed");
    Set<String> edges = new TreeSet<>();
    SampleProject.json(project.root().resolve("dist/colibri-manifest.json"))
        .path("lineage")
        .path("edges")
        .forEach(
            edge -> edges.add(edge.path("source").asText() + " " + edge.path("target").asText()));
    assertThat(edges)
        .contains(
            "model.shop.orders model.shop.priced.v1",
            "model.shop.priced.v1 model.shop.priced.v2",
            "model.shop.priced.v2 model.shop.after_priced",
            "model.shop.scored exposure.shop.board");
  }

  @Test
  void dbtsOtherFilesAreThereAsEver() {
    assertThat(List.of("graph_summary.json", "perf_info.json", "semantic_manifest.json"))
        .allSatisfy(file -> assertThat(project.has("target/" + file)).as(file).isTrue());
  }
}
