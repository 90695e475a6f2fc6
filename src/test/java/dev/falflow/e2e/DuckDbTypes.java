package dev.falflow.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** DuckDB, in dbt's own process. */
final class DuckDbTypes extends DbtTypes {
  /** Every table's columns: type, and values as DuckDB prints them. */
  private static final String TABLES =
      """
      import json, sys
      import duckdb

      connection = duckdb.connect(sys.argv[1])
      connection.execute("set TimeZone = 'Europe/Berlin'")
      tables = {}
      for (table,) in connection.execute("select distinct table_name from duckdb_columns() where not internal").fetchall():
          columns = tables[table] = {}
          query = "select column_name, data_type from duckdb_columns() where table_name = ? order by column_index"
          for name, kind in connection.execute(query, [table]).fetchall():
              quoted = '"' + name.replace('"', '""') + '"'
              order = "" if table == "told_empty" else " order by id"
              values = connection.execute(f"select {quoted}::varchar from {table}{order}").fetchall()
              columns[name] = {"type": kind, "values": [str(value) for (value,) in values]}
      print(json.dumps(tables))
      """;

  private Map<String, StoredTable> tables = Map.of();

  DuckDbTypes(SampleProject project) {
    super(Kind.DUCKDB, project);
  }

  @Override
  int longestName() {
    return 200;
  }

  @Override
  void execute(List<String> statements) throws IOException {
    List<String> all = new ArrayList<>(List.of("set TimeZone = 'Europe/Berlin'"));
    all.addAll(statements);
    project.execute(all.toArray(String[]::new));
  }

  @Override
  CommandResult dbt() throws IOException {
    return project.fal().run("flow", "run");
  }

  @Override
  StoredTable stored(String table) throws IOException {
    if (tables.isEmpty()) {
      Map<String, StoredTable> read = new LinkedHashMap<>();
      String file = project.root().resolve("shop.duckdb").toString();
      TestPython.run(project.root(), TABLES, file)
          .properties()
          .forEach(each -> read.put(each.getKey(), table(each.getValue())));
      tables = read;
    }
    StoredTable found = tables.get(table);
    if (found == null) {
      throw new AssertionError("no table " + table + "\n" + output());
    }
    return found;
  }

  private static StoredTable table(JsonNode columns) {
    StoredTable table = new StoredTable(new LinkedHashMap<>(), new LinkedHashMap<>());
    columns
        .properties()
        .forEach(
            column -> {
              List<String> values = new ArrayList<>();
              column
                  .getValue()
                  .path("values")
                  .forEach(value -> values.add(shortened(value.asText())));
              table.types().put(column.getKey(), column.getValue().path("type").asText());
              table.values().put(column.getKey(), values);
            });
    return table;
  }
}
