package dev.falflow.cli;

import picocli.CommandLine.Option;

/** What is accepted at every level ({@code fal}, {@code flow}, {@code flow run}) beside dbt's. */
final class CommonOptions {
  @Option(names = "--disable-logging", description = "Accepted for the old tool's scripts.")
  boolean disableLogging;
}
