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

/** How JDBC databases publish, on those that the tests can run. */
@ParameterizedClass
@EnumSource(
    value = Dialect.class,
    names = {"SQLITE", "MARIADB"})
class JdbcPublicationTest {
  private final TestDatabase database;

  JdbcPublicationTest(Dialect dialect, @TempDir Path scratch) throws Exception {
    database = TestDatabase.open(dialect, scratch);
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void quotesTheTablesName() throws Exception {
    database.publish("My Table", List.of(file(List.of("a", "b", "c"), "text")), "overwrite");
    assertThat(database.rows("select * from " + database.relation("My Table")))
        .containsExactly("7|7|text", "null|8|null");
  }

  @Test
  void aBooleanThatIsNoneIsNotMadeOne() throws Exception {
    database.execute("create table source (yes boolean)", "insert into source values (2)");
    if (database.isSqlite()) {
      database.publish("target", database.read("select * from source"), "overwrite");
      assertThat(database.rows("select * from target")).containsExactly("2");
    } else {
      assertThatThrownBy(() -> database.read("select * from source"))
          .hasMessageContaining("column \"yes\" (BOOLEAN) holds 2, which is no boolean");
    }
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
        .hasMessageContaining(
            database.isSqlite() ? "row 1: " : "column \"small\", row 1: '100000': ")
        .hasMessageContaining("unwritable-value");
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
