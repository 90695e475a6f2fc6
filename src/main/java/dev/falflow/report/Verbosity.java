package dev.falflow.report;

/** How much of what happens is told. */
public enum Verbosity {
  /** {@code --quiet}: errors, and what macros {@code print()}. */
  QUIET,
  NORMAL,
  /** {@code --debug}: dbt's and fal's debug messages too, with level and thread. */
  DEBUG;

  /** Whether messages of this level (dbt's words: debug, info, warn, error) are shown. */
  boolean shows(String level) {
    return switch (this) {
      case QUIET -> level.equals("error");
      case NORMAL -> !level.equals("debug");
      case DEBUG -> true;
    };
  }
}
