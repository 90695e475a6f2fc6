package dev.falflow.cli;

import dev.falflow.Json;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.UnmatchedArgumentException;

/** Starts fal and turns the outcome into the process's exit code. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    loadJsonClasses();
    System.exit(run(arguments));
  }

  /** Beside the command line's own classes: every run needs JSON before it can start dbt. */
  private static void loadJsonClasses() {
    Thread thread = new Thread(Json::load, "fal-json");
    thread.setDaemon(true);
    thread.start();
  }

  private static int run(String[] arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new FalCommand());
    commandLine.getCommandSpec().versionProvider(version());
    TypedDbtOptions.addTo(commandLine);
    return commandLine
        .setAbbreviatedOptionsAllowed(true)
        .setAbbreviatedSubcommandsAllowed(false)
        .setExpandAtFiles(false) // @model is dbt's selection syntax
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("This is a bug in fal. Please report it with these lines:");
              failure.printStackTrace(command.getErr());
              return ExitCode.BUG;
            })
        .setParameterExceptionHandler(
            (failure, given) -> {
              CommandLine command = failure.getCommandLine();
              if (command.getSubcommands().isEmpty()) {
                String name = command.getCommandSpec().qualifiedName();
                command
                    .getErr()
                    .println("Usage: " + name + " [OPTIONS]; `" + name + " --help` lists them");
              } else {
                command.usage(command.getErr());
              }
              command.getErr().println(failure.getMessage());
              UnmatchedArgumentException.printSuggestions(failure, command.getErr());
              return ExitCode.USAGE_OR_SETUP;
            });
  }

  private static IVersionProvider version() {
    return () -> {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"fal " + (version == null ? "(unpackaged)" : version)};
    };
  }
}
