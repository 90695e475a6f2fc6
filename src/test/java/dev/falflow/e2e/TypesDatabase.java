package dev.falflow.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.e2e.TypeTable.NewColumn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One database of the conformance suite: the tables of its {@link TypeTable}, on which all models
 * of the project {@code conform} run once, and what stands in it afterwards.
 */
abstract class TypesDatabase implements AutoCloseable {
  /** The databases. */
  enum Kind {
    DUCKDB,
    POSTGRES,
    SQLITE,
    /** The data plane alone: there is no dbt adapter of today's for it. */
    MARIADB;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    private TypesDatabase open(SampleProject project) throws Exception {
      return switch (this) {
        case DUCKDB -> new DuckDbTypes(project);
        case POSTGRES -> new PostgresTypes(project);
        case SQLITE -> new SqliteTypes(project);
        case MARIADB -> new MariaDbTypes(project);
      };
    }
  }

  /** A table as the database has it: each column's type and values as it prints them, by id. */
  record StoredTable(Map<String, String> types, Map<String, List<String>> values) {}

  /** Columns of every database's table {@code names}, with one more of the longest name it has. */
  static final List<String> NAMES =
      List.of(
          "Capital",
          "two words",
          "it's",
          "quo\"te",
          "back`tick",
          "select",
          "a.b",
          "100%",
          "what?",
          ":x",
          "{x}",
          "ünï",
          "back\\slash");

  private static final int SHOWN = 60;

  final TypeTable table;
  final SampleProject project;
  private final Kind kind;

  TypesDatabase(Kind kind, SampleProject project) {
    this.kind = kind;
    this.table = TypeTable.of(kind.label());
    this.project = project;
  }

  /** Makes the tables and runs the models. */
  static TypesDatabase runOn(Kind kind, Path scratch) throws Exception {
    SampleProject project = SampleProject.copyOf("conform", scratch);
    for (Filling filling : Filling.values()) {
      for (FrameKind frame : FrameKind.values()) {
        project.write("models/" + frame.model(filling) + ".py", frame.script(filling));
      }
    }
    writeNewColumns(project, kind);
    TypesDatabase database = kind.open(project);
    try {
      database.execute(database.tables());
      database.run();
    } catch (Throwable e) {
      database.close();
      throw e;
    }
    return database;
  }

  /** One model with all columns that the database takes, one for each that it refuses. */
  private static void writeNewColumns(SampleProject project, Kind kind) throws IOException {
    String head =
        """
        import datetime
        from decimal import Decimal

        import pyarrow as pa

        MOMENT = datetime.datetime(2024, 2, 29, 10, 34, 56, 789012)
        """;
    List<String> taken = new ArrayList<>();
    for (NewColumn column : NewColumn.all()) {
      String pair = "'" + column.arrow() + "': " + column.value();
      if (column.on(kind).equals(TypeTable.NONE)) {
        String model = "models/" + refused(column) + ".py";
        project.write(model, head + "write_to_model(pa.table({" + pair + "}))\n");
      } else {
        taken.add(pair);
      }
    }
    String all = String.join(", ", taken);
    project.write("models/fresh.py", head + "write_to_model(pa.table({'id': [1], " + all + "}))\n");
  }

  /** The model that writes a new column which is refused. */
  static String refused(NewColumn column) {
    return "refused_" + column.arrow().replaceAll("\\W+", "_");
  }

  Kind kind() {
    return kind;
  }

  private List<String> tables() {
    List<String> statements = new ArrayList<>();
    List<TypeTable.Row> rows = table.existing();
    String columns =
        rows.stream()
            .map(row -> quote(row.kind()) + " " + row.type())
            .collect(Collectors.joining(", ", " (id integer, ", ")"));
    int most = rows.stream().mapToInt(row -> row.values().size()).max().orElseThrow();
    String nulls = ", null".repeat(rows.size());
    for (Filling filling : Filling.values()) {
      String name = filling.table();
      statements.add("create table " + name + columns + tableOptions());
      for (int i = 0; filling.hasValues() && i < most; i++) {
        int at = i;
        statements.add(
            rows.stream()
                .map(row -> row.values().get(at % row.values().size()))
                .collect(
                    Collectors.joining(", ", "insert into " + name + " values (" + i + ", ", ")")));
      }
      for (int i = most; filling != Filling.EMPTY && filling != Filling.FILLED && i < 5; i++) {
        statements.add("insert into " + name + " values (" + i + nulls + ")");
      }
    }
    String forPolars =
        rows.stream()
            .filter(row -> row.isIn(FrameKind.POLARS))
            .map(row -> quote(row.kind()))
            .collect(Collectors.joining(", "));
    for (Filling filling : Filling.values()) {
      statements.add(
          "create view %1$s_for_polars as select id, %2$s from %1$s"
              .formatted(filling.table(), forPolars));
    }
    List<String> names = names();
    statements.add(namedTable("names", names));
    List<String> numbers = new ArrayList<>(List.of("1"));
    names.forEach(name -> numbers.add(String.valueOf(10 + names.indexOf(name))));
    statements.add("insert into names values (" + String.join(", ", numbers) + ")");
    List<String> others = new ArrayList<>(names);
    Collections.rotate(others, 2);
    statements.add(namedTable("appended", others));
    for (String told : List.of("told_nulls", "told_empty")) {
      statements.add("create table " + told + " (id integer, twice_told date, previous date)");
    }
    return statements;
  }

  private String namedTable(String table, List<String> names) {
    return names.stream()
            .map(name -> quote(name) + " smallint")
            .collect(Collectors.joining(", ", "create table " + table + " (id integer, ", ")"))
        + tableOptions();
  }

  /** The strange names, and the longest that the database has. */
  List<String> names() {
    List<String> names = new ArrayList<>(NAMES);
    names.add("x".repeat(longestName()));
    return names;
  }

  /** Characters of a name; of databases without a limit, many. */
  abstract int longestName();

  /** A name as SQL text. */
  String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** What follows the columns of {@code create table}. */
  String tableOptions() {
    return "";
  }

  abstract void execute(List<String> statements) throws Exception;

  abstract void run() throws Exception;

  /** The table as it stands after the run. */
  abstract StoredTable stored(String table) throws Exception;

  /** {@code success}, or else, of a model. */
  abstract String status(String model) throws Exception;

  /** All that was printed, and the errors. */
  abstract String output();

  /** The dtypes that a model saw, by column. */
  Map<String, String> seen(String model) throws IOException {
    Map<String, String> seen = new LinkedHashMap<>();
    JsonNode noted = SampleProject.json(project.root().resolve("seen").resolve(model + ".json"));
    noted.properties().forEach(column -> seen.put(column.getKey(), column.getValue().asText()));
    return seen;
  }

  /** Long values by their beginning, length and hash. */
  static String shortened(String text) {
    return text.length() <= SHOWN
        ? text
        : text.substring(0, SHOWN) + "… " + text.length() + " " + text.hashCode();
  }

  @Override
  public void close() throws IOException {}
}
