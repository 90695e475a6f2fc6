package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.util.List;

/**
 * What {@code fal run} was asked to do.
 *
 * @param flow project, target and selection, as for {@code fal flow run}
 * @param scripts {@code --scripts}: only these, as they are declared; empty for all
 * @param all {@code --all}: of all models, whatever came of them
 * @param before {@code --before}: what comes before the models
 * @param globals {@code --globals}: the global scripts too, whatever is selected
 */
public record ScriptsRequest(
    FlowRequest flow, List<String> scripts, boolean all, boolean before, boolean globals) {
  public ScriptsRequest {
    scripts = List.copyOf(scripts);
    if (all && isSelected(flow)) {
      throw new FalException(
          Problem.of(
                  "all-and-selection",
                  "Cannot pass --all flag alongside selection flags (--select/--models, --exclude,"
                      + " --selector)")
              .withHint("Leave one of the two out."));
    }
  }

  /** Whether models were named. */
  boolean isSelected() {
    return isSelected(flow);
  }

  private static boolean isSelected(FlowRequest flow) {
    return !flow.arguments().values("--select").isEmpty()
        || !flow.arguments().values("--exclude").isEmpty()
        || flow.arguments().value("--selector") != null;
  }

  /** Whether the global scripts are meant too (FAL.md 3.4). */
  boolean runsGlobals() {
    return globals || (scripts.isEmpty() && !isSelected());
  }
}
