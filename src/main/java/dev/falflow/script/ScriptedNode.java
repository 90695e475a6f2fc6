package dev.falflow.script;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What dbt knows of a node that may have scripts.
 *
 * @param fal the node's {@code meta.fal} as dbt resolved it, null without
 * @param patchPath of the schema file that describes it, {@code project://models/schema.yml}; null
 *     without
 * @param originalFilePath relative to its package's root
 */
public record ScriptedNode(
    String uniqueId,
    String name,
    String packageName,
    @Nullable JsonNode fal,
    @Nullable String patchPath,
    String originalFilePath,
    boolean enabled) {}
