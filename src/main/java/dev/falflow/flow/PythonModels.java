package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.artifact.FalManifest;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.DbtEngine.UnresolvedInputs;
import dev.falflow.dbt.DbtNode;
import dev.falflow.dbt.HeldNodes.PythonModel;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.project.Project;
import dev.falflow.source.Dependency;
import dev.falflow.source.PythonSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Python sources as nodes of dbt's graph. A source and a node belong together when the node is
 * its stub: same package, same path. Names alone do not decide (FAL.md 11 no. 14).
 */
final class PythonModels {
  private final Map<String, PythonSource> byUniqueId;

  private PythonModels(Map<String, PythonSource> byUniqueId) {
    this.byUniqueId = Collections.unmodifiableMap(byUniqueId);
  }

  /** Every input by its stub's path, for the parse. */
  static Map<String, List<ModelInput>> inputsByStub(Project project, List<PythonSource> models) {
    Map<String, List<ModelInput>> inputs = new LinkedHashMap<>();
    for (PythonSource model : models) {
      inputs.put(project.relative(model.stubPath(project)), inputs(model));
    }
    return inputs;
  }

  /** What dbt could not resolve, at the lines of the user's files. */
  static FalException unresolved(
      Project project, List<PythonSource> models, UnresolvedInputs failure) {
    Map<String, PythonSource> byStub = byStub(project, models);
    Set<Problem> problems = new LinkedHashSet<>(); // a helper's is every model's that reaches it
    for (DbtEngine.Unresolved unresolved : failure.inputs()) {
      PythonSource model = byStub.get(unresolved.stubPath());
      if (model != null) {
        Dependency dependency = model.dependencies().get(inputs(model).indexOf(unresolved.input()));
        problems.add(Problem.at(dependency.where(), unresolved.code(), unresolved.message()));
      }
    }
    return new FalException(List.copyOf(problems));
  }

  private static Map<String, PythonSource> byStub(Project project, List<PythonSource> models) {
    Map<String, PythonSource> byStub = new HashMap<>();
    for (PythonSource model : models) {
      byStub.put(project.relative(model.stubPath(project)), model);
    }
    return byStub;
  }

  static PythonModels link(Project project, List<PythonSource> models, ParsedProject parsed) {
    Map<String, PythonSource> byStub = byStub(project, models);
    Map<String, PythonSource> byUniqueId = new LinkedHashMap<>();
    for (DbtNode node : parsed.models()) {
      PythonSource model = byStub.get(node.path());
      if (model != null && node.enabled() && node.packageName().equals(parsed.projectName())) {
        byUniqueId.put(node.uniqueId(), model);
      }
    }
    PythonModels linked = new PythonModels(byUniqueId);
    linked.refuseCycles(parsed);
    return linked;
  }

  PythonSource source(String uniqueId) {
    PythonSource source = byUniqueId.get(uniqueId);
    if (source == null) {
      throw new IllegalStateException(uniqueId + " is held but is no Python model");
    }
    return source;
  }

  boolean contains(String uniqueId) {
    return byUniqueId.containsKey(uniqueId);
  }

  /**
   * What the engine has to know of each: the inputs to fetch ahead are those called in the code.
   * One that only the docstring names may be there for its order alone, however large its table;
   * one that is read in batches may be larger than memory.
   */
  Map<String, PythonModel> nodes() {
    Map<String, PythonModel> nodes = new LinkedHashMap<>();
    byUniqueId.forEach(
        (uniqueId, source) ->
            nodes.put(
                uniqueId,
                new PythonModel(source.file(), source.code().checksum(), called(source))));
    return nodes;
  }

  /** What a later run's {@code --state} has to know of each. */
  Map<String, FalManifest.Entry> manifest() {
    Map<String, FalManifest.Entry> entries = new LinkedHashMap<>();
    byUniqueId.forEach(
        (uniqueId, source) ->
            entries.put(
                uniqueId,
                new FalManifest.Entry(
                    source.file(), source.code().checksum(), source.code().modules())));
    return entries;
  }

  private static List<ModelInput> called(PythonSource source) {
    return source.dependencies().stream()
        .filter(dependency -> dependency.origin() != Dependency.Origin.DOCSTRING)
        .filter(dependency -> !dependency.batches())
        .map(PythonModels::input)
        .toList();
  }

  private static List<ModelInput> inputs(PythonSource source) {
    return source.dependencies().stream().map(PythonModels::input).toList();
  }

  private static ModelInput input(Dependency dependency) {
    JsonNode version = Json.MAPPER.valueToTree(dependency.version());
    return new ModelInput(
        dependency.kind().name().toLowerCase(Locale.ROOT), dependency.arguments(), version);
  }

  /** dbt would name the stubs; a cycle through a Python model is printed with the user's files. */
  private void refuseCycles(ParsedProject parsed) {
    Map<String, List<String>> parents = new HashMap<>();
    for (DbtNode node : parsed.models()) {
      if (node.enabled()) {
        parents.put(node.uniqueId(), node.dependsOn());
      }
    }
    Set<String> clear = new HashSet<>();
    List<Problem> problems = new ArrayList<>();
    for (String uniqueId : byUniqueId.keySet()) {
      List<String> cycle = cycleFrom(uniqueId, parents, clear);
      if (cycle != null) {
        problems.add(
            Problem.at(
                    Location.of(source(uniqueId).file()),
                    "cycle",
                    "the models depend on each other in a circle: " + path(cycle))
                .withHint("Take one of these references away."));
        clear.addAll(cycle);
      }
    }
    if (!problems.isEmpty()) {
      throw new FalException(problems);
    }
  }

  /** Depth first without recursion: a chain may be thousands of models long. */
  private static @Nullable List<String> cycleFrom(
      String start, Map<String, List<String>> parents, Set<String> clear) {
    List<String> path = new ArrayList<>(List.of(start));
    List<Integer> next = new ArrayList<>(List.of(0));
    Set<String> onPath = new HashSet<>(path);
    while (!path.isEmpty()) {
      int last = path.size() - 1;
      List<String> options = parents.getOrDefault(path.get(last), List.of());
      int index = next.get(last);
      if (index == options.size()) {
        clear.add(path.get(last));
        onPath.remove(path.remove(last));
        next.remove(last);
        continue;
      }
      next.set(last, index + 1);
      String parent = options.get(index);
      if (onPath.contains(parent)) {
        List<String> cycle = new ArrayList<>(path.subList(path.indexOf(parent), path.size()));
        cycle.add(parent);
        return cycle.contains(start) ? cycle : null;
      }
      if (!clear.contains(parent) && parents.containsKey(parent)) {
        path.add(parent);
        next.add(0);
        onPath.add(parent);
      }
    }
    return null;
  }

  private String path(List<String> cycle) {
    List<String> names = new ArrayList<>();
    for (String uniqueId : cycle) {
      PythonSource source = byUniqueId.get(uniqueId);
      names.add(source == null ? uniqueId : uniqueId + " (" + source.file() + ")");
    }
    Collections.reverse(names);
    return String.join(" -> ", names);
  }
}
