package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.artifact.RunArtifacts;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.project.Project;
import dev.falflow.report.Reporter;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Warehouse;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What every Python file of a run is run with.
 *
 * @param target of the profile, without secrets
 * @param statuses of dbt's nodes so far
 */
record Workplace(
    Project project,
    JsonNode target,
    DbtEngine engine,
    Warehouse warehouse,
    DataFolder folder,
    Statuses statuses,
    RunArtifacts artifacts,
    Reporter reporter,
    Executor threads,
    Clock clock) {
  static Workplace of(
      OpenProject open,
      PreparedProject prepared,
      Warehouse warehouse,
      Statuses statuses,
      RunArtifacts artifacts,
      Reporter reporter,
      Executor threads,
      Clock clock) {
    return new Workplace(
        open.project(),
        prepared.parsed().target(),
        open.engine(),
        warehouse,
        open.folder(),
        statuses,
        artifacts,
        reporter,
        threads,
        clock);
  }
}
