package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.e2e.TypeTable.NewColumn;
import dev.falflow.e2e.TypeTable.Row;
import dev.falflow.e2e.TypesDatabase.StoredTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every database must do with types, names and columns without values: DESIGN D8. The tables
 * in {@code src/test/types} say what is expected; one run of the project {@code conform} per
 * database carries all of it.
 */
@ParameterizedClass
@EnumSource(TypesDatabase.Kind.class)
class ConformanceTest {
  /** The list: a table says of each what the database has for it, or that it has none. */
  private static final List<String> KINDS =
      List.of(
          "bool",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "hugeint",
          "float",
          "double",
          "double, Inf",
          "double, NaN",
          "decimal",
          "decimal of 38 digits",
          "text",
          "text, NUL",
          "text of 1 MB",
          "binary",
          "date",
          "time",
          "timestamp",
          "timestamp with zone",
          "interval",
          "uuid",
          "json",
          "jsonb",
          "array",
          "enum",
          "struct",
          "map");

  private static TypesDatabase database;

  /** JUnit hands the database to the method below only where a constructor takes it. */
  ConformanceTest(TypesDatabase.Kind kind) {}

  @BeforeParameterizedClassInvocation
  static void runOnce(TypesDatabase.Kind kind, @TempDir Path scratch) throws Exception {
    database = TypesDatabase.runOn(kind, scratch);
  }

  @AfterParameterizedClassInvocation
  static void close() throws Exception {
    database.close();
  }

  static Stream<Arguments> everyFrame() {
    return Arrays.stream(FrameKind.values())
        .flatMap(
            frame -> Arrays.stream(Filling.values()).map(filling -> Arguments.of(frame, filling)));
  }

  @Test
  void theTableHasEveryKindInTheDatabasesOwnWords() throws Exception {
    assertThat(database.table.rows())
        .extracting(Row::kind)
        .doesNotHaveDuplicates()
        .containsAll(KINDS);
    Map<String, String> types = types("filled");
    for (Row row : database.table.existing()) {
      assertThat(types).containsEntry(row.kind(), row.stored());
    }
  }

