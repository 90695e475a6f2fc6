package dev.falflow.warehouse.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falflow.FalException;
import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.arrow.BatchWriter;
import dev.falflow.warehouse.arrow.BytesValues;
import dev.falflow.warehouse.arrow.ColumnValues;
import dev.falflow.warehouse.arrow.LongValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every JDBC database must do with data, on those that the tests can run. */
@ParameterizedClass
@EnumSource(
    value = Dialect.class,
    names = {"SQLITE", "MARIADB"})
class ConformanceTest {
  private final TestDatabase database;

  ConformanceTest(Dialect dialect, @TempDir Path scratch) throws Exception {
    database = TestDatabase.open(dialect, scratch);
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void keepsTypesAndValuesBothWays() throws Exception {
    database.execute(
        "create table source (id integer, small smallint, big bigint, yes boolean, real_ double,"
            + " price decimal(12,3), name varchar(20), long_ text, bytes_ blob, day date,"
            + (database.isSqlite()
                ? " at time, moment timestamp)"
                : " at time(6), moment datetime(6), tiny tinyint unsigned, huge bigint unsigned,"
                    + " code char(3), plain datetime, number decimal(38,2), single float)"),
        "insert into source (id, small, big, yes, real_, price, name, long_, bytes_, day, at,"
            + " moment) values (2147483647, -32768, -9223372036854775808, true, 0.1, 123456789.125,"
            + " 'it''s \"x\"', 'line\n2', x'00ff', '0001-01-01', '23:59:59.123456',"
            + " '9999-12-31 23:59:59.999999'), (null, null, null, null, null, null, null, null,"
            + " null, null, null, null), (1, 1, 1, false, -1.5e300, -0.001, '', '', x'',"
            + " '2024-02-29', '00:00:00', '1969-12-31 23:59:59.000001')");
    if (!database.isSqlite()) {
      database.execute(
          "update source set tiny = 255, huge = 18446744073709551615, code = 'abc', plain ="
              + " '2024-01-01 10:00:00', number = 123456789012345678901234567890123456.78,"
              + " single = 1.5 where id = 1");
    }
    assertThat(database.publish("target", database.read("select * from source"), "overwrite"))
        .isEqualTo(3);
    assertThat(database.rows("select * from target order by big"))
        .isEqualTo(database.rows("select * from source order by big"))
        .hasSize(3);
    assertThat(database.columns("target")).isEqualTo(database.columns("source"));
    if (database.isSqlite()) {
      assertThat(database.columns("source"))
          .containsExactly(
              "id int64 INTEGER",
              "small int64 SMALLINT",
              "big int64 BIGINT",
              "yes bool BOOLEAN",
              "real_ double DOUBLE",
              "price decimal128(12, 3) DECIMAL(12,3)",
              "name string VARCHAR(20)",
              "long_ string TEXT",
              "bytes_ binary BLOB",
              "day date32[day] DATE",
              "at time64[us] TIME",
              "moment timestamp[us] TIMESTAMP");
    } else {
      assertThat(database.columns("source"))
          .containsExactly(
              "id int32 INTEGER",
              "small int16 SMALLINT",
              "big int64 BIGINT",
              "yes bool BOOLEAN",
              "real_ double DOUBLE",
              "price decimal128(12, 3) DECIMAL(12,3)",
              "name string VARCHAR(20)",
              "long_ string TEXT",
              "bytes_ binary BLOB",
              "day date32[day] DATE",
              "at time64[us] TIME(6)",
              "moment timestamp[us] DATETIME(6)",
              "tiny uint8 TINYINT UNSIGNED",
              "huge uint64 BIGINT UNSIGNED",
              "code string CHAR(3)",
              "plain timestamp[us] DATETIME",
              "number decimal128(38, 2) DECIMAL(38,2)",
              "single float FLOAT");
    }
  }

  @Test
  void keepsTypesWithoutRowsOrValues() throws Exception {
    database.execute(
        "create table source (id bigint, name varchar(9), day date, price decimal(8,2))");
    List<String> columns = database.columns("source");
    assertThat(database.publish("target", database.read("select * from source"), "overwrite"))
        .isZero();
    assertThat(database.columns("target")).isEqualTo(columns);
    database.execute("insert into source values (null, null, null, null)");
    database.publish("target", database.read("select * from source"), "overwrite");
    assertThat(database.columns("target")).isEqualTo(columns);
    assertThat(database.rows("select * from target")).containsExactly("null|null|null|null");
  }

  @Test
  void quotesNamesAndKeepsTexts() throws Exception {
    String text = "\uD83D\uDE00 'ä' \\ \"q\" `b`" + "x".repeat(1 << 20);
    Path file = file(List.of("select", "Two Words", "a`b\"c"), text);
    database.publish("My Table", List.of(file), "overwrite");
    String relation = database.relation("My Table");
    assertThat(database.rows("select * from " + relation))
        .containsExactly("7|7|" + text, "null|8|null");
    assertThat(database.columns("My Table"))
        .satisfiesExactly(
            column -> assertThat(column).startsWith("select int64 "),
            column -> assertThat(column).startsWith("Two Words int64 "),
            column -> assertThat(column).startsWith("a`b\"c string "));
  }

  @Test
  void replacesTablesAndViewsAndAddsToTables() throws Exception {
    database.execute(
        "create view target as select 1 as id", "create table source (id bigint, name varchar(9))");
    database.execute("insert into source values (1, 'a'), (2, 'b')");
    List<Path> files = database.read("select * from source");
    database.publish("target", files, "overwrite");
    database.execute("create view reader as select count(*) as n from target");
    database.publish("target", files, "append");
    assertThat(database.rows("select * from reader")).containsExactly("4");
    database.publish("target", files, "overwrite");
    assertThat(database.rows("select * from reader")).containsExactly("2");
    assertThat(database.leftovers()).isEmpty();
  }

  @Test
  void aFailedPublicationChangesNothing() throws Exception {
    database.execute("create table target (id bigint, small smallint, check (small < 100))");
    database.execute("insert into target values (7, 7)");
    List<Path> files = database.read("select 1 as id, 5 as small union all select 2, 100000");
    assertThatThrownBy(() -> database.publish("target", files, "append"))
        .isInstanceOf(FalException.class)
        .hasMessageContaining("rows 0 to 1");
    Path mistyped = file(List.of("select", "id", "name"), "x");
    assertThatThrownBy(() -> database.publish("target", List.of(mistyped), "append"))
        .hasMessageContaining("unknown-column")
        .hasMessageContaining("\"name\"");
    for (String type :
        List.of("no such(type", "int) select 1 --", "int, d int", "int default 7", "int; drop x")) {
      Path impossible = file(List.of("a", "b", "c"), "x", Map.of("c", type));
      assertThatThrownBy(() -> database.publish("target", List.of(impossible), "overwrite"))
          .hasMessageContaining("column \"c\": " + type + " is no type")
          .hasMessageContaining("unknown-type");
    }
    if (!database.isSqlite()) {
      database.execute(
          "alter table target add primary key (id)",
          "create table child (id bigint references target (id))");
      assertThatThrownBy(() -> database.publish("target", files, "overwrite"))
          .hasMessageContaining("foreign key");
    }
    assertThat(database.rows("select * from target")).containsExactly("7|7");
    assertThat(database.leftovers()).isEmpty();
  }

  private Path file(List<String> names, String text) {
    return file(names, text, Map.of());
  }

  /** Two rows: 7, 7, the text; null, 8, null. */
  private Path file(List<String> names, String text, Map<String, String> databaseTypes) {
    List<Field> fields =
        List.of(
            field(names.get(0), new ArrowType.Int(Long.SIZE, true), databaseTypes),
            field(names.get(1), new ArrowType.Int(Long.SIZE, true), databaseTypes),
            field(names.get(2), new ArrowType.LargeUtf8(), databaseTypes));
    List<ColumnValues> values = fields.stream().map(ColumnValues::of).toList();
    try (RootAllocator allocator = new RootAllocator();
        MapDictionaryProvider none = new MapDictionaryProvider();
        BatchWriter writer =
            new BatchWriter(database.folder(), new Schema(fields), values, none, allocator)) {
      ((LongValues) values.get(0)).add(7);
      ((LongValues) values.get(1)).add(7);
      ((BytesValues) values.get(2)).add(text);
      writer.endRow();
      values.get(0).addNull();
      ((LongValues) values.get(1)).add(8);
      values.get(2).addNull();
      writer.endRow();
      return writer.finish();
    }
  }

  private static Field field(String name, ArrowType type, Map<String, String> databaseTypes) {
    String databaseType = databaseTypes.get(name);
    return new Field(
        name,
        new FieldType(
            true,
            type,
            null,
            databaseType == null ? null : Map.of(ArrowText.DATABASE_TYPE, databaseType)),
        null);
  }
}
