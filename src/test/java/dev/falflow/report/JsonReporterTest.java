package dev.falflow.report;

import static dev.falflow.report.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.artifact.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonReporterTest {
  private static final String RAW =
      """
      {"raw": {"info": {"name": "LogStartLine", "msg": "sql fal model main.b", "invocation_id": "i1",
       "extra": {}}, "data": {"index": 1, "node_info": {"unique_id": "model.shop.b"}}}}
      """;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Reporter reporter(Verbosity verbosity) {
    return new ReportStyle(true, true, true, false, verbosity)
        .reporter(bytes, Events.CLOCK, Secrets.of(Map.of("DBT_ENV_SECRET_X", "a\"b\\cdefgh")));
  }

  private List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : bytes.toString(StandardCharsets.UTF_8).lines().toList()) {
      lines.add(Json.MAPPER.readTree(line));
    }
    return lines;
  }

  @Test
  void passesDbtsEventsOnInTheirShapeWithATextForPeople() throws IOException {
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.event(
          event("LogStartLine", "info", "START sql fal model main.b [\u001B[32mOK\u001B[0m]", RAW));
      reporter.event(event("NodeStart", "debug", "Began", RAW));
    }
    assertThat(lines())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.at("/info/msg").asText()).isEqualTo("START python model main.b [OK]");
              assertThat(line.at("/data/node_info/unique_id").asText()).isEqualTo("model.shop.b");
            });
  }

  @Test
  void putsEverythingOfOursInTheSameShape() throws IOException {
    var failure = new Failure("python-error", "models/d.py:5: é", "Traceback");
    try (Reporter reporter = reporter(Verbosity.DEBUG)) {
      reporter.event(event("LogStartLine", "info", "x", RAW));
      reporter.output("model.shop.b", "b", "stdout", "höher\tand \"quoted\"");
      reporter.info("i");
      reporter.debug("d");
      reporter.warning(Problem.of("w", "warning"));
      reporter.problems(
          List.of(Problem.at(Location.of("models/b.py", 3, 0), "p", "no").withHint("hint")));
      reporter.summary(List.of(Events.result("d", 1500, failure), Events.result("b", 1, null)));
    }
    List<JsonNode> ours = lines().subList(1, 8);
    assertThat(ours)
        .extracting(line -> line.at("/info/name").asText() + " " + line.at("/info/level").asText())
        .containsExactly(
            "FalModelOutput info",
            "FalInfo info",
            "FalDebug debug",
            "FalWarning warn",
            "FalProblem error",
            "FalModelResult error",
            "FalModelResult info");
    assertThat(ours)
        .allSatisfy(line -> assertThat(line.at("/info/invocation_id").asText()).isEqualTo("i1"));
    assertThat(ours.get(0).path("data"))
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                {"unique_id": "model.shop.b", "model": "b", "stream": "stdout",
                 "line": "höher\\tand \\"quoted\\""}
                """));
    assertThat(ours.get(4).path("data"))
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                {"code": "p", "message": "no", "file": "models/b.py", "line": 3, "column": null,
                 "cell": null, "hint": "hint"}
                """));
    assertThat(ours.get(5).at("/data/error/traceback").asText()).isEqualTo("Traceback");
    assertThat(ours.get(5).at("/data/execution_time").asDouble()).isEqualTo(1.5);
    assertThat(ours.get(6).at("/data/rows").asInt()).isEqualTo(7);
  }

  @Test
  void masksSecretsThatJsonEscapes() throws IOException {
    try (Reporter reporter = reporter(Verbosity.INFO)) {
      reporter.output("model.shop.b", "b", "stdout", "it is a\"b\\cdefgh");
    }
    assertThat(lines().get(0).at("/data/line").asText()).isEqualTo("it is *****");
  }

  @Test
  void tellsErrorsOnlyWhenQuiet() throws IOException {
    try (Reporter reporter = reporter(Verbosity.ERROR)) {
      reporter.event(event("LogStartLine", "info", "x", RAW));
      reporter.event(event("LogModelResult", "error", "bad", RAW));
      reporter.output("model.shop.b", "b", "stdout", "out");
    }
    assertThat(lines()).extracting(line -> line.at("/info/msg").asText()).containsExactly("bad");
  }
}
