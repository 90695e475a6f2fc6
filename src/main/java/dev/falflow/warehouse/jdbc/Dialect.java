package dev.falflow.warehouse.jdbc;

import java.util.Locale;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** Where databases differ, by dbt's adapter. */
enum Dialect {
  SNOWFLAKE(
      "net.snowflake:snowflake-jdbc",
      Publishing.SWAP,
      "boolean|smallint|integer|bigint|float|float|number(%d,%d)|varchar|binary"
          + "|date|time|timestamp_ntz|timestamp_tz"),
  BIGQUERY(
      "com.google.cloud:google-cloud-bigquery-jdbc",
      Publishing.REPLACE,
      "bool|int64|int64|int64|float64|float64|bignumeric(%d,%d)|string|bytes"
          + "|date|time|datetime|timestamp"),
  REDSHIFT(
      "com.amazon.redshift:redshift-jdbc42",
      Publishing.TRANSACTION,
      "boolean|smallint|integer|bigint|real|double precision|decimal(%d,%d)"
          + "|varchar(65535)|varbyte(1024000)|date|time|timestamp|timestamptz"),
  DATABRICKS(
      "com.databricks:databricks-jdbc",
      Publishing.REPLACE,
      "boolean|smallint|int|bigint|float|double|decimal(%d,%d)|string|binary"
          + "|date|string|timestamp_ntz|timestamp"),
  TRINO(
      "io.trino:trino-jdbc",
      Publishing.RENAMES,
      "boolean|smallint|integer|bigint|real|double|decimal(%d,%d)|varchar|varbinary"
          + "|date|time(6)|timestamp(6)|timestamp(6) with time zone"),
  SQLSERVER(
      "com.microsoft.sqlserver:mssql-jdbc",
      Publishing.TRANSACTION,
      "bit|smallint|int|bigint|real|float|decimal(%d,%d)|nvarchar(max)|varbinary(max)"
          + "|date|time(6)|datetime2(6)|datetimeoffset(6)"),
  MYSQL("com.mysql:mysql-connector-j", Publishing.RENAME_TABLE, TypeNames.MYSQL),
  MARIADB("org.mariadb.jdbc:mariadb-java-client", Publishing.RENAME_TABLE, TypeNames.MYSQL),
  CLICKHOUSE(
      "com.clickhouse:clickhouse-jdbc",
      Publishing.EXCHANGE,
      "Nullable(Bool)|Nullable(Int16)|Nullable(Int32)|Nullable(Int64)|Nullable(Float32)"
          + "|Nullable(Float64)|Nullable(Decimal(%d,%d))|Nullable(String)|Nullable(String)"
          + "|Nullable(Date32)|Nullable(String)|Nullable(DateTime64(6))"
          + "|Nullable(DateTime64(6, 'UTC'))"),
  ORACLE(
      "com.oracle.database.jdbc:ojdbc11",
      Publishing.RENAMES,
      "number(1)|number(5)|number(10)|number(19)|binary_float|binary_double|number(%d,%d)"
          + "|clob|blob|date|varchar2(15)|timestamp(6)|timestamp(6) with time zone"),
  SQLITE(
      "org.xerial:sqlite-jdbc",
      Publishing.TRANSACTION,
      "boolean|smallint|integer|bigint|real|double|decimal(%d,%d)|text|blob"
          + "|date|time|timestamp|timestamp with time zone"),
  /** Any other, by its URL. */
  OTHER(null, Publishing.RENAMES, TypeNames.ANSI);

  /** How a loaded table takes the place of the old one. */
  enum Publishing {
    /** All in one transaction. */
    TRANSACTION,
    /** One {@code rename table} moves both. */
    RENAME_TABLE,
    /** {@code alter table … swap with}. */
    SWAP,
    /** {@code exchange tables}. */
    EXCHANGE,
    /** {@code create or replace table … as select}. */
    REPLACE,
    /** Two renames, one after the other: for a moment there is no table. */
    RENAMES
  }

