package dev.falflow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.flow.DependencyReport;
import dev.falflow.flow.DependencyReport.Found;
import dev.falflow.flow.FlowRequest;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import dev.falflow.source.Dependency;
import dev.falflow.source.PythonSource;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fal deps}: what each Python model depends on, and where that was found. */
@Command(
    name = "deps",
    description = "Show what each Python model depends on, and where that was found.",
    sortOptions = false)
final class DepsCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions =
      TypedDbtOptions.ofEveryLevel(
          "--select", "--exclude", "--selector", "--state", "--target", "--profile", "--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: text).")
  Output output = Output.text;

  @ParentCommand @Nullable FalCommand parent;

  /** Spelled as on the command line. */
  enum Output {
    text,
    json
  }

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
    Found found;
    try {
      found = new DependencyReport(cache, environments, Clock.systemUTC()).find(request());
    } catch (FalException e) {
      e.problems().forEach(System.err::println);
      return ExitCode.USAGE_OR_SETUP;
    }
    if (output == Output.json) {
      out.println(json(found));
    } else {
      print(out, found);
    }
    return found.errors().isEmpty() ? 0 : ExitCode.USAGE_OR_SETUP;
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

  private static void print(PrintStream out, Found found) {
    for (PythonSource model : found.models()) {
      out.println(model.file());
      if (model.dependencies().isEmpty()) {
        out.println("  depends on nothing");
      }
      for (Dependency dependency : model.dependencies()) {
        out.printf("  %-40s %s%n", oneLine(dependency.text()), place(dependency));
      }
    }
    print(out, "Warnings", found.warnings());
    print(out, "Errors", found.errors());
  }

  /** A long call is folded in its stub. */
  private static String oneLine(String text) {
    return text.replaceAll("\\s*\n\\s*", " ").replace(" )", ")");
  }

  private static String place(Dependency dependency) {
    return dependency.where()
        + (dependency.origin() == Dependency.Origin.DOCSTRING ? " (docstring)" : "");
  }

  private static void print(PrintStream out, String title, List<Problem> problems) {
    if (!problems.isEmpty()) {
      out.println();
      out.println(title);
      problems.forEach(problem -> out.print(("- " + problem).indent(2)));
    }
  }

  private static String json(Found found) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode models = json.putArray("python_models");
    for (PythonSource model : found.models()) {
      ObjectNode each = models.addObject().put("name", model.name()).put("path", model.file());
      ArrayNode dependencies = each.putArray("dependencies");
      for (Dependency dependency : model.dependencies()) {
        ObjectNode one = dependencies.addObject();
        one.put("kind", dependency.kind().name().toLowerCase(Locale.ROOT));
        dependency.arguments().forEach(one.putArray("arguments")::add);
        one.set("version", Json.MAPPER.valueToTree(dependency.version()));
        one.put("origin", dependency.origin().name().toLowerCase(Locale.ROOT));
        put(one, dependency.where());
      }
    }
    put(json.putArray("warnings"), found.warnings());
    put(json.putArray("errors"), found.errors());
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(ArrayNode list, List<Problem> problems) {
    for (Problem problem : problems) {
      ObjectNode one = list.addObject().put("code", problem.code());
      one.put("message", problem.message()).put("hint", problem.hint());
      Location where = problem.where();
      if (where != null) {
        put(one, where);
      }
    }
  }

  private static void put(ObjectNode json, Location where) {
    json.put("path", where.file()).put("line", where.line()).put("column", where.column());
    json.put("cell", where.cell());
  }
}
