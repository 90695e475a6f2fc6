package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What dbt's parse found.
 *
 * @param projectName name of the root project
 * @param target the profile's output without secrets: profile_name, name, type, schema, database,
 *     threads
 * @param models every model of every package, disabled ones too
 */
public record ParsedProject(String projectName, JsonNode target, List<DbtNode> models) {
  public ParsedProject {
    models = List.copyOf(models);
  }
}
