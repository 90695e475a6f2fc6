package dev.falflow.report;

import dev.falflow.dbt.DbtEvent;
import java.util.regex.Pattern;

/** An event's text for people: a Python model is called one, colours go where none are wanted. */
final class DbtText {
  private static final Pattern COLOR = Pattern.compile("\u001B\\[[0-9;]*m");

  /** The dots fill up to a column: "python" is a letter shorter than "sql fal". */
  private static final Pattern NODE = Pattern.compile("\\bsql fal model (\\S+)( \\.)?");

  private static final Pattern COUNTED = Pattern.compile("\\b(\\d+) fal (models?)\\b");

  private static final Pattern SCRIPTS = Pattern.compile("\\b(\\d+) fal script model(s?)\\b");

  /** A script has no relation: "SKIP relation main.(model, after.py)"; a long name has no dots. */
  private static final Pattern SKIPPED =
      Pattern.compile("SKIP relation \\S*?\\((.+?)\\)( +[.\\[])");

  private DbtText() {}

  static String of(DbtEvent event, boolean color) {
    String text = event.message();
    text =
        NODE.matcher(text).replaceAll(m -> "python model $1" + (m.group(2) == null ? "" : " .."));
    text = COUNTED.matcher(text).replaceAll("$1 python $2");
    text = SCRIPTS.matcher(text).replaceAll("$1 script$2");
    text = SKIPPED.matcher(text).replaceAll("SKIP script ($1)$2");
    text = text.replace("Failure in model (", "Failure in script (");
    text =
        text.replace("creating script (", "running script (")
            .replace("created script (", "ran script (");
    return color ? text : COLOR.matcher(text).replaceAll("");
  }
}
