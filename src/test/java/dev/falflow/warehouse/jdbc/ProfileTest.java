package dev.falflow.warehouse.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
          snowflake | {account: ab-1, user: u, password: p, database: D, schema: S, warehouse: W, role: R, query_tag: t} | jdbc:snowflake://ab-1.snowflakecomputing.com/ | {user=u, password=p, db=D, schema=S, warehouse=W, role=R, query_tag=t, JDBC_QUERY_RESULT_FORMAT=JSON}
          snowflake | {account: ab-1, user: u, private_key_path: k.p8, private_key_passphrase: x, host: h, port: 8} | jdbc:snowflake://h:8/ | {user=u, private_key_file=k.p8, private_key_pwd=x, JDBC_QUERY_RESULT_FORMAT=JSON}
          snowflake | {account: ab-1, user: u, private_key: k, authenticator: externalbrowser} | jdbc:snowflake://ab-1.snowflakecomputing.com/ | {user=u, private_key_base64=k, authenticator=externalbrowser, JDBC_QUERY_RESULT_FORMAT=JSON}
          snowflake | {account: ab-1, authenticator: jwt, token: t} | jdbc:snowflake://ab-1.snowflakecomputing.com/ | {authenticator=oauth, token=t, JDBC_QUERY_RESULT_FORMAT=JSON}
          bigquery | {method: service-account, database: data, execution_project: pays, keyfile: k.json, location: EU} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=pays | {OAuthType=0, OAuthPvtKeyPath=k.json, Location=EU}
          bigquery | {method: service-account-json, database: data, keyfile_json: {a: b}} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=data | {OAuthType=0, OAuthPvtKey={"a":"b"}}
          bigquery | {method: oauth, database: data} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=data | {OAuthType=3}
          bigquery | {method: oauth-secrets, database: data, token: t} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=data | {OAuthType=2, OAuthAccessToken=t}
          bigquery | {method: oauth-secrets, database: data, refresh_token: r, client_id: i, client_secret: x} | jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=data | {OAuthType=2, OAuthRefreshToken=r, OAuthClientId=i, OAuthClientSecret=x}
          redshift | {host: h, port: 5439, user: u, password: p, database: d, sslmode: verify-full, connect_timeout: 9} | jdbc:redshift://h:5439/d | {user=u, password=p, ssl=true, sslmode=verify-full, loginTimeout=9, reWriteBatchedInserts=true}
          redshift | {host: h, user: u, password: p, database: d e, sslmode: require} | jdbc:redshift://h:5439/d%20e | {user=u, password=p, ssl=true, sslmode=verify-ca, reWriteBatchedInserts=true}
          redshift | {host: h, port: 5439, user: u, method: iam, database: d, cluster_id: c, region: eu, sslmode: disable, iam_profile: i, access_key_id: a, secret_access_key: s, autocreate: true} | jdbc:redshift:iam://h:5439/d | {user=u, DbUser=u, ClusterID=c, Region=eu, Profile=i, AccessKeyID=a, SecretAccessKey=s, AutoCreate=true, ssl=false, reWriteBatchedInserts=true}
          databricks | {host: h, http_path: /sql/1, token: t, database: main, schema: s} | jdbc:databricks://h:443 | {httpPath=/sql/1, UID=token, PWD=t, AuthMech=3, ConnCatalog=main, ConnSchema=s}
          databricks | {host: h, http_path: /sql/1, client_id: i, client_secret: x} | jdbc:databricks://h:443 | {httpPath=/sql/1, ConnCatalog=hive_metastore, AuthMech=11, Auth_Flow=1, OAuth2ClientId=i, OAuth2Secret=x}
          databricks | {host: h, http_path: /sql/1} | jdbc:databricks://h:443 | {httpPath=/sql/1, ConnCatalog=hive_metastore, AuthMech=11, Auth_Flow=2}
          trino | {host: h, port: 8443, user: u, password: p, database: hive, schema: s, roles: {hive: r}, session_properties: {a: 1, b: x}, impersonation_user: i, timezone: UTC, cert: c.pem} | jdbc:trino://h:8443/hive/s | {user=u, password=p, SSL=true, roles=hive:r, sessionProperties=a:1;b:x, sessionUser=i, timezone=UTC, SSLTrustStorePath=c.pem}
          trino | {host: h, jwt_token: t, database: hive, schema: s, cert: false, client_private_key: k} | jdbc:trino://h:8080/hive/s | {accessToken=t, SSL=true, SSLVerification=NONE, SSLKeyStorePath=k}
          trino | {host: h, port: 8080, user: u, http_scheme: http, database: hive, schema: s, cert: true} | jdbc:trino://h:8080/hive/s | {user=u, SSL=false}
          sqlserver | {host: h, port: 1433, UID: u, PWD: p, database: d, encrypt: false, trust_cert: true, login_timeout: 3} | jdbc:sqlserver://h:1433 | {user=u, password=p, databaseName=d, encrypt=false, trustServerCertificate=true, loginTimeout=3, useBulkCopyForBatchInsert=true}
          sqlserver | {host: 'h\\i', authentication: ServicePrincipal, client_id: c, client_secret: s, database: d} | jdbc:sqlserver://h\\i | {user=c, password=s, authentication=ActiveDirectoryServicePrincipal, databaseName=d, encrypt=true, useBulkCopyForBatchInsert=true}
          sqlserver | {host: h, authentication: ActiveDirectoryPassword, UID: u, PWD: p, database: d} | jdbc:sqlserver://h:1433 | {user=u, password=p, authentication=ActiveDirectoryPassword, databaseName=d, encrypt=true, useBulkCopyForBatchInsert=true}
          sqlserver | {host: h, authentication: ActiveDirectoryInteractive, database: d} | jdbc:sqlserver://h:1433 | {authentication=ActiveDirectoryInteractive, databaseName=d, encrypt=true, useBulkCopyForBatchInsert=true}
          sqlserver | {host: h, authentication: msi, database: d} | jdbc:sqlserver://h:1433 | {authentication=ActiveDirectoryManagedIdentity, databaseName=d, encrypt=true, useBulkCopyForBatchInsert=true}
          sqlserver | {host: h, authentication: CLI, database: d} | jdbc:sqlserver://h:1433 | {authentication=ActiveDirectoryDefault, databaseName=d, encrypt=true, useBulkCopyForBatchInsert=true}
          mysql | {server: h, port: 3307, username: u, password: p, schema: s} | jdbc:mysql://h:3307/s | {user=u, password=p}
          mysql5 | {server: h, username: u, password: p, schema: s, ssl_disabled: true} | jdbc:mysql://h:3306/s | {user=u, password=p, sslMode=DISABLED}
          mariadb | {host: h, username: u, password: p, schema: s, ssl_disabled: true, unix_socket: /run/m} | jdbc:mariadb://h:3306/s | {user=u, password=p, sslMode=disable, localSocket=/run/m, useBulkStmts=true}
          clickhouse | {host: h, port: 9000, user: u, password: p, schema: s} | jdbc:clickhouse://h:8123/s | {user=u, password=p}
          clickhouse | {port: 8124, schema: s} | jdbc:clickhouse://localhost:8124/s | {}
          clickhouse | {host: h, port: 9440, secure: true, schema: s} | jdbc:clickhouse://h:8443/s | {ssl=true, sslmode=strict}
          clickhouse | {host: h, user: u, password: p, schema: s, secure: true, verify: false} | jdbc:clickhouse://h:8443/s | {user=u, password=p, ssl=true, sslmode=none}
          oracle | {user: u, password: p, protocol: tcps, host: h, port: 1522, service: x} | jdbc:oracle:thin:@tcps://h:1522/x | {user=u, password=p}
          oracle | {user: u, password: p, host: h, database: d} | jdbc:oracle:thin:@tcp://h:1521/d | {user=u, password=p}
          oracle | {user: u, password: p, tns_name: db_high} | jdbc:oracle:thin:@db_high | {user=u, password=p}
          oracle | {user: u, password: p, connection_string: h/x} | jdbc:oracle:thin:@h/x | {user=u, password=p}
          """)
  void aProfileIsTheDriversUrlAndProperties(
      String adapter, String profile, String url, String properties) {
    Address address = address(adapter, profile, null);

    assertThat(address.url()).isEqualTo(url);
    assertThat(address.properties()).isEqualTo(map(properties));
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
  void aRoleOfRedshiftsIsSetOnEachConnection() {
    assertThat(address("redshift", "{host: h, database: d, role: 'r\"s'}", null).setup())
        .containsExactly("set role \"r\"\"s\"");
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

  private static Map<String, String> map(String text) {
    Map<String, String> found = new TreeMap<>();
    for (String property : text.substring(1, text.length() - 1).split(", ", 0)) {
      if (!property.isEmpty()) {
        int middle = property.indexOf('=');
        found.put(property.substring(0, middle), property.substring(middle + 1));
      }
    }
    return found;
  }

  private static Address address(String adapter, String profile, @Nullable String url) {
    return Profile.address(Dialect.of(adapter), yaml(profile), ROOT, url);
  }

  private static JsonNode yaml(String text) {
    return Json.MAPPER.valueToTree(new Yaml().load(text));
  }
}
