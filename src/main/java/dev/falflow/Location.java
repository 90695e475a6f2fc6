package dev.falflow;

import org.jspecify.annotations.Nullable;

/**
 * A place in a file of the user's.
 *
 * @param file path as the user would type it, relative to the project where it lies inside
 * @param line 1-based, 0 when only the file is known
 * @param column 1-based, 0 when unknown
 * @param cell 1-based code cell of a notebook (line then counts inside the cell), null elsewhere
 */
public record Location(String file, int line, int column, @Nullable Integer cell) {
  public static Location of(String file) {
    return new Location(file, 0, 0, null);
  }

  public static Location of(String file, int line, int column) {
    return new Location(file, line, column, null);
  }

  /** {@code models/b.py:3:7}, or {@code models/b.ipynb[cell 2]:3:7} for a notebook. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (cell != null) {
      text.append("[cell ").append(cell).append(']');
    }
    if (line > 0) {
      text.append(':').append(line);
      if (column > 0) {
        text.append(':').append(column);
      }
    }
    return text.toString();
  }
}
