/**
 * The second engine (DESIGN D1b): dbt's executable, run in batches, with the Python models between
 * them. {@link dev.falflow.dbt.process.ProcessEngine} is the way in; {@code docs/engines.md} says
 * what it cannot do.
 */
@NullMarked
package dev.falflow.dbt.process;

import org.jspecify.annotations.NullMarked;
