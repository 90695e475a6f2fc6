package dev.falflow.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.Project;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What files need before they run: dbt's own Python models, by the rules of dbt v1's parser, and
 * scripts of the old fal. Asked of {@code fal/_doctor.py}, whose docstring is the contract.
 */
public final class FileCheck {
  private static final String SCRIPT = "fal/_doctor.py";

  private final Path python;
  private final Path script;

  /**
   * @param packageFolder where our Python package was unpacked
   */
  public FileCheck(Path python, Path packageFolder) {
    this.python = python;
    this.script = packageFolder.resolve(SCRIPT);
  }

  /**
   * What is to be edited, with the edit as hint, of each of these models, fal's and dbt's.
   *
   * @param refusedBy the adapter, where it has no Python models of dbt's; else null
   */
  public Map<PythonSource, List<Problem>> check(
      Project project, List<PythonSource> sources, @Nullable String refusedBy) {
    ArrayNode questions = Json.MAPPER.createArrayNode();
    sources.forEach(source -> ask(project, source, refusedBy, questions.addObject()));
    JsonNode answers = run(questions);
    Map<PythonSource, List<Problem>> found = new LinkedHashMap<>();
    for (int index = 0; index < sources.size(); index++) {
      List<Problem> problems = new ArrayList<>();
      answers.path(index).forEach(finding -> problems.add(problem(project, finding)));
      found.put(sources.get(index), problems);
    }
    return found;
  }

  private static void ask(
      Project project, PythonSource source, @Nullable String refusedBy, ObjectNode question) {
    if (source.kind() == PythonSource.Kind.DBT_MODEL) {
      question.put("dbt_model", source.path().toString());
      question.put("refused_by", refusedBy);
      Json.putPaths(
          question,
          "modules",
          source.code().modules().stream().map(project.root()::resolve).toList());
    } else {
      question.put("script", source.path().toString());
    }
  }

  private static Problem problem(Project project, JsonNode finding) {
    JsonNode cell = finding.path("cell");
    Location where =
        new Location(
            project.relative(Path.of(finding.path("path").asText())),
            finding.path("line").asInt(),
            finding.path("column").asInt(),
            cell.isInt() ? cell.asInt() : null);
    return Problem.at(where, "needs-edit", finding.path("what").asText())
        .withHint(finding.path("edit").asText());
  }

  /** The process reads all questions before it answers, so neither waits for the other. */
  private JsonNode run(ArrayNode questions) {
    try {
      Process process =
          new ProcessBuilder(python.toString(), "-I", "-S", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(Json.MAPPER.writeValueAsBytes(questions));
      }
      byte[] answers = process.getInputStream().readAllBytes();
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw failed("ended with exit code " + exitCode + " while it read the files", null);
      }
      return Json.MAPPER.readTree(answers);
    } catch (IOException e) {
      throw failed("failed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Python files were read", e);
    }
  }

  private FalException failed(String how, @Nullable Throwable cause) {
    Problem problem =
        Problem.of("python-failed", python + " " + how)
            .withHint("Name another Python with --python.");
    return cause == null ? new FalException(problem) : new FalException(problem, cause);
  }
}
