/**
 * PostgreSQL over its own driver: {@code COPY … (FORMAT BINARY)} both ways, decoded into and
 * encoded from plain arrays (DESIGN D3), published in one transaction (D7).
 */
@NullMarked
package dev.falflow.warehouse.postgres;

import org.jspecify.annotations.NullMarked;
