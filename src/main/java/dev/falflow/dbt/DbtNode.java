package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model of dbt's manifest, enabled or not.
 *
 * @param path {@code original_file_path}: relative to its package's root
 * @param dependsOn unique_ids
 * @param fal its {@code meta.fal}, null without
 * @param patchPath the YAML file that describes it, {@code package://path}; null without
 */
public record DbtNode(
    String uniqueId,
    String name,
    String packageName,
    String path,
    boolean enabled,
    List<String> dependsOn,
    @Nullable JsonNode fal,
    @Nullable String patchPath) {
  public DbtNode {
    dependsOn = List.copyOf(dependsOn);
  }
}
