package dev.falflow.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is accepted at every level ({@code fal}, {@code flow}, {@code flow run}) beside dbt's. */
final class CommonOptions {
  private static final String KEYWORD = "fal";

  @Option(names = "--disable-logging", description = "Accepted for the old tool's scripts.")
  boolean disableLogging;

  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec spec;

  /** The old tool's way to another key than {@code fal} in {@code meta}, gone since its 0.6.1. */
  @Option(names = "--keyword", hidden = true, paramLabel = "KEY")
  void keyword(String keyword) {
    if (!keyword.equals(KEYWORD)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "Option --keyword "
              + keyword
              + ": fal reads what is under the key 'fal' of meta and of schema files, no other."
              + " Rename '"
              + keyword
              + "' there to 'fal'.");
    }
  }
}
