package dev.falflow.python;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One way to put a project's packages and fal's together.
 *
 * @param dbt what goes into dbt's environment
 * @param constraints versions to keep to there
 * @param worker what goes into an environment of the Python models' own, null when they share dbt's
 */
record InstallPlan(Requirements dbt, Requirements constraints, @Nullable Requirements worker) {
  /** What every Python model needs, whatever the project asks for. */
  private static final Requirements FRAMES = Requirements.of(List.of("pandas", "pyarrow"));

  /**
   * The plans to try in turn, each when the one before contradicts itself: everything in one
   * environment with all our versions; if the project names dbt packages, in one with the versions
   * of pandas and pyarrow only, since each dbt needs others of the rest; then apart.
   *
   * @param roots the packages fal asks for
   * @param lock all versions that were resolved for them
   * @param project the project's own requirements, which win over ours
   */
  static List<InstallPlan> inOrder(Requirements roots, Requirements lock, Requirements project) {
    List<InstallPlan> plans = new ArrayList<>();
    addWithLooserConstraints(plans, roots, lock, project, null);
    Requirements others = project.keep(line -> !line.isPackageOf(InstallPlan::isDbt));
    boolean holdsOthers = others.lines().stream().anyMatch(line -> !line.isOption());
    if (holdsOthers) {
      Requirements dbtOnly =
          project.keep(line -> line.isPackageOf(InstallPlan::isDbt) || isIndexOption(line));
      Requirements worker = others.plus(FRAMES.without(others.packageNames()));
      addWithLooserConstraints(plans, roots, lock, dbtOnly, worker);
    }
    return List.copyOf(plans);
  }

  private static void addWithLooserConstraints(
      List<InstallPlan> plans,
      Requirements roots,
      Requirements lock,
      Requirements project,
      @Nullable Requirements worker) {
    Set<String> named = project.packageNames();
    Requirements all = project.plus(roots.without(named));
    Requirements ours = lock.without(named);
    plans.add(new InstallPlan(all, ours, worker));
    if (!dbtPackages(project).isEmpty()) {
      Predicate<String> isFrames = FRAMES.packageNames()::contains;
      plans.add(new InstallPlan(all, ours.keep(line -> line.isPackageOf(isFrames)), worker));
    }
  }

  /** Names of dbt-core and adapters among the requirements. */
  static Set<String> dbtPackages(Requirements project) {
    Set<String> names = new LinkedHashSet<>(project.packageNames());
    names.removeIf(name -> !isDbt(name));
    return names;
  }

  private static boolean isDbt(String packageName) {
    return packageName.startsWith("dbt-");
  }

  /**
   * Indexes and the like count for both environments; the project's constraints are the worker's.
   */
  private static boolean isIndexOption(Requirements.Line line) {
    return line.isOption() && !line.text().startsWith("-c ");
  }
}
