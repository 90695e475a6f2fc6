package dev.falflow.flow;

import dev.falflow.dbt.DbtEngine;
import dev.falflow.project.Project;
import dev.falflow.python.PythonInstallation;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.Warehouse;
import dev.falflow.warehouse.Warehouses;
import java.nio.file.Path;

/**
 * A project with its Python, dbt's engine and the folders for data, as long as a command works with
 * it.
 *
 * @param packageFolder the folder that holds our Python package
 */
record OpenProject(
    FlowRequest request,
    Project project,
    PythonInstallation python,
    Path packageFolder,
    DataFolder folder,
    DbtEngine engine)
    implements AutoCloseable {
  /** The same with its files in another folder: it stays this one's to close. */
  OpenProject in(Project other) {
    return new OpenProject(request, other, python, packageFolder, folder, engine);
  }

  /** The database of the parsed project's target; {@code drivers} are kept in a folder of ours. */
  Warehouse warehouse(PreparedProject prepared, Path drivers) {
    return Warehouses.open(prepared.parsed(), engine, folder, project.root(), drivers);
  }

  @Override
  public void close() {
    try (folder) {
      engine.close();
    }
  }
}
