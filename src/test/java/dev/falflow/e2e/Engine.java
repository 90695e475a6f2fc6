package dev.falflow.e2e;

import java.util.List;

/** The two ways to drive dbt, both of which a user may choose. */
enum Engine {
  RESIDENT("resident"),
  PROCESS("process");

  private final String word;

  Engine(String word) {
    this.word = word;
  }

  List<String> options() {
    return List.of("--dbt-engine", word);
  }
}
