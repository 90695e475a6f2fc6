package dev.falflow.e2e;

/** How a command ended and what it printed. */
record CommandResult(int exitCode, String stdout, String stderr) {
  /** Both streams: where a line was printed is seldom the point. */
  String output() {
    return stdout + stderr;
  }

  @Override
  public String toString() {
    return "exit code " + exitCode + "\n--- stdout\n" + stdout + "--- stderr\n" + stderr;
  }
}
