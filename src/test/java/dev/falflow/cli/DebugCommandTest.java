package dev.falflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fal debug} as typed, on a real dbt in the environment that fal makes. */
class DebugCommandTest {
  private static final String CACHE =
      System.getenv().getOrDefault("FAL_CACHE_DIR", "target/test-cache");

  private Path home;
  private Path project;
  private final Map<String, String> variables = new HashMap<>();

  private record Result(int exitCode, String out, String err) {}

  @BeforeEach
  void makeProject(@TempDir Path scratch) throws IOException {
    home = scratch;
    project = Files.createDirectory(home.resolve("shop"));
    write("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
    write(
        "profiles.yml",
        """
        shop:
          target: dev
          outputs:
            dev:
              type: duckdb
              path: shop.duckdb
        """);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(project.resolve(file), text);
  }

  private Result fal(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.falflow.cli.Main",
                "debug"));
    command.addAll(List.of(arguments));
    if (!command.contains("--python")) {
      command.addAll(List.of("--python", "managed"));
    }
    Path out = home.resolve("out.txt");
    Path err = home.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("FAL_CACHE_DIR", Path.of(CACHE).toAbsolutePath().toString());
    builder.environment().put("DBT_SEND_ANONYMOUS_USAGE_STATS", "false");
    builder.environment().keySet().removeIf(name -> name.startsWith("DBT_PROFILES"));
    builder.environment().putAll(variables);
    int exitCode = builder.start().waitFor();
    return new Result(
        exitCode,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void tellsWhatItFoundAndThatTheWarehouseIsReachable() throws Exception {
    Result result = fal();

    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    assertThat(result.out())
        .contains("Java " + System.getProperty("java.version"), "found as         fal's own")
        .containsPattern("dbt-core +1\\.\\d+")
        .containsPattern("dbt-duckdb +1\\.\\d+")
        .containsPattern("pandas +\\d")
        .containsPattern("pyarrow +\\d")
        .contains("Project shop", "profile shop, target dev: duckdb, schema main")
        .contains("Connection test: [OK connection ok]")
        .containsPattern("cache +" + Path.of(CACHE).toAbsolutePath())
        .contains("/dev/shm (")
        .endsWith("Everything that a run needs was found.\n");
  }

  @Test
  void neverPrintsASecret() throws Exception {
    variables.put("DBT_ENV_SECRET_SIDE", "side-secret-1");
    variables.put("MD", "token-in-variable");
    write(
        "profiles.yml",
        """
        shop:
          target: dev
          outputs:
            dev:
              type: duckdb
              path: "md:shop?motherduck_token={{ env_var('MD') }}"
              settings:
                s3_secret_access_key: literal-secret
                other: "{{ env_var('DBT_ENV_SECRET_SIDE') }}"
            pg: {type: postgres, host: localhost, port: 1, user: me, password: "pg-secret",
                 dbname: "shop password=in-the-name", schema: public}
        """);

    Result duckdb = fal();
    Result postgres = fal("--target", "pg");

    assertThat(duckdb.exitCode()).isEqualTo(2);
    assertThat(postgres.exitCode()).isEqualTo(2);
    assertThat(duckdb.out() + duckdb.err() + postgres.out() + postgres.err())
        .contains("motherduck_token=*****", "s3_secret_access_key': *****")
        .doesNotContain(
            "side-secret-1", "token-in-variable", "literal-secret", "pg-secret", "in-the-name");
    assertThat(postgres.out()).contains("Problems\n  - ", "[warehouse-unreachable]");
  }

  @Test
  void listsAllProblemsAtTheEnd() throws Exception {
    Path bin = Files.createDirectory(home.resolve("bin"));
    Path foreign = bin.resolve("fal");
    Files.writeString(foreign, "#!/usr/bin/env python3\n");
    Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxr-xr-x"));
    variables.put("PATH", bin + ":" + System.getenv("PATH"));

    Result result = fal("--profile", "nope");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out().substring(result.out().indexOf("Warnings\n")))
        .contains("fal on PATH is " + foreign, "[foreign-fal-command]")
        .contains("Problems\n", "Could not find profile named 'nope'", "[dbt-debug-failed]");
  }

  @Test
  void worksOutsideAProjectAndLeavesNothingThere() throws Exception {
    Path empty = Files.createDirectory(home.resolve("empty"));

    Result result = fal("--project-dir", empty.toString());

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out())
        .contains("Python 3.", "dbt-core", "not run: it needs a project", "[project-not-found]");
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void saysWhyThePythonGivenCannotBeUsed() throws Exception {
    Result result = fal("--python", "/nowhere/python");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).contains("Project shop", "[python-not-found]");
  }
}
