package dev.falflow.dbt;

import java.util.List;

/**
 * A model of dbt's manifest, enabled or not.
 *
 * @param path {@code original_file_path}: relative to its package's root
 * @param dependsOn unique_ids
 */
public record DbtNode(
    String uniqueId,
    String name,
    String packageName,
    String path,
    boolean enabled,
    List<String> dependsOn) {
  public DbtNode {
    dependsOn = List.copyOf(dependsOn);
  }
}
