package dev.falflow.e2e;

import java.util.Locale;

/** The frames that a model of the conformance suite may ask for. */
enum FrameKind {
  DEFAULT(""),
  EXACT(", dtypes='exact'"),
  ARROW_DTYPES(", dtypes='arrow'"),
  POLARS(", frame='polars'"),
  ARROW(", frame='arrow'"),
  BATCHES(", frame='batches'");

  private final String options;

  FrameKind(String options) {
    this.options = options;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The model that reads a table as this frame and writes it as it came. */
  String model(Filling filling) {
    return filling.table() + "_" + label();
  }

  /** What it reads: for polars, without the columns that polars doesn't have. */
  String source(Filling filling) {
    return filling.table() + (this == POLARS ? "_for_polars" : "");
  }

  /** That model's text; what it saw is in {@code seen/MODEL.json}. */
  String script(Filling filling) {
    String read = "source('raw', '%s'%s)".formatted(source(filling), options);
    String note = "note('" + model(filling) + "', ";
    return "from seen import note\n\nwrite_to_model("
        + (this == BATCHES ? note + "each) for each in " + read : note + read + ")")
        + ")\n";
  }
}
