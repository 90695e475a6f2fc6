/**
 * The command line as typed, on real dbt, real Python and a real DuckDB file. {@link
 * dev.falflow.e2e.FalCli} starts fal as a process in a scratch home and checks after every command
 * that no process, shared memory or temporary file is left; {@link dev.falflow.e2e.SampleProject}
 * is a copy of a project of {@code src/test/projects} and what became of it. A run takes seconds,
 * so a test class makes one in {@code @BeforeAll} and its methods look at what came of it.
 *
 * <p>The managed Python environment is made once, in {@code FAL_TEST_CACHE_DIR} or {@code
 * target/test-cache}.
 */
@NullMarked
package dev.falflow.e2e;

import org.jspecify.annotations.NullMarked;
