/**
 * Rows to and from Arrow IPC files, for the databases whose data the JVM moves. Values are decoded
 * and encoded one by one in plain arrays ({@link dev.falflow.warehouse.arrow.ColumnValues});
 * Arrow's vectors see whole batches only.
 */
@NullMarked
package dev.falflow.warehouse.arrow;

import org.jspecify.annotations.NullMarked;
