package dev.falflow.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fal}: the root of the command line. */
@Command(
    name = "fal",
    description = "Python models in dbt projects.",
    mixinStandardHelpOptions = false,
    subcommands = {
      FlowCommand.class,
      RunCommand.class,
      DepsCommand.class,
      EnvCommand.class,
      DoctorCommand.class,
      DebugCommand.class,
      ServeCommand.class
    })
final class FalCommand implements Runnable, TypedDbtOptions.Taker {
  private final TypedDbtOptions dbtOptions = TypedDbtOptions.ofEveryLevel();
  @Mixin final CommonOptions common = new CommonOptions();

  @Option(
      names = {"-v", "--version"},
      versionHelp = true,
      description = "Print fal's version and exit.")
  boolean version;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show this help and exit.")
  boolean help;

  @Spec @Nullable CommandSpec spec;

  @Override
  public TypedDbtOptions dbtOptions() {
    return dbtOptions;
  }

  @Override
  public void run() {
    throw commandMissing(spec);
  }

  static ParameterException commandMissing(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("picocli has set no spec");
    }
    return new ParameterException(
        spec.commandLine(), "the following arguments are required: COMMAND");
  }
}
