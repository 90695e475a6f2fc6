/**
 * What a dbt project's files say, read without dbt. In comes the project folder; out go a {@link
 * dev.falflow.project.Project} (name, profile, paths, vars), the {@link
 * dev.falflow.project.ModelFiles} below its model paths, and a {@link
 * dev.falflow.project.StubTailRule} on how a generated model names its table; also the environments
 * it asks for, {@link dev.falflow.project.AskedEnvironments}. The entry is {@link
 * dev.falflow.project.Project#read}. Nothing here looks at a profile, a target or a warehouse, so a
 * laptop and CI read the same.
 */
@NullMarked
package dev.falflow.project;

import org.jspecify.annotations.NullMarked;