  private static final int ROWS_AT_ONCE = 10_000;

  private final @Nullable String driver;
  private final Publishing publishing;
  private final String types;

  /** {@code types}: see {@link TypeNames#of(String)}. */
  Dialect(@Nullable String driver, Publishing publishing, String types) {
    this.driver = driver;
    this.publishing = publishing;
    this.types = types;
  }

  /** Of dbt's adapter; {@link #OTHER} when it is not one of ours. */
  static Dialect of(String adapter) {
    return switch (adapter) {
      case "mysql5" -> MYSQL;
      case "other" -> OTHER;
      default -> {
        for (Dialect dialect : values()) {
          if (dialect.adapter().equals(adapter)) {
            yield dialect;
          }
        }
        yield OTHER;
      }
    };
  }

  /** What dbt calls it. */
  String adapter() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Group and artifact of its driver in Maven's central repository; null where none is known. */
  @Nullable String driver() {
    return driver;
  }

  Publishing publishing() {
    return publishing;
  }

  String type(ArrowType type) {
    return TypeNames.of(types).of(type);
  }

  /** What a schema's name follows to make it where there is none. */
  String createSchema() {
    return switch (this) {
      case CLICKHOUSE -> "create database if not exists ";
      case SQLSERVER -> "create schema ";
      default -> "create schema if not exists ";
    };
  }

  /** Whether a schema is what the driver calls a catalog. */
  boolean hasCatalogsOnly() {
    return this == MYSQL || this == MARIADB;
  }

  /** What follows the columns of {@code create table}. */
  String tableOptions() {
    return switch (this) {
      case MYSQL, MARIADB -> " default charset=utf8mb4";
      case CLICKHOUSE -> " engine = MergeTree order by tuple()";
      default -> "";
    };
  }

  /** Parameters of an insert of many rows; 0 where batches of one row each are the fast way. */
  int parametersAtOnce() {
    return switch (this) {
      case DATABRICKS -> 250;
      case BIGQUERY, TRINO -> 5_000;
      case MYSQL -> 30_000;
      default -> 0;
    };
  }

  /** Whether several statements make one transaction. */
  boolean hasTransactions() {
    return switch (this) {
      case BIGQUERY, DATABRICKS, TRINO, CLICKHOUSE, OTHER -> false;
      default -> true;
    };
  }

  /** Whether a statement of a transaction can be taken back, run for real on these. */
  boolean hasSavepoints() {
    return this == SQLITE || this == MARIADB || this == MYSQL;
  }

  /** Whether a result is streamed only inside a transaction. */
  boolean readsInTransaction() {
    return this == REDSHIFT;
  }

  /** Rows to fetch at once, as the driver wants it told to stream the result. */
  int fetchSize() {
    return this == MYSQL ? Integer.MIN_VALUE : ROWS_AT_ONCE;
  }

  /** Whether a boolean is a small integer, of any value. */
  boolean hasWideBooleans() {
    return this == MYSQL || this == MARIADB;
  }

  /** Whether a floating point column can hold it. */
  boolean holds(double value) {
    return switch (this) {
      case SQLITE -> !Double.isNaN(value);
      case MYSQL, MARIADB, SQLSERVER -> Double.isFinite(value);
      default -> true;
    };
  }

  /** Whether a text's type is written with a length. */
  boolean declaresLength() {
    return switch (this) {
      case BIGQUERY, DATABRICKS, TRINO, CLICKHOUSE -> false;
      default -> true;
    };
  }

  /** What follows the name of a time's or timestamp's type, for the digits that metadata tells. */
  String fraction(int digits) {
    return switch (this) {
      case MARIADB -> digits > 0 && digits <= 6 ? "(" + digits + ")" : "";
      case MYSQL -> "(6)"; // its driver tells none
      default -> "";
    };
  }
}
