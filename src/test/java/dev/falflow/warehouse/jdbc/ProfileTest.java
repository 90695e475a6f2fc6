package dev.falflow.warehouse.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/** The fields are those of the adapters' credentials, aliases resolved. */
class ProfileTest {
  private static final Path ROOT = Path.of("/project");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          snowflake | {account: ab-1, user: u, password: p, database: D, schema: S, warehouse: W, role: R} | jdbc:snowflake://ab-1.snowflakecomputing.com/ | {user=u, password=p, db=D, schema=S, warehouse=W, role=R}
          snowflake | {account: ab-1, user: u, private_key_path: k.p8, private_key_passphrase: x, host: h, port: 8} | jdbc:snowflake://h:8/ | {private_key_file=k.p8, private_key_pwd=x}
          snowflake | {account: ab-1, authenticator: jwt, token: t} | jdbc:snowflake://ab-1.snowflakecomputing.com/ | {authenticator=oauth, token=t}
          bigquery | {method: service-account, database: data, execution_project: pays, keyfile: k.json, location: EU} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=pays | {OAuthType=0, OAuthPvtKeyPath=k.json, Location=EU}
          bigquery | {method: oauth, database: data} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=data | {OAuthType=3}
          bigquery | {method: oauth-secrets, database: data, token: t} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=data | {OAuthType=2, OAuthAccessToken=t}
          redshift | {host: h, port: 5439, user: u, password: p, database: d, sslmode: verify-full, connect_timeout: 9} | jdbc:redshift://h:5439/d | {user=u, password=p, ssl=true, sslmode=verify-full, loginTimeout=9}
          redshift | {host: h, port: 5439, user: u, method: iam, database: d, cluster_id: c, region: eu, sslmode: disable} | jdbc:redshift:iam://h:5439/d | {DbUser=u, ClusterID=c, Region=eu, ssl=false}
          databricks | {host: h, http_path: /sql/1, token: t, database: main, schema: s} | jdbc:databricks://h:443 | {httpPath=/sql/1, UID=token, PWD=t, AuthMech=3, ConnCatalog=main, ConnSchema=s}
          databricks | {host: h, http_path: /sql/1, client_id: i, client_secret: x} | jdbc:databricks://h:443 | {AuthMech=11, Auth_Flow=1, OAuth2ClientId=i, OAuth2Secret=x}
          trino | {host: h, port: 8443, user: u, password: p, database: hive, schema: s, session_properties: {a: 1, b: x}} | jdbc:trino://h:8443/hive/s | {user=u, password=p, SSL=true, sessionProperties=a:1;b:x}
          trino | {host: h, port: 8080, user: u, http_scheme: http, database: hive, schema: s} | jdbc:trino://h:8080/hive/s | {user=u, SSL=false}
          sqlserver | {host: h, port: 1433, UID: u, PWD: p, database: d, encrypt: false, trust_cert: true} | jdbc:sqlserver://h:1433 | {user=u, password=p, databaseName=d, encrypt=false, trustServerCertificate=true}
          mysql | {server: h, port: 3307, username: u, password: p, schema: s} | jdbc:mysql://h:3307/s | {user=u, password=p}
          mysql5 | {server: h, username: u, password: p, schema: s, ssl_disabled: true} | jdbc:mysql://h:3306/s | {user=u, password=p, sslMode=DISABLED}
          mariadb | {server: h, username: u, password: p, schema: s} | jdbc:mariadb://h:3306/s | {user=u, password=p}
          clickhouse | {host: h, port: 9000, user: u, password: p, schema: s} | jdbc:clickhouse://h:8123/s | {user=u, password=p}
          clickhouse | {host: h, user: u, password: p, schema: s, secure: true, verify: false} | jdbc:clickhouse://h:8443/s | {ssl=true, sslmode=none}
          oracle | {user: u, password: p, protocol: tcps, host: h, port: 1522, service: x} | jdbc:oracle:thin:@tcps://h:1522/x | {user=u, password=p}
          oracle | {user: u, password: p, tns_name: db_high} | jdbc:oracle:thin:@db_high | {user=u, password=p}
          """)
  void aProfileIsTheDriversUrlAndProperties(
      String adapter, String profile, String url, String properties) {
    Address address = address(adapter, profile, null);

    assertThat(address.url()).isEqualTo(url);
    Map<String, String> found = address.properties();
    for (String property : properties.substring(1, properties.length() - 1).split(", ", -1)) {
      int middle = property.indexOf('=');
      assertThat(found)
          .containsEntry(property.substring(0, middle), property.substring(middle + 1));
    }
    assertThat(address.toString()).isEqualTo(url);
  }

  @Test
  void sqliteAttachesTheFilesOfOtherSchemas(@TempDir Path scratch) throws IOException {
    Files.writeString(scratch.resolve("found.db"), "");
    String profile =
        "{schemas_and_paths: {main: \"m's.db\", extra: sub/e.db}, schema_directory: '.'}";

    Address address = Profile.address(Dialect.SQLITE, yaml(profile), scratch, null);

    assertThat(address.url()).isEqualTo("jdbc:sqlite:" + scratch.resolve("m's.db"));
    assertThat(address.setup())
        .containsExactly(
            "attach '" + scratch.resolve("sub/e.db") + "' as \"extra\"",
            "attach '" + scratch.resolve("found.db") + "' as \"found\"",
            "pragma legacy_alter_table = on");
  }

  @Test
  void aUrlOfTheUsersStandsInForOurs() {
    Address address =
        address("db2", "{user: u, password: p}", "jdbc:db2://h:50000/sample;secret=1");

    assertThat(address.url()).isEqualTo("jdbc:db2://h:50000/sample;secret=1");
    assertThat(address.place()).isEqualTo("jdbc:db2://h:50000/sample");
    assertThat(address.properties()).isEqualTo(Map.of("user", "u", "password", "p"));
  }

  @ParameterizedTest
  @CsvSource({
    "bigquery,'{method: external-oauth-wif, database: d}'",
    "redshift,'{method: browser_identity_center, host: h, database: d}'",
    "sqlserver,'{authentication: synapsespark, host: h}'",
    "trino,'{keytab: k, host: h}'"
  })
  void aLoginWithoutCounterpartIsRefused(String adapter, String profile) {
    assertThatThrownBy(() -> address(adapter, profile, null))
        .hasMessageContaining("unsupported-warehouse")
        .hasMessageContaining("FAL_JDBC_URL");
  }

  private static Address address(String adapter, String profile, @Nullable String url) {
    return Profile.address(Dialect.of(adapter), yaml(profile), ROOT, url);
  }

  private static JsonNode yaml(String text) {
    return Json.MAPPER.valueToTree(new Yaml().load(text));
  }
}
