package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.flow.ProjectDoctor.Finding;
import dev.falflow.flow.ProjectDoctor.Verdict;
import dev.falflow.project.ProfileOutput;
import dev.falflow.project.Project;
import dev.falflow.warehouse.Warehouses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the profile's adapter means for Python models.
 *
 * @param type the adapter, after the edit where one is needed; null when it can't be told
 */
record AdapterAdvice(@Nullable String type, List<Finding> findings) {
  /** Adapters we know that have no Python models of dbt's kind. */
  private static final Set<String> WITHOUT_DBT_MODELS =
      Set.of(
          "postgres",
          "redshift",
          "trino",
          "sqlserver",
          "mysql",
          "mysql5",
          "mariadb",
          "clickhouse",
          "sqlite");

  /**
   * Reads the profile.
   *
   * @param hasModels whether there are Python models of fal's, which need a warehouse of fal's
   */
  static AdapterAdvice of(
      FlowRequest request, Project project, boolean hasModels, Map<String, String> environment) {
    try {
      ProfileOutput output = output(request, project);
      String instead = instead(output, hasModels);
      List<Finding> findings = new ArrayList<>();
      if (instead != null) {
        findings.add(replacing(output));
      }
      String type = instead == null ? output.type() : instead;
      if (hasModels && !type.isEmpty()) {
        findings.add(warehouse(type, output.where(), environment));
      }
      return new AdapterAdvice(type.isEmpty() ? null : type, findings);
    } catch (FalException e) {
      List<Finding> problems =
          e.problems().stream().map(problem -> Finding.of(Verdict.NEEDS_EDIT, problem)).toList();
      return new AdapterAdvice(null, problems);
    }
  }

  /** The adapter, where dbt refuses each {@code def model} with it; else null. */
  @Nullable String refusingDbtModels() {
    return type != null && WITHOUT_DBT_MODELS.contains(type) ? type : null;
  }

  private static ProfileOutput output(FlowRequest request, Project project) {
    String given = request.arguments().value("--profile");
    String profile = given == null ? project.profileName() : given;
    if (profile == null) {
      throw new FalException(
          Problem.at(Location.of(Project.FILE), "no-profile", "the project names no profile")
              .withHint("Add profile: NAME, or name it with --profile."));
    }
    return ProfileOutput.find(
        project, request.profilesFile(), profile, request.arguments().value("--target"));
  }

  /**
   * The adapter below one that was made for Python models, null for any other; empty when the
   * profile doesn't tell. Those that are alive go on where there is nothing of fal's.
   */
  private static @Nullable String instead(ProfileOutput output, boolean hasModels) {
    String wrapped = output.wrappedType();
    return switch (output.type()) {
      case "fal" -> wrapped == null ? "" : wrapped;
      case "depp" -> !hasModels ? null : wrapped == null ? "postgres" : wrapped;
      case "pybridge" -> hasModels ? "postgres" : null;
      default -> null;
    };
  }

  private static Finding replacing(ProfileOutput output) {
    String wrapped = output.wrapped();
    if (output.type().equals("fal") && wrapped != null) {
      String what = "type fal stands for " + wrapped + ", which it names as its db_profile";
      return new Finding(Verdict.RUNS, output.where(), what, null);
    }
    String edit =
        wrapped != null
            ? "Let the profile's target be " + wrapped + ", the output it names as db_profile."
            : output.type().equals("fal")
                ? "Write the output of the database itself."
                : "Write type: postgres and leave the other lines as they are.";
    return new Finding(
        Verdict.NEEDS_EDIT,
        output.where(),
        "fal runs without the adapter " + output.type() + ", on the database itself",
        edit);
  }

  private static Finding warehouse(String type, Location where, Map<String, String> environment) {
    return switch (Warehouses.reach(type, environment)) {
      case BUILT_IN -> new Finding(Verdict.RUNS, where, "fal reads and writes " + type, null);
      case DRIVER ->
          new Finding(
              Verdict.RUNS,
              where,
              "fal reads and writes " + type + " by its JDBC driver, see docs/jdbc.md",
              null);
      case UNKNOWN ->
          new Finding(
              Verdict.NEEDS_EDIT,
              where,
              "fal does not know where " + type + " is",
              "Set FAL_JDBC_URL to the URL of its JDBC driver, see docs/jdbc.md.");
    };
  }
}
