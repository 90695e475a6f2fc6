package dev.falflow.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What columns of each type become on one database: {@code src/test/types/NAME.txt}. */
record TypeTable(List<Row> rows) {
  private static final Path FOLDER = Path.of("src/test/types");

  /** What a database, or polars, does not have. */
  static final String NONE = "–";

  private static final int CELLS = 9;

  TypeTable {
    rows = List.copyOf(rows);
  }

  static TypeTable of(String database) {
    return new TypeTable(
        lines(database).stream()
            .map(
                cells -> {
                  List<String> all = new ArrayList<>(cells);
                  while (all.size() < CELLS) {
                    all.add("");
                  }
                  return new Row(
                      all.get(0),
                      all.get(1),
                      List.of(all.get(2).split(" ; ", -1)),
                      all.get(3),
                      all.get(4),
                      all.get(5),
                      all.get(6),
                      all.get(7),
                      exceptions(all.get(8)));
                })
            .toList());
  }

  /** The cells of each line of a table, comments left out. */
  static List<List<String>> lines(String table) {
    try {
      return Files.readAllLines(FOLDER.resolve(table + ".txt")).stream()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Otherwise> exceptions(String cell) {
    return Arrays.stream(cell.split(";", -1))
        .filter(each -> !each.isBlank())
        .map(
            each ->
                Otherwise.of(
                    each.substring(0, each.indexOf(" = ")),
                    each.substring(each.indexOf(" = ") + 3)))
        .toList();
  }

  /** Those that the database has. */
  List<Row> existing() {
    return rows.stream().filter(Row::exists).toList();
  }

  /**
   * A kind of values, and the column that holds it.
   *
   * @param kind also the column's name
   * @param type as the database prints it, – when it has none
   * @param values in SQL
   * @param arrow the type in an Arrow frame
   * @param byDefault the dtype in a default frame, no value being NULL
   * @param withNull the same, one being NULL
   */
  record Row(
      String kind,
      String type,
      List<String> values,
      String arrow,
      String byDefault,
      String withNull,
      String exact,
      String polars,
      List<Otherwise> exceptions) {
    Row {
      values = List.copyOf(values);
      exceptions = List.copyOf(exceptions);
    }

    boolean exists() {
      return !type.equals(NONE);
    }

    /** Whether the frame can hold it at all. */
    boolean isIn(FrameKind frame) {
      return frame != FrameKind.POLARS || !polars.equals(NONE);
    }

    String dtype(FrameKind frame, Filling filling) {
      String usual =
          switch (frame) {
            case DEFAULT ->
                filling == Filling.FILLED || filling == Filling.EMPTY ? byDefault : withNull;
            case EXACT -> exact;
            case ARROW_DTYPES -> dtype(FrameKind.ARROW, filling) + "[pyarrow]";
            case POLARS -> polars;
            case ARROW -> arrow;
            case BATCHES -> withNull;
          };
      return otherwise("", frame, filling).orElse(usual);
    }

    boolean keepsValues(FrameKind frame, Filling filling) {
      return !filling.hasValues() || otherwise("values", frame, filling).isEmpty();
    }

    /** The type that the column has when it was written again, {@code given} being its source's. */
    String typeAfter(FrameKind frame, Filling filling, String given) {
      return otherwise("type", frame, filling).orElse(given);
    }

    /** The type as the database prints it. */
    String stored() {
      return otherwise("stored", FrameKind.ARROW, Filling.FILLED).orElse(type);
    }

    private Optional<String> otherwise(String what, FrameKind frame, Filling filling) {
      return exceptions.stream()
          .filter(each -> each.what().equals(what))
          .filter(each -> each.frames().isEmpty() || each.frames().contains(frame))
          .filter(each -> each.fillings().isEmpty() || each.fillings().contains(filling))
          .map(Otherwise::text)
          .findFirst();
    }
  }

  /**
   * An exception of a row's.
   *
   * @param what {@code values} are not those of the source, the {@code type} after writing is
   *     another, the type is {@code stored} as another; empty for the dtype
   * @param frames that it is for; all where empty
   * @param fillings that it is for; all where empty
   */
  record Otherwise(String what, Set<FrameKind> frames, Set<Filling> fillings, String text) {
    private static final Set<String> WHAT = Set.of("values", "type", "stored");

    static Otherwise of(String key, String text) {
      String what = "";
      Set<FrameKind> frames = EnumSet.noneOf(FrameKind.class);
      Set<Filling> fillings = EnumSet.noneOf(Filling.class);
      for (String word : key.strip().split(" ", -1)) {
        String name = word.toUpperCase(Locale.ROOT);
        if (WHAT.contains(word)) {
          what = word;
        } else if (Arrays.stream(Filling.values()).anyMatch(each -> each.name().equals(name))) {
          fillings.add(Filling.valueOf(name));
        } else {
          frames.add(FrameKind.valueOf(name));
        }
      }
      return new Otherwise(what, frames, fillings, text.strip());
    }
  }

  /** The type of a new column for each Arrow type: {@code src/test/types/new.txt}. */
  record NewColumn(String arrow, String value, Map<String, String> types) {
    private static final List<String> DATABASES =
        List.of("duckdb", "postgres", "sqlite", "mariadb");

    static List<NewColumn> all() {
      List<NewColumn> all = new ArrayList<>();
      for (List<String> cells : lines("new")) {
        Map<String, String> types = new LinkedHashMap<>();
        for (String database : DATABASES) {
          int at = DATABASES.indexOf(database) + 2;
          types.put(database, at < cells.size() ? cells.get(at) : "");
        }
        all.add(new NewColumn(cells.get(0), cells.get(1), types));
      }
      return all;
    }

    String on(TypesDatabase.Kind database) {
      return types.getOrDefault(database.name().toLowerCase(Locale.ROOT), "");
    }
  }
}
