package dev.falflow.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that are accepted at every level ({@code fal}, {@code flow}, {@code flow run}); the
 * right-most one counts, an on/off flag counts wherever it stands.
 */
final class CommonOptions {
  @Option(
      names = "--project-dir",
      paramLabel = "DIR",
      description = "Folder of dbt_project.yml (default: the current one).")
  @Nullable Path projectDir;

  @Option(
      names = "--profiles-dir",
      paramLabel = "DIR",
      description =
          "Folder of profiles.yml (default: DBT_PROFILES_DIR, the current folder, ~/.dbt, the"
              + " project's).")
  @Nullable Path profilesDir;

  @Option(names = "--debug", description = "Print dbt's and fal's debug messages too.")
  boolean debug;

  @Option(names = "--defer", description = "dbt's --defer, with --state.")
  boolean defer;

  @Option(names = "--disable-logging", description = "Accepted for the old tool's scripts.")
  boolean disableLogging;

  /** These options where set, the outer level's where not. */
  CommonOptions over(CommonOptions outer) {
    CommonOptions merged = new CommonOptions();
    merged.projectDir = projectDir == null ? outer.projectDir : projectDir;
    merged.profilesDir = profilesDir == null ? outer.profilesDir : profilesDir;
    merged.debug = debug || outer.debug;
    merged.defer = defer || outer.defer;
    merged.disableLogging = disableLogging || outer.disableLogging;
    return merged;
  }
}
