/**
 * The scripts and hooks that a project runs around its models and around a whole run. In come a
 * {@link dev.falflow.project.Project} and what dbt resolved of each node's {@code meta.fal}; {@link
 * dev.falflow.script.Scripts#read}, the entry, adds the top-level {@code fal} of the schema files
 * and answers with {@link dev.falflow.script.Scripts}: every {@link dev.falflow.script.Script} with
 * the line that declares it. All that is wrong with the declarations is found at once. Nothing here
 * runs a script or decides when one runs.
 */
@NullMarked
package dev.falflow.script;

import org.jspecify.annotations.NullMarked;
