/**
 * The user's own dbt as an engine: it parses, selects, orders, runs and reports; fal only holds it
 * at each Python model. Arguments go in as dbt spells them; nodes, events and outcomes come out as
 * values for {@link dev.falflow.flow}. {@link dev.falflow.dbt.DbtEngine} is the entry. Behind it is
 * dbt's Python API in a resident process ({@code fal/_resident.py}), or its executable, run several
 * times by {@code fal/_process.py} with {@link dev.falflow.dbt.process} doing between these runs
 * what dbt does within one.
 */
@NullMarked
package dev.falflow.dbt;

import org.jspecify.annotations.NullMarked;
