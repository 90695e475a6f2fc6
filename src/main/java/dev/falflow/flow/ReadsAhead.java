package dev.falflow.flow;

import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtNode;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.script.Script;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Scripts that read what comes after their model: it waits for the model, and so for the script,
 * which therefore reads the table that an earlier run left. The old tool let them; here the user is
 * told, once for each script and table.
 */
final class ReadsAhead {
  private final Map<String, List<String>> children = new HashMap<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final Consumer<Problem> onWarning;

  ReadsAhead(List<DbtNode> models, Consumer<Problem> onWarning) {
    this.onWarning = onWarning;
    for (DbtNode model : models) {
      for (String parent : model.dependsOn()) {
        children.computeIfAbsent(parent, none -> new ArrayList<>()).add(model.uniqueId());
      }
    }
  }

  /** Looks at one call of a script's. */
  void check(Script script, Location call, ResolvedInput input) {
    String model = script.model();
    if (model != null
        && isAfter(model, input.uniqueId())
        && told.add(script.uniqueId() + " " + input.uniqueId())) {
      onWarning.accept(
          Problem.at(
                  call,
                  "script-reads-ahead",
                  "%s depends on %s, which this script is a part of: it reads the table of an earlier run"
                      .formatted(input.input(), script.modelName()))
              .withHint("To read what this run makes, hang the script on that model."));
    }
  }

  private boolean isAfter(String model, String other) {
    Set<String> seen = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(children.getOrDefault(model, List.of()));
    while (!next.isEmpty()) {
      String each = next.pop();
      if (each.equals(other)) {
        return true;
      }
      if (seen.add(each)) {
        next.addAll(children.getOrDefault(each, List.of()));
      }
    }
    return false;
  }
}
