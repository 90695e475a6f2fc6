package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.warehouse.Identifiers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The credentials of a dbt profile as URL and properties of the database's driver. */
final class Profile {
  private final JsonNode credentials;
  private final Map<String, String> properties = new LinkedHashMap<>();

  private Profile(JsonNode credentials) {
    this.credentials = credentials;
  }

  /**
   * The address that dbt itself would connect to.
   *
   * @param credentials as dbt's adapter names them, aliases resolved
   * @param root the project's folder, which relative paths start from
   * @param url {@code FAL_JDBC_URL}, which stands in for ours; null without
   * @throws FalException {@code unsupported-warehouse} for a way to log in that we don't know
   */
  static Address address(Dialect dialect, JsonNode credentials, Path root, @Nullable String url) {
    Profile profile = new Profile(credentials);
    Address made =
        switch (dialect) {
          case SNOWFLAKE -> profile.snowflake();
          case BIGQUERY -> profile.bigQuery(url);
          case REDSHIFT -> profile.redshift(url);
          case DATABRICKS -> profile.databricks();
          case TRINO -> profile.trino(url);
          case SQLSERVER -> profile.sqlServer(url);
          case MYSQL -> profile.mySql();
          case MARIADB -> profile.mariaDb();
          case CLICKHOUSE -> profile.clickHouse();
          case ORACLE -> profile.oracle();
          case SQLITE -> profile.sqlite(root);
          case OTHER -> profile.other();
        };
    return url == null
        ? made
        : new Address(url, made.properties(), url.replaceFirst("[?;].*", ""), made.setup());
  }

  private String text(String field) {
    return credentials.path(field).asText("");
  }

  private boolean has(String field) {
    return credentials.hasNonNull(field) && !text(field).isEmpty();
  }

  private String server(String hostField, int port) {
    return text(hostField) + ":" + credentials.path("port").asInt(port);
  }

  /** A property from a field of the profile, if that has it. */
  private void put(String property, String field) {
    if (has(field)) {
      properties.put(property, text(field));
    }
  }

  private void putUser(String userField, String passwordField) {
    put("user", userField);
    put("password", passwordField);
  }

  private Address address(String url, String place) {
    return new Address(url, properties, place, List.of());
  }

