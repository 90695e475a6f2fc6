/**
 * The user's own dbt as an engine: it parses, selects, orders, runs and reports; fal only holds it
 * at each Python model. Arguments go in as dbt spells them; nodes, events and outcomes come out as
 * values for {@link dev.falflow.flow}. {@link dev.falflow.dbt.DbtEngine} is the entry; the resident
 * Python process behind it is {@code fal/_resident.py}.
 */
@NullMarked
package dev.falflow.dbt;

import org.jspecify.annotations.NullMarked;
