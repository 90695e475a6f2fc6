package dev.falflow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.flow.FlowRequest;
import dev.falflow.flow.ProjectDoctor;
import dev.falflow.flow.ProjectDoctor.Finding;
import dev.falflow.flow.ProjectDoctor.Verdict;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fal doctor}: what of a project with Python models will run, what won't, and the edit. */
@Command(
    name = "doctor",
    description = "Say which Python models of a project will run, which won't, and what to edit.",
    sortOptions = false)
final class DoctorCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private static final int TO_EDIT = 1;

  private final TypedDbtOptions dbtOptions =
      TypedDbtOptions.ofEveryLevel("--target", "--profile", "--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: text).")
  DepsCommand.Output output = DepsCommand.Output.text;

  @ParentCommand @Nullable FalCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    CacheFolder cache = CacheFolder.locate(System.getenv());
    PythonEnvironments environments =
        new PythonEnvironments(cache, new SetupProgress(System.err, Terminal.isWatched()));
    List<Finding> found;
    try {
      found = new ProjectDoctor(cache, environments, System.getenv()).look(request());
    } catch (FalException e) {
      e.problems().forEach(System.err::println);
      return ExitCode.USAGE_OR_SETUP;
    }
    if (output == DepsCommand.Output.json) {
      out.println(json(found));
    } else {
      print(out, found);
    }
    return of(found, Verdict.NEEDS_EDIT).isEmpty() ? 0 : TO_EDIT;
  }

  private FlowRequest request() {
    return new FlowRequest(
        "run",
        dbtOptions.over(parent == null ? List.of() : List.of(parent.dbtOptions())),
        python.path,
        true,
        false,
        true,
        false,
        false,
        null);
  }

  private static List<Finding> of(List<Finding> found, Verdict verdict) {
    return found.stream().filter(finding -> finding.verdict() == verdict).toList();
  }

  private static void print(PrintStream out, List<Finding> found) {
    if (found.isEmpty()) {
      out.println("The project has no Python models.");
    }
    for (Verdict verdict : Verdict.values()) {
      List<Finding> those = of(found, verdict);
      if (!those.isEmpty()) {
        out.println(title(verdict));
        those.forEach(finding -> out.print(text(finding).indent(2)));
        out.println();
      }
    }
  }

  private static String title(Verdict verdict) {
    return switch (verdict) {
      case RUNS -> "Runs";
      case RUNS_WITH_DBT -> "Runs with dbt";
      case NEEDS_EDIT -> "Needs an edit";
    };
  }

  private static String text(Finding finding) {
    String edit = finding.edit();
    String first = finding.where() + ": " + finding.what();
    return edit == null ? first : first + "\n" + edit.indent(2);
  }

  private static String json(List<Finding> found) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode findings = json.putArray("findings");
    for (Finding finding : found) {
      Location where = finding.where();
      findings
          .addObject()
          .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .put("path", where.file())
          .put("line", where.line())
          .put("column", where.column())
          .put("cell", where.cell())
          .put("what", finding.what())
          .put("edit", finding.edit());
    }
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
