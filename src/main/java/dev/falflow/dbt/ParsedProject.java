package dev.falflow.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What dbt's parse found.
 *
 * @param projectName name of the root project
 * @param target the profile's output without secrets: profile_name, name, type, schema, database,
 *     threads
 * @param credentials of a server's database, rendered, for the JVM's own connections: secret
 * @param models every model of every package, disabled ones too
 */
public record ParsedProject(
    String projectName, JsonNode target, JsonNode credentials, List<DbtNode> models) {
  public ParsedProject {
    models = List.copyOf(models);
  }

  /** Without the credentials. */
  @Override
  public String toString() {
    return "ParsedProject[" + projectName + ", " + models.size() + " models]";
  }
}
