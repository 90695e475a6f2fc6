/**
 * One run, in order, and what happens at a hold. A {@link dev.falflow.flow.FlowRequest} comes in
 * from {@link dev.falflow.cli}; {@link dev.falflow.flow.FlowRun} reads the project, has its sources
 * analysed and their stubs written, and runs dbt, holding at each Python model, script and hook;
 * results go to {@link dev.falflow.artifact} and {@link dev.falflow.report}, the exit code back. It
 * knows order and failure, and neither processes nor databases. {@link dev.falflow.flow.ScriptsRun}
 * runs scripts and hooks without dbt's run; {@link dev.falflow.flow.ApplicationRun} opens a project
 * for a Python program that asks as scripts do.
 */
@NullMarked
package dev.falflow.flow;

import org.jspecify.annotations.NullMarked;
