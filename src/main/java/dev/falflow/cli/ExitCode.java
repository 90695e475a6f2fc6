package dev.falflow.cli;

/** Exit codes, dbt's own: 0 all good, 1 a node failed, 2 usage or set-up; 130 after Ctrl-C. */
final class ExitCode {
  static final int USAGE_OR_SETUP = 2;
  static final int BUG = 70;

  private ExitCode() {}
}
