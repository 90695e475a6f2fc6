/**
 * What a person or a log reader sees while a run goes on and after it. dbt's events, the models'
 * own prints and our results come in from {@link dev.falflow.flow}; lines or JSON on stdout leave,
 * secrets masked. {@link dev.falflow.report.ReportStyle} makes the {@link
 * dev.falflow.report.Reporter} that {@link dev.falflow.cli} asks for.
 */
@NullMarked
package dev.falflow.report;

import org.jspecify.annotations.NullMarked;