  @ParameterizedTest
  @MethodSource("everyFrame")
  void aModelSeesTheTypesOfTheTable(FrameKind frame, Filling filling) throws Exception {
    String model = frame.model(filling);
    assertThat(database.status(model)).as(database::output).isEqualTo("success");
    Map<String, String> expected = new LinkedHashMap<>();
    for (Row row : columnsOf(frame)) {
      expected.put(row.kind(), row.dtype(frame, filling));
    }
    Map<String, String> seen = database.seen(model);
    seen.remove("id");
    assertThat(seen).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("everyFrame")
  void aColumnComesBackInItsType(FrameKind frame, Filling filling) throws Exception {
    Map<String, String> expected = types(frame.source(filling));
    for (Row row : columnsOf(frame)) {
      expected.compute(
          row.kind(), (name, given) -> row.typeAfter(frame, filling, String.valueOf(given)));
    }
    assertThat(database.stored(frame.model(filling)).types()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("everyFrame")
  void itsValuesAreThoseOfItsSource(FrameKind frame, Filling filling) throws Exception {
    StoredTable source = database.stored(frame.source(filling));
    StoredTable written = database.stored(frame.model(filling));
    assertThat(written.values().keySet()).isEqualTo(source.values().keySet());
    Set<String> changed = new TreeSet<>();
    List<String> how = new ArrayList<>();
    source
        .values()
        .forEach(
            (name, values) -> {
              if (!values.equals(written.values().get(name))) {
                changed.add(name);
                how.add(name + ": " + values + " -> " + written.values().get(name));
              }
            });
    Set<String> expected =
        columnsOf(frame).stream()
            .filter(row -> !row.keepsValues(frame, filling))
            .map(Row::kind)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(changed).as(how.toString()).isEqualTo(expected);
  }

  @Test
  void whatADefaultFrameChangesIsSaid() throws Exception {
    for (Row row : database.table.existing()) {
      if (!row.keepsValues(FrameKind.DEFAULT, Filling.FILLED)) {
        assertThat(database.output())
            .containsPattern("column '" + row.kind() + "' .*(is read as float64|holds NaN)");
      }
    }
  }

  /** A copy, to be changed. */
  private static Map<String, String> types(String table) throws Exception {
    return new LinkedHashMap<>(database.stored(table).types());
  }

  private static List<Row> columnsOf(FrameKind frame) {
    return database.table.existing().stream().filter(row -> row.isIn(frame)).toList();
  }

  @Test
  void newColumnsHaveTheTypesOfTheTable() throws Exception {
    assertThat(database.status("fresh")).as(database::output).isEqualTo("success");
    Map<String, String> expected = new LinkedHashMap<>();
    for (NewColumn column : NewColumn.all()) {
      String type = column.on(database.kind());
      if (type.equals(TypeTable.NONE)) {
        assertThat(database.status(TypesDatabase.refused(column))).isNotEqualTo("success");
        assertThat(database.output()).contains("column \"" + column.arrow() + "\": ");
      } else {
        expected.put(column.arrow(), type);
      }
    }
    Map<String, String> types = types("fresh");
    types.remove("id");
    assertThat(types).isEqualTo(expected);
  }

  @Test
  void columnsAreKnownByTheirNamesInWhateverOrder() throws Exception {
    StoredTable names = database.stored("names");
    List<String> backwards = new ArrayList<>(names.types().keySet());
    Collections.reverse(backwards);
    StoredTable reordered = database.stored("reordered");
    assertThat(reordered.types()).isEqualTo(names.types());
    assertThat(reordered.types().keySet()).containsExactlyElementsOf(backwards);
    assertThat(reordered.values()).isEqualTo(names.values());
    assertThat(database.stored("appended").values()).isEqualTo(names.values());
  }

  @ParameterizedTest
  @ValueSource(strings = {"told_nulls", "told_empty"})
  void aColumnWithoutValuesHasTheTypeItIsTold(String model) throws Exception {
    assertThat(database.status(model)).as(database::output).isEqualTo("success");
    Map<String, String> types = types(model);
    String text =
        NewColumn.all().stream()
            .filter(column -> column.arrow().equals("string"))
            .map(column -> column.on(database.kind()))
            .findFirst()
            .orElseThrow();
    types.replaceAll((name, type) -> type.replace("numeric", "decimal").toLowerCase(Locale.ROOT));
    assertThat(types)
        .containsEntry("declared", "decimal(9,2)")
        .containsEntry("twice_told", "decimal(9,2)")
        .containsEntry("previous", "date")
        .containsEntry("untold", text.toLowerCase(Locale.ROOT));
    assertThat(database.output())
        .contains("column 'declared' has no values; its type is the declared decimal(9,2)")
        .contains("column 'twice_told' has no values; its type is the declared decimal(9,2)")
        .containsIgnoringCase(
            "column 'previous' has no values; its type is the one it had before, date")
        .contains("column 'untold' has no values and no declared type; it is written as text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"named_types", "sqlalchemy_types"})
  void dtypeNamesTheDatabasesOwnTypes(String model) throws Exception {
    assertThat(database.status(model)).as(database::output).isEqualTo("success");
    assertThat(database.stored(model).types().values())
        .map(type -> type.replaceAll("\\(\\d+\\)", "").toLowerCase(Locale.ROOT))
        .map(
            type ->
                type.replace("character varying", "varchar")
                    .replace("numeric", "decimal")
                    .replace(", ", ","))
        .containsExactly("bigint", "varchar", "decimal(12,2)", "smallint");
  }

  @Test
  void floatsThatAreNoNumbersAreKeptOrRefusedWithColumnAndRow() throws Exception {
    boolean hasInfinity = database.kind() != TypesDatabase.Kind.MARIADB;
    boolean hasNan = hasInfinity && database.kind() != TypesDatabase.Kind.SQLITE;
    assertThat(database.status("has_infinity").equals("success")).isEqualTo(hasInfinity);
    assertThat(database.status("has_nan").equals("success")).isEqualTo(hasNan);
    if (hasNan) {
      assertThat(database.stored("has_nan").values().get("x"))
          .map(value -> value.toLowerCase(Locale.ROOT).replace("none", "null"))
          .containsExactly("1.5", "null", "nan");
    } else {
      assertThat(database.output()).contains("column \"x\", row 2: NaN is no number that ");
    }
    if (hasInfinity) {
      assertThat(database.stored("has_infinity").values().get("x"))
          .last(InstanceOfAssertFactories.STRING)
          .containsIgnoringCase("inf");
    } else {
      assertThat(database.output()).contains("column \"x\", row 1: Infinity is no number that ");
    }
  }

  @Test
  void whatPolarsDoesNotHaveIsRefusedWithTheColumnsName() throws Exception {
    List<String> strange =
        database.table.existing().stream()
            .filter(row -> !row.isIn(FrameKind.POLARS))
            .map(row -> "frame='polars' can't hold column '" + row.kind() + "'")
            .toList();
    assertThat(database.status("whole_in_polars").equals("success")).isEqualTo(strange.isEmpty());
    if (!strange.isEmpty()) {
      assertThat(database.output()).containsAnyOf(strange.toArray(String[]::new));
    }
  }

  @Test
  void aNewTimestampWithZoneIsTheSameInstant() throws Exception {
    String utc = "2024-02-29 10:34:56.789012";
    assertThat(database.stored("fresh").values().get("timestamp[us, tz=Europe/Berlin]"))
        .containsExactly(
            switch (database.kind()) {
              case DUCKDB -> "2024-02-29 11:34:56.789012+01";
              case POSTGRES -> utc + "+00";
              case SQLITE -> "text " + utc + "+00:00";
              case MARIADB -> utc;
            });
  }
}
