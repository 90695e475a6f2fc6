package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.e2e.TypeTable.NewColumn;
import dev.falflow.e2e.TypeTable.Otherwise;
import dev.falflow.e2e.TypeTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/type-tables.md} is what the tables of {@link ConformanceTest} say. */
class TypeTablesPageTest {
  private static final Path PAGE = Path.of("docs/type-tables.md");
  private static final Path MADE = Path.of("target/type-tables.md");
  private static final Map<String, String> DATABASES =
      new TreeMap<>(
          Map.of(
              "duckdb", "DuckDB",
              "postgres", "PostgreSQL",
              "sqlite", "SQLite",
              "mariadb", "MariaDB"));

  private static final Path RULES = Path.of("docs/types.md");
  private static final String INTEGERS =
      "`Int8` `Int16` `Int32` `Int64` `UInt8` `UInt16` `UInt32` `UInt64`";

  /** Arrow types to the beginning of their lines in the rules. */
  private static final Map<String, String> LABELS =
      Map.ofEntries(
          Map.entry("u?int\\d+", "integers|unsigned"),
          Map.entry("bool", "boolean"),
          Map.entry("float", "real, float"),
          Map.entry("double", "double"),
          Map.entry("decimal128\\(([12]?\\d|3[0-7]), .*", "decimal of less"),
          Map.entry("decimal(128\\(38|256).*", "decimal of 38"),
          Map.entry("date32.*", "date "),
          Map.entry("timestamp.*", "timestamp"),
          Map.entry("time64.*", "time "),
          Map.entry("string", "text"),
          Map.entry("dictionary.*", "enum"),
          Map.entry("month_day_nano_interval", "interval"),
          Map.entry("binary|(fixed_size_)?list.*|struct.*|map.*", "bytes, list"));

  @Test
  void theCommittedPageIsWhatTheTablesSay() throws IOException {
    String page = page();
    Files.createDirectories(MADE.getParent());
    Files.writeString(MADE, page);
    assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
        .as("%s is not up to date. It is made anew by: cp %s %s", PAGE, MADE, PAGE)
        .isEqualTo(page);
  }

  @Test
  void theRulesGiveTheSameDtypes() throws IOException {
    List<String> lines = Files.readAllLines(RULES);
    for (String database : DATABASES.keySet()) {
      for (Row row : TypeTable.of(database).existing()) {
        String rules =
            lines.stream()
                .filter(line -> line.matches("\\| (" + label(row.arrow()) + ").*"))
                .map(line -> line.replace("`Int8` … `UInt64`", INTEGERS))
                .collect(Collectors.joining());
        for (String dtype : List.of(row.byDefault(), row.withNull(), row.exact())) {
          assertThat(rules)
              .as("%s of %s in %s", row.kind(), database, RULES)
              .contains(code(dtype.replaceFirst(", .*]", ", zone]")));
        }
      }
    }
  }

  /** Which lines of the rules are for an Arrow type. */
  private static String label(String arrow) {
    return LABELS.entrySet().stream()
        .filter(label -> arrow.matches(label.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no rule is for " + arrow));
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("\n## New columns\n| Arrow | ");
    page.append(String.join(" | ", DATABASES.values())).append(" |\n|---|");
    page.append("---|".repeat(DATABASES.size())).append('\n');
    for (NewColumn column : NewColumn.all()) {
      List<String> cells = new ArrayList<>(List.of(code(column.arrow())));
      DATABASES
          .keySet()
          .forEach(database -> cells.add(code(column.types().getOrDefault(database, ""))));
      page.append(line(cells));
    }
    DATABASES.forEach(
        (database, name) -> {
          page.append("\n## ").append(name).append('\n');
          page.append("| | type | Arrow | pandas | with NULL | exact | polars | otherwise |\n");
          page.append("|---|---|---|---|---|---|---|---|\n");
          TypeTable.of(database).rows().forEach(row -> page.append(line(cells(row))));
        });
    return page.toString();
  }

  private static List<String> cells(Row row) {
    List<String> cells = new ArrayList<>(List.of(row.kind()));
    for (String cell :
        List.of(
            row.type(), row.arrow(), row.byDefault(), row.withNull(), row.exact(), row.polars())) {
      cells.add(code(cell));
    }
    cells.add(
        row.exceptions().stream()
            .map(TypeTablesPageTest::sentence)
            .collect(Collectors.joining("; ")));
    return cells;
  }

  private static String sentence(Otherwise otherwise) {
    List<String> where = new ArrayList<>();
    otherwise.frames().forEach(frame -> where.add(FRAMES.get(frame)));
    otherwise.fillings().forEach(filling -> where.add(FILLINGS.get(filling)));
    String text =
        switch (otherwise.what()) {
          case "values" -> otherwise.text();
          case "type" -> "comes back as " + code(otherwise.text());
          case "stored" -> "the database keeps it as " + code(otherwise.text());
          default -> code(otherwise.text());
        };
    return where.isEmpty() ? text : String.join(", ", where) + ": " + text;
  }

  private static final Map<FrameKind, String> FRAMES =
      Map.of(
          FrameKind.DEFAULT, "pandas",
          FrameKind.EXACT, "exact",
          FrameKind.ARROW_DTYPES, "Arrow dtypes",
          FrameKind.POLARS, "polars",
          FrameKind.ARROW, "Arrow",
          FrameKind.BATCHES, "batches");

  private static final Map<Filling, String> FILLINGS =
      Map.of(
          Filling.FILLED, "without NULL",
          Filling.GAPS, "with NULL",
          Filling.NULLS, "all NULL",
          Filling.EMPTY, "no row");

  private static String code(String cell) {
    return cell.isEmpty() || cell.equals(TypeTable.NONE) ? cell : "`" + cell + "`";
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells).strip() + " |\n";
  }

  private static final String HEAD =
      """
      # Types by database
      Made by `TypeTablesPageTest` from the tables that `ConformanceTest` compares with each database; do not edit. What the dtypes
      mean, and what `dtypes="numpy"` gives, is in [types.md](types.md).

      **pandas** is the default frame where no value of the column is NULL, or there is no row; **with NULL** where one is, or all are,
      and in batches; **exact** is `dtypes="exact"`. With `dtypes="arrow"` the dtype is the Arrow type and `[pyarrow]`.
      A column that a model leaves alone comes back in the type it came in with the values it had, from every frame, unless the last
      column says otherwise. **–**: the database, or polars, does not have it; a polars frame of such a column is an error that names it.
      """;
}
