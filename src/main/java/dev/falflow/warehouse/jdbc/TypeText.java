package dev.falflow.warehouse.jdbc;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether a text that stands in a statement as a type can be nothing but a type. */
final class TypeText {
  private static final Pattern SHAPE =
      Pattern.compile(
          "[A-Za-z_]\\w*(?: [A-Za-z_]\\w*){0,3} *(?:[(<][\\w ,'/+:.<>()-]*[)>])?(?: [A-Za-z_]\\w*){0,4}");

  /** What may follow a type in a column's definition and is none of its words. */
  private static final Set<String> NO_WORDS =
      Set.of(
          "as",
          "check",
          "collate",
          "constraint",
          "default",
          "generated",
          "not",
          "null",
          "on",
          "primary",
          "references",
          "select",
          "unique");

  private TypeText() {}

  static boolean isType(String text) {
    return SHAPE.matcher(text.strip()).matches()
        && isBalanced(text)
        && Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\W+", -1))
            .noneMatch(NO_WORDS::contains);
  }

  /** No bracket closes one that was not opened, which would end the list of columns. */
  private static boolean isBalanced(String text) {
    int open = 0;
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '(' || each == '<') {
        open++;
      } else if (each == ')' || each == '>') {
        open--;
      }
      if (open < 0) {
        return false;
      }
    }
    return open == 0;
  }
}
