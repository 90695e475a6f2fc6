package dev.falflow.warehouse;

/** Names in SQL text: always quoted. */
public final class Identifiers {
  private Identifiers() {}

  /** The name in double quotes, those in it doubled (SQL-92, 5.2). */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A text in single quotes, those in it doubled. */
  public static String literal(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }
}
