package dev.falflow.e2e;

import java.util.Locale;

/** What is in a table of the conformance suite: each is a table of that name. */
enum Filling {
  /** Every row has a value in every column. */
  FILLED,
  /** As {@link #FILLED}, and a row of NULLs. */
  GAPS,
  /** Rows of NULLs. */
  NULLS,
  /** No row. */
  EMPTY;

  String table() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean hasValues() {
    return this == FILLED || this == GAPS;
  }
}
