package dev.falflow.cli;

import dev.falflow.Problem;
import dev.falflow.flow.SetupCheck;
import dev.falflow.python.CacheFolder;
import dev.falflow.python.PythonEnvironments;
import dev.falflow.python.SetupProgress;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fal debug}: what fal found on this machine and in this project, secrets masked. */
@Command(
    name = "debug",
    description =
        "Show what fal found (Java, Python, dbt, project, profile) and test the connection.",
    sortOptions = false)
final class DebugCommand implements Callable<Integer> {
  @Mixin final CommonOptions own = new CommonOptions();

  @Option(
      names = {"-t", "--target"},
      paramLabel = "NAME",
      description = "Output of the profile.")
  @Nullable String target;

  @Option(names = "--profile", paramLabel = "NAME", description = "Profile to use.")
  @Nullable String profile;

  @Option(
      names = "--vars",
      paramLabel = "YAML",
      description = "Variables of the project, as a YAML map.")
  @Nullable String vars;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description = "Python with dbt in it: an interpreter, a virtual environment, or 'managed'.")
  @Nullable String python;

  @ParentCommand @Nullable FalCommand parent;
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommonOptions common = parent == null ? own : own.over(parent.common);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    CacheFolder cache = CacheFolder.locate(System.getenv());
    PythonEnvironments environments =
        new PythonEnvironments(cache, new SetupProgress(System.err, Terminal.isWatched()));
    SetupCheck check = new SetupCheck(cache, environments, System.getenv());
    SetupCheck.Outcome outcome = check.run(request(common), section -> print(out, section));
    print(out, "Warnings", outcome.warnings());
    print(out, "Problems", outcome.problems());
    if (outcome.problems().isEmpty()) {
      out.println("Everything that a run needs was found.");
      return 0;
    }
    return ExitCode.USAGE_OR_SETUP;
  }

  private SetupCheck.Request request(CommonOptions common) {
    List<String> dbtOptions = new ArrayList<>();
    add(dbtOptions, "--target", target);
    add(dbtOptions, "--profile", profile);
    add(dbtOptions, "--vars", vars);
    return new SetupCheck.Request(
        common.projectDir == null ? Path.of("") : common.projectDir,
        common.profilesDir,
        dbtOptions,
        python,
        String.join("", spec == null ? new String[0] : spec.root().version()),
        System.getProperty("fal.launcher"));
  }

  private static void add(List<String> options, String name, @Nullable String value) {
    if (value != null) {
      options.addAll(List.of(name, value));
    }
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
