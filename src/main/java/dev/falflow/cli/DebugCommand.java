package dev.falflow.cli;

import dev.falflow.Problem;
import dev.falflow.flow.SetupCheck;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fal debug}: what fal found on this machine and in this project, secrets masked. */
@Command(
    name = "debug",
    description =
        "Show what fal found (Java, Python, dbt, project, profile) and test the connection.",
    sortOptions = false)
final class DebugCommand implements Callable<Integer>, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions =
      TypedDbtOptions.ofEveryLevel("--target", "--profile", "--vars");
  @Mixin final CommonOptions own = new CommonOptions();
  @Mixin final PythonOption python = new PythonOption();

  @ParentCommand @Nullable FalCommand parent;
  @Spec @Nullable CommandSpec spec;

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
    SetupCheck check = new SetupCheck(cache, environments, System.getenv());
    SetupCheck.Outcome outcome = check.run(request(), section -> print(out, section));
    print(out, "Warnings", outcome.warnings());
    print(out, "Problems", outcome.problems());
    if (outcome.problems().isEmpty()) {
      out.println("Everything that a run needs was found.");
      return 0;
    }
    return ExitCode.USAGE_OR_SETUP;
  }

  private SetupCheck.Request request() {
    return new SetupCheck.Request(
        dbtOptions.over(parent == null ? List.of() : List.of(parent.dbtOptions())),
        python.path,
        String.join("", spec == null ? new String[0] : spec.root().version()),
        System.getProperty("fal.launcher"));
  }

  private static void print(PrintStream out, SetupCheck.Section section) {
    out.println(section.title());
    for (SetupCheck.Entry entry : section.entries()) {
      out.println(
          entry.label().isEmpty()
              ? "  " + entry.value()
              : String.format("  %-16s %s", entry.label(), entry.value()));
    }
    out.println();
  }

  private static void print(PrintStream out, String title, List<Problem> problems) {
    if (!problems.isEmpty()) {
      out.println(title);
      problems.forEach(problem -> out.print(("- " + problem).indent(2)));
      out.println();
    }
  }
}
