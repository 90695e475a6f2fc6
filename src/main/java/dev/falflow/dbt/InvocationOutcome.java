package dev.falflow.dbt;

import org.jspecify.annotations.Nullable;

/**
 * How a dbt invocation ended.
 *
 * @param success every node did
 * @param failure dbt's message when it could not run at all, null when nodes were run
 */
public record InvocationOutcome(boolean success, @Nullable String failure) {}
