/**
 * The user's Python files as dbt models. In comes a {@link dev.falflow.project.Project}; {@link
 * dev.falflow.source.SourceAnalyzer}, the entry, has the project's own Python read every script and
 * notebook by its syntax tree and answers with {@link dev.falflow.source.PythonSources}: models,
 * helpers, what they {@code ref}, and everything wrong with them at once. {@link
 * dev.falflow.source.StubPlan} compares that with the generated SQL models on disk and says, then
 * does, what has to be written. Nothing here runs a model or knows dbt's manifest.
 */
@NullMarked
package dev.falflow.source;

import org.jspecify.annotations.NullMarked;
