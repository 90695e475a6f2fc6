package dev.falflow.dbt;

import java.util.List;

/**
 * One of dbt's options as it was given.
 *
 * @param words as dbt takes them: the option's {@link DbtOption#name} or {@link DbtOption#off}, and
 *     what follows it
 */
public record DbtArgument(DbtOption option, List<String> words) {
  public DbtArgument {
    words = List.copyOf(words);
  }

  /** The words after the option. */
  public List<String> values() {
    return words.subList(1, words.size());
  }
}
