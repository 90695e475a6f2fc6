package dev.falflow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Problem;
import dev.falflow.project.AskedEnvironments.Use;
import dev.falflow.python.EnvironmentInventory;
import dev.falflow.python.EnvironmentInventory.Item;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fal env list}: the project's environments as they are. */
@Command(
    name = "list",
    description = "Show the project's environments: Python, made or not, size, who uses them.",
    sortOptions = false)
final class EnvListCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private static final long MEGABYTE = 1_000_000;

  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel("--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: text).")
  DepsCommand.Output output = DepsCommand.Output.text;

  @ParentCommand @Nullable EnvCommand parent;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public Integer call() {
    EnvironmentInventory inventory;
    try {
      inventory = EnvCommand.inventory(EnvCommand.arguments(parent, dbtOptions), python);
    } catch (FalException e) {
      return EnvCommand.told(e);
    }
    List<Item> items = inventory.items();
    List<Problem> problems = new ArrayList<>(inventory.problems());
    items.stream().map(Item::problem).filter(Objects::nonNull).forEach(problems::add);
    if (output == DepsCommand.Output.json) {
      EnvCommand.out().println(json(items));
    } else {
      print(EnvCommand.out(), items);
    }
    return EnvCommand.told(problems);
  }

  private static void print(PrintStream out, List<Item> items) {
    if (items.isEmpty()) {
      out.println("The project asks for no environment of its own.");
      return;
    }
    out.println(row("NAME", "KIND", "PYTHON", "MADE", "LOCK", "USED BY"));
    for (Item item : items) {
      String uses =
          item.uses().stream()
              .map(use -> use.words() + " (" + use.where() + ")")
              .collect(Collectors.joining(", "));
      String version = item.python();
      out.println(
          row(
              item.definition().name(),
              item.definition().kind().word(),
              version == null ? "none" : version,
              item.isMade() ? megabytes(item.bytes()) : "no",
              item.lock(),
              uses.isEmpty() && isOfFile(item) ? "itself" : uses));
    }
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%-24s %-6s %-9s %-9s %-8s %s", cells).stripTrailing();
  }

  /** The block of a Python file, whose environment is called like the file. */
  private static boolean isOfFile(Item item) {
    return item.definition().where().file().equals(item.definition().name());
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%d MB", (bytes + MEGABYTE - 1) / MEGABYTE);
  }

  private static String json(List<Item> items) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode environments = json.putArray("environments");
    for (Item item : items) {
      Path folder = item.folder();
      ObjectNode each = environments.addObject();
      each.put("name", item.definition().name()).put("kind", item.definition().kind().word());
      each.put("path", item.definition().where().file());
      each.put("line", item.definition().where().line());
      each.put("python", item.python()).put("made", item.isMade()).put("bytes", item.bytes());
      each.put("folder", folder == null ? null : folder.toString()).put("lock", item.lock());
      item.definition().packages().forEach(each.putArray("packages")::add);
      ArrayNode uses = each.putArray("used_by");
      for (Use use : item.uses()) {
        uses.addObject()
            .put("name", use.words())
            .put("path", use.where().file())
            .put("line", use.where().line());
      }
    }
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