  private static FalException unknownLogin(String field, String value) {
    return new FalException(
        Problem.of(
                "unsupported-warehouse",
                "The profile's %s: %s has no JDBC counterpart that fal knows."
                    .formatted(field, value))
            .withHint("FAL_JDBC_URL gives the driver a URL of your own instead."));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Address snowflake() {
    String host = has("host") ? text("host") : text("account") + ".snowflakecomputing.com";
    String port = has("port") ? ":" + text("port") : "";
    putUser("user", "password");
    put("db", "database");
    put("schema", "schema");
    put("warehouse", "warehouse");
    put("role", "role");
    put("query_tag", "query_tag");
    put("authenticator", "authenticator");
    if (text("authenticator").equals("jwt")) {
      properties.put("authenticator", "oauth"); // dbt's word for a token used as it is
    }
    put("token", "token");
    put("private_key_file", "private_key_path");
    put("private_key_base64", "private_key");
    put("private_key_pwd", "private_key_passphrase");
    properties.put("JDBC_QUERY_RESULT_FORMAT", "JSON"); // Arrow's wants the JVM opened further
    return address("jdbc:snowflake://" + host + port + "/", host);
  }

  private Address bigQuery(@Nullable String url) {
    String project = has("execution_project") ? text("execution_project") : text("database");
    put("Location", "location");
    String method = text("method");
    switch (method) {
      case "oauth" -> properties.put("OAuthType", "3");
      case "service-account" -> {
        properties.put("OAuthType", "0");
        put("OAuthPvtKeyPath", "keyfile");
      }
      case "service-account-json" -> {
        properties.put("OAuthType", "0");
        JsonNode key = credentials.path("keyfile_json");
        properties.put("OAuthPvtKey", key.isTextual() ? key.asText() : key.toString());
      }
      case "oauth-secrets" -> {
        properties.put("OAuthType", "2");
        put("OAuthAccessToken", "token");
        put("OAuthRefreshToken", "refresh_token");
        put("OAuthClientId", "client_id");
        put("OAuthClientSecret", "client_secret");
      }
      default -> {
        if (url == null) {
          throw unknownLogin("method", method);
        }
      }
    }
    return address(
        "jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=" + project,
        "project " + project);
  }

  private Address redshift(@Nullable String url) {
    String method = has("method") ? text("method") : "database";
    String scheme = "jdbc:redshift://";
    putUser("user", "password");
    if (method.equals("iam") || method.equals("iam_role")) {
      scheme = "jdbc:redshift:iam://";
      put("DbUser", "user");
      put("ClusterID", "cluster_id");
      put("Region", "region");
      put("Profile", "iam_profile");
      put("AccessKeyID", "access_key_id");
      put("SecretAccessKey", "secret_access_key");
      put("AutoCreate", "autocreate");
    } else if (!method.equals("database") && url == null) {
      throw unknownLogin("method", method);
    }
    if (text("sslmode").equals("disable")) {
      properties.put("ssl", "false");
    } else {
      properties.put("ssl", "true");
      properties.put(
          "sslmode", text("sslmode").equals("verify-full") ? "verify-full" : "verify-ca");
    }
    put("loginTimeout", "connect_timeout");
    properties.put("reWriteBatchedInserts", "true");
    String server = server("host", 5439);
    return new Address(
        scheme + server + "/" + encoded(text("database")),
        properties,
        server,
        has("role") ? List.of("set role " + Identifiers.quote(text("role"))) : List.of());
  }

  private Address databricks() {
    properties.put("httpPath", text("http_path"));
    properties.put("ConnCatalog", has("database") ? text("database") : "hive_metastore");
    put("ConnSchema", "schema");
    if (has("token")) {
      properties.put("AuthMech", "3");
      properties.put("UID", "token");
      put("PWD", "token");
    } else {
      properties.put("AuthMech", "11");
      properties.put("Auth_Flow", has("client_secret") ? "1" : "2");
      put("OAuth2ClientId", "client_id");
      put("OAuth2Secret", "client_secret");
    }
    return address("jdbc:databricks://" + text("host") + ":443", text("host"));
  }

  private Address trino(@Nullable String url) {
    // The method is no field of dbt-trino's: what it needs is.
    boolean isPlain = text("http_scheme").equals("http");
    if (has("keytab") && url == null) {
      throw unknownLogin("method", "kerberos");
    }
    properties.put("SSL", Boolean.toString(!isPlain));
    putUser("user", "password");
    put("accessToken", "jwt_token");
    put("sessionUser", "impersonation_user");
    put("SSLKeyStorePath", "client_private_key");
    put("timezone", "timezone");
    if (text("cert").equals("false")) {
      properties.put("SSLVerification", "NONE");
    } else if (has("cert") && !text("cert").equals("true")) {
      put("SSLTrustStorePath", "cert");
    }
    putPairs("roles", "roles");
    putPairs("sessionProperties", "session_properties");
    String server = server("host", 8080);
    return address(
        "jdbc:trino://" + server + "/" + encoded(text("database")) + "/" + encoded(text("schema")),
        server);
  }

  /** A map of the profile as {@code key:value;key:value}. */
  private void putPairs(String property, String field) {
    List<String> pairs = new ArrayList<>();
    credentials
        .path(field)
        .properties()
        .forEach(pair -> pairs.add(pair.getKey() + ":" + pair.getValue().asText()));
    if (!pairs.isEmpty()) {
      properties.put(property, String.join(";", pairs));
    }
  }

  private Address sqlServer(@Nullable String url) {
    String authentication = has("authentication") ? text("authentication") : "sql";
    putUser("UID", "PWD");
    switch (authentication.toLowerCase(java.util.Locale.ROOT)) {
      case "sql" -> {}
      case "activedirectorypassword" -> properties.put("authentication", "ActiveDirectoryPassword");
      case "activedirectoryinteractive" ->
          properties.put("authentication", "ActiveDirectoryInteractive");
      case "serviceprincipal", "activedirectoryserviceprincipal" -> {
        properties.put("authentication", "ActiveDirectoryServicePrincipal");
        put("user", "client_id");
        put("password", "client_secret");
      }
      case "msi", "activedirectorymsi" ->
          properties.put("authentication", "ActiveDirectoryManagedIdentity");
      case "auto", "cli", "environment" ->
          properties.put("authentication", "ActiveDirectoryDefault");
      default -> {
        if (url == null) {
          throw unknownLogin("authentication", authentication);
        }
      }
    }
    put("databaseName", "database");
    properties.put("encrypt", has("encrypt") ? text("encrypt") : "true");
    put("trustServerCertificate", "trust_cert");
    put("loginTimeout", "login_timeout");
    properties.put("useBulkCopyForBatchInsert", "true");
    String server =
        text("host").contains("\\") ? text("host") : server("host", 1433); // a named instance
    return address("jdbc:sqlserver://" + server, server);
  }

  private Address mySql() {
    Address address = mySqlFamily("mysql");
    return address;
  }

  private Address mariaDb() {
    properties.put("useBulkStmts", "true");
    return mySqlFamily("mariadb");
  }

  private Address mySqlFamily(String scheme) {
    putUser("username", "password");
    String host = has("server") ? "server" : "host";
    String server = server(host, 3306);
    if (has("unix_socket")) {
      put("localSocket", "unix_socket");
    }
    if (text("ssl_disabled").equals("true")) {
      properties.put("sslMode", scheme.equals("mysql") ? "DISABLED" : "disable");
    }
    return address("jdbc:" + scheme + "://" + server + "/" + encoded(text("schema")), server);
  }

  private Address clickHouse() {
    boolean isSecure = text("secure").equals("true");
    putUser("user", "password");
    if (isSecure) {
      properties.put("ssl", "true");
      properties.put("sslmode", text("verify").equals("false") ? "none" : "strict");
    }
    // The JDBC driver speaks HTTP whatever dbt's does, so a port of the native protocol won't do.
    int port = credentials.path("port").asInt(0);
    if (port == 0 || port == 9000 || port == 9440) {
      port = isSecure ? 8443 : 8123;
    }
    String server = (has("host") ? text("host") : "localhost") + ":" + port;
    return address("jdbc:clickhouse://" + server + "/" + encoded(text("schema")), server);
  }

  private Address oracle() {
    putUser("user", "password");
    if (has("connection_string")) {
      return address("jdbc:oracle:thin:@" + text("connection_string"), text("connection_string"));
    }
    if (!has("host")) {
      return address("jdbc:oracle:thin:@" + text("tns_name"), text("tns_name"));
    }
    String server =
        server("host", 1521) + "/" + (has("service") ? text("service") : text("database"));
    String protocol = has("protocol") ? text("protocol") : "tcp";
    return address("jdbc:oracle:thin:@" + protocol + "://" + server, server);
  }

  /** The file of {@code main}; those of other schemas are attached, as dbt-sqlite does it. */
  private Address sqlite(Path root) {
    Map<String, Path> files = new TreeMap<>();
    credentials
        .path("schemas_and_paths")
        .properties()
        .forEach(
            schema ->
                files.put(schema.getKey(), root.resolve(schema.getValue().asText()).normalize()));
    Path main = files.remove("main");
    if (main == null) {
      throw new FalException(
          Problem.of("bad-profile", "schemas_and_paths in the profile needs a schema 'main'."));
    }
    Path directory = root.resolve(text("schema_directory")).normalize();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.db")) {
        for (Path file : found) {
          if (!file.equals(main) && !files.containsValue(file)) {
            files.put(file.getFileName().toString().replaceFirst("\\.db$", ""), file);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    List<String> setup = new ArrayList<>();
    files.forEach(
        (schema, file) ->
            setup.add(
                "attach "
                    + Identifiers.literal(file.toString())
                    + " as "
                    + Identifiers.quote(schema)));
    credentials
        .path("extensions")
        .forEach(
            extension -> {
              properties.put("enable_load_extension", "true");
              Path file = root.resolve(extension.asText());
              setup.add("select load_extension(" + Identifiers.literal(file.toString()) + ")");
            });
    setup.add("pragma legacy_alter_table = on"); // a rename looks into no view
    properties.put("busy_timeout", "60000");
    properties.put("transaction_mode", "IMMEDIATE");
    return new Address("jdbc:sqlite:" + main, properties, main.toString(), setup);
  }

  private Address other() {
    for (String field : List.of("user", "username", "UID")) {
      put("user", field);
    }
    for (String field : List.of("password", "pass", "PWD")) {
      put("password", field);
    }
    return address("", "");
  }
}
