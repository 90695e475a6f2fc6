/**
 * What a run leaves on disk beside dbt's own artifacts: {@code fal_results.json} and a log per
 * Python model, both under dbt's target path. {@link dev.falflow.artifact.RunArtifacts} takes each
 * {@link dev.falflow.artifact.ModelResult} from {@link dev.falflow.flow} and writes at the end.
 */
@NullMarked
package dev.falflow.artifact;

import org.jspecify.annotations.NullMarked;
