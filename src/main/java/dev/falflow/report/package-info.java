/**
 * What a person or a log reader sees while a run goes on and after it. dbt's events, the models' own
 * prints and our results come in from {@link dev.falflow.flow}; lines on stdout leave. {@link
 * dev.falflow.report.Reporter} is the entry.
 */
@NullMarked
package dev.falflow.report;

import org.jspecify.annotations.NullMarked;
