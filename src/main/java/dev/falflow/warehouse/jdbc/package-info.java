/**
 * Any database with a JDBC driver, which the user brings: one {@link
 * dev.falflow.warehouse.jdbc.Dialect} for each dbt adapter says where databases differ, the rest is
 * JDBC. Results are read into Arrow files, Arrow files are loaded into a table beside the old one
 * and published whole. {@link dev.falflow.warehouse.jdbc.JdbcWarehouse} is the entry.
 */
@NullMarked
package dev.falflow.warehouse.jdbc;

import org.jspecify.annotations.NullMarked;
