package dev.falflow.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * DuckDB's files, opened by one Python that lasts as long as the tests: to start one for each of
 * their queries would take a minute in all.
 */
final class DuckDbFiles {
  /** Of each line, runs every statement; prints the rows of the last, a list of texts each. */
  private static final String SCRIPT =
      """
      import json, sys
      import duckdb

      for line in sys.stdin:
          file, *statements = json.loads(line)
          try:
              with duckdb.connect(file) as connection:
                  for statement in statements:
                      found = connection.execute(statement)
                  rows = found.fetchall() if found.description else []
              answer = {"rows": [", ".join(map(str, row)) for row in rows]}
          except Exception as error:
              answer = {"error": str(error)}
          print(json.dumps(answer), flush=True)
      """;

  private static final class Started {
    static final Process PYTHON = start();

    private static Process start() {
      try {
        return TestPython.start(Path.of(System.getProperty("java.io.tmpdir")), SCRIPT);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private DuckDbFiles() {}

  /** The rows of the last statement, values joined by comma and blank. */
  static synchronized List<String> execute(Path file, String... statements) throws IOException {
    List<String> question = new ArrayList<>(List.of(file.toString()));
    question.addAll(List.of(statements));
    Writer to = Started.PYTHON.outputWriter();
    to.write(Json.MAPPER.writeValueAsString(question) + "\n");
    to.flush();
    JsonNode answer = Json.MAPPER.readTree(Started.PYTHON.inputReader().readLine());
    if (answer.has("error")) {
      throw new AssertionError(question + ": " + answer.path("error").asText());
    }
    List<String> rows = new ArrayList<>();
    answer.path("rows").forEach(row -> rows.add(row.asText()));
    return rows;
  }
}
