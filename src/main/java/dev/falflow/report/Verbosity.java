package dev.falflow.report;

import java.util.Locale;

/** How much of what happens is told, in dbt's levels. */
public enum Verbosity {
  NONE,
  /** {@code --quiet}: errors, and what macros {@code print()}. */
  ERROR,
  WARN,
  INFO,
  /** {@code --debug}: dbt's and fal's debug messages too. */
  DEBUG;

  /** The level of this name; what dbt knows no level for, which it says itself, is INFO. */
  public static Verbosity named(String level) {
    for (Verbosity each : values()) {
      if (each.name().equals(level.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    return INFO;
  }

  /** Whether messages of this level (dbt's words: debug, info, warn, error) are shown. */
  boolean shows(String level) {
    return this != NONE && named(level).compareTo(this) <= 0;
  }
}
