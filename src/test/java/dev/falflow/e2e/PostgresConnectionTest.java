package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways to a PostgreSQL server: its socket, and TLS with certificates on both sides. */
class PostgresConnectionTest {
  /** May come by TLS alone, with a certificate of its own and its password. */
  private static final String GUEST = "guest";

  private static Path certificates = Path.of("");
  private static PostgresServer server;

  private SampleProject project;

  @BeforeAll
  static void startWithTls(@TempDir Path folder) throws IOException {
    certificates = folder;
    authority("ca");
    authority("other");
    certificate("server", "localhost");
    certificate("client", GUEST);
    openssl("rsa -traditional -in client.key -out client.rsa");
    server = new PostgresServer();
    server.permit(
        "hostssl all " + GUEST + " 127.0.0.1/32 scram-sha-256 clientcert=verify-full",
        "hostnossl all " + GUEST + " all reject");
    Path key = server.give(certificates.resolve("server.key"));
    Path certificate = server.give(certificates.resolve("server.crt"));
    Path authority = server.give(certificates.resolve("ca.crt"));
    server.restart(
        "ssl=on",
        "ssl_key_file=" + key,
        "ssl_cert_file=" + certificate,
        "ssl_ca_file=" + authority);
    String password = PostgresServer.PASSWORD.replace("'", "''");
    server.execute(
        "create role " + GUEST + " login password '" + password + "'",
        "grant create on database postgres to " + GUEST);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void authority(String name) throws IOException {
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -keyout %s.key -out %s.crt"
            .formatted(name, name, name));
  }

  private static void certificate(String file, String name) throws IOException {
    openssl(
        "req -newkey rsa:2048 -nodes -subj /CN=%s -addext subjectAltName=DNS:%s -keyout %s.key -out %s.csr"
            .formatted(name, name, file, file));
    Files.writeString(certificates.resolve("names"), "subjectAltName=DNS:" + name);
    openssl(
        "x509 -req -in %s.csr -CA ca.crt -CAkey ca.key -days 2 -extfile names -out %s.crt"
            .formatted(file, file));
  }

  private static void openssl(String words) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .directory(certificates.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.onExit().join().exitValue()).as(said).isZero();
  }

  @BeforeEach
  void copyProject(@TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("postgres", scratch);
    project.delete("models/schema.yml");
    project.delete("models/report.sql");
  }

  private void profile(String user, String host, String more) throws IOException {
    project.write(
        "profiles.yml",
        """
        shop:
          target: dev
          outputs:
            dev: {type: postgres, dbname: postgres, schema: %s_shop, threads: 2, retries: 0,
                  user: %s, password: "{{ env_var('SHOP_PASSWORD') }}", port: %d, host: "%s"%s}
        """
            .formatted(user, user, server.port(), host, more));
  }

  private CommandResult run(String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("flow", "run"));
    words.addAll(List.of(more));
    return server.reachedFrom(project.fal(), "unused").run(words.toArray(String[]::new));
  }

  @Test
  void aHostThatIsAFolderMeansTheServersSocket() throws IOException {
    server.execute(
        "create role clerk",
        "grant create on database postgres to clerk",
        "create schema extras",
        "grant usage on schema extras to clerk",
        "create type extras.kind as enum ('c0', 'c1', 'c2')");
    profile(
        PostgresServer.OWNER,
        server.folder().toString(),
        ", sslmode: require, role: clerk, search_path: 'extras, public'");
    project.write(
        "models/spent.py",
        project.read("models/spent.py").replace("(spent)", "(spent, dtype={'customer': 'kind'})"));
    project.write(
        "models/orders.sql",
        "{{ config(materialized='table') }} select i as id, 'c' || i % 3 as customer, i as price"
            + " from generate_series(1, 200000) as i");

    CommandResult run = run();

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(server.rows("select sum(n) from " + PostgresServer.OWNER + "_shop.spent"))
        .containsExactly("200000");
    assertThat(server.rows("select tableowner from pg_tables where tablename = 'spent'"))
        .containsExactly("clerk");
  }

  @Test
  void certificatesOfBothSidesAreChecked() throws IOException {
    Files.createDirectories(project.root().resolve("certificates"));
    for (String file : List.of("ca.crt", "client.crt", "client.rsa")) {
      project.write("certificates/" + file, Files.readString(certificates.resolve(file)));
    }
    Files.setPosixFilePermissions(
        project.root().resolve("certificates/client.rsa"),
        PosixFilePermissions.fromString("rw-------"));
    profile(
        GUEST,
        "localhost",
        ", sslmode: verify-full, sslrootcert: certificates/ca.crt, sslcert: certificates/client.crt,"
            + " sslkey: certificates/client.rsa");

    CommandResult run = run();

    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(server.rows("select sum(n) from guest_shop.spent")).containsExactly("9");
  }

  @ParameterizedTest
  @CsvSource({"verify-full, 127.0.0.1, ca.crt", "require, localhost, other.crt"})
  void aServerThatIsNotTheOneIsRefused(String mode, String host, String trusted)
      throws IOException {
    profile(
        GUEST,
        host,
        ", sslmode: %s, sslrootcert: %s, sslcert: %s, sslkey: %s"
            .formatted(
                mode,
                certificates.resolve(trusted),
                certificates.resolve("client.crt"),
                certificates.resolve("client.key")));
    project.write(
        "models/spent.py", "import pandas as pd\nwrite_to_model(pd.DataFrame({'n': [1]}))");

    // The second engine has no use for dbt's own connection here, which would refuse it first.
    CommandResult run = run("--select", "spent", "--dbt-engine", "process");

    assertThat(run.exitCode()).as(run::toString).isEqualTo(1);
    assertThat(run.output())
        .contains("[warehouse-unreachable]", "PostgreSQL at " + host + ":" + server.port());
  }
}
