package dev.falflow;

import org.jspecify.annotations.Nullable;

/**
 * One thing the user can act on: what happened, where, and how to go on.
 *
 * @param code stable, kebab-case, e.g. {@code ref-not-found}; documented in {@code docs/errors.md}
 * @param message what happened, one sentence or a few lines; never holds a secret
 * @param where place in the user's files, null when there is none
 * @param hint how to go on, null when the message already says it
 */
public record Problem(
    String code, String message, @Nullable Location where, @Nullable String hint) {
  public static Problem of(String code, String message) {
    return new Problem(code, message, null, null);
  }

  public static Problem at(Location where, String code, String message) {
    return new Problem(code, message, where, null);
  }

  public Problem withHint(String newHint) {
    return new Problem(code, message, where, newHint);
  }

  /** Message and hint in one line, where dbt prints them. */
  public String words() {
    if (hint == null) {
      return message;
    }
    boolean isSentence = message.endsWith(".") || message.endsWith("!") || message.endsWith("?");
    return message + (isSentence ? " " : ". ") + hint;
  }

  /** Place, message and hint as they are printed, the hint on a line of its own. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (where != null) {
      text.append(where).append(": ");
    }
    text.append(message);
    if (hint != null) {
      text.append(System.lineSeparator()).append("  ").append(hint);
    }
    return text.append(" [").append(code).append(']').toString();
  }
}
