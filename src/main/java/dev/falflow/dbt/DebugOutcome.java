package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * How {@code dbt debug} ended.
 *
 * @param success all is well
 * @param failure dbt's message when it could not look at all
 * @param target as of {@link ParsedProject}, null when the profile gave none
 */
public record DebugOutcome(boolean success, @Nullable String failure, @Nullable JsonNode target) {}
