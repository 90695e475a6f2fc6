/**
 * A relation to an Arrow file, an Arrow file to a published table. Inputs that dbt resolved come
 * in, files in shared memory go to the workers and come back; {@link
 * dev.falflow.warehouse.Warehouse} is the seam that every database implements, {@link
 * dev.falflow.warehouse.DataFolder} is where the files live while a run lasts.
 */
@NullMarked
package dev.falflow.warehouse;

import org.jspecify.annotations.NullMarked;
