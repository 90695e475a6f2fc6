/**
 * Everything about Python processes: which interpreter a project's dbt and models run on, and the
 * processes themselves. In come the project's folder and the user's wishes; {@link
 * dev.falflow.python.PythonEnvironments} answers with a {@link
 * dev.falflow.python.PythonInstallation}, made on the first run and only looked up on the next.
 * {@link dev.falflow.python.ProjectEnvironments} gives a run the fork server of each environment
 * that a model or hook asks for, made by the {@link dev.falflow.python.EnvironmentStore} where
 * missing. {@link dev.falflow.python.PythonPackage} puts our own Python code where those processes
 * import it from. All that is kept between runs lies in the {@link dev.falflow.python.CacheFolder}.
 */
@NullMarked
package dev.falflow.python;

import org.jspecify.annotations.NullMarked;
