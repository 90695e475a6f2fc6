package dev.falflow.flow;

import dev.falflow.dbt.HeldNodes;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.project.Project;
import dev.falflow.source.PythonSources;

/** A project that dbt has parsed: all that is known before anything runs. */
record PreparedProject(
    FlowRequest request,
    Project project,
    PythonSources sources,
    ParsedProject parsed,
    PythonModels models,
    ScriptNodes scripts) {
  /** What the user's words for nodes mean here. */
  SourceSelection selection() {
    return new SourceSelection(project, sources, scripts.scripts());
  }

  /** Where dbt's run is held. */
  HeldNodes held() {
    return scripts.held(models);
  }

  boolean isDbtAlone() {
    return sources.models().isEmpty() && scripts.isEmpty();
  }
}
