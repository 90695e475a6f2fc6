package dev.falflow;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Names that somebody may have meant: those a few letters away. */
public final class NearNames {
  private static final int MOST = 3;

  private NearNames() {}

  /** {@code Did you mean 'model_a'?} with a blank before it; empty when no name is near. */
  public static String hint(String wanted, Collection<String> known) {
    int allowed = Math.max(1, wanted.length() / 3);
    List<String> near =
        known.stream()
            .distinct()
            .map(name -> Map.entry(name, distance(wanted, name)))
            .filter(entry -> entry.getValue() <= allowed)
            .sorted(Comparator.comparing(Map.Entry::getValue))
            .limit(MOST)
            .map(entry -> "'" + entry.getKey() + "'")
            .toList();
    return near.isEmpty()
        ? ""
        : near.stream().collect(Collectors.joining(" or ", " Did you mean ", "?"));
  }

  /** Letters to change, add, take away, or swap with the next. */
  private static int distance(String one, String other) {
    int[][] steps = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        int best = Math.min(steps[i - 1][j], steps[i][j - 1]) + 1;
        best = Math.min(best, steps[i - 1][j - 1] + change);
        boolean swapped =
            i > 1
                && j > 1
                && one.charAt(i - 1) == other.charAt(j - 2)
                && one.charAt(i - 2) == other.charAt(j - 1);
        steps[i][j] = swapped ? Math.min(best, steps[i - 2][j - 2] + 1) : best;
      }
    }
    return steps[one.length()][other.length()];
  }
}
