package dev.falflow.dbt.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.NearNames;
import dev.falflow.Problem;
import dev.falflow.dbt.DbtNode;
import dev.falflow.dbt.ModelInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * dbt's {@code manifest.json} as far as the second engine reads it. What a version of dbt changes
 * in that file is met here and nowhere else; fields that are not known are ignored.
 */
final class Manifest {
  private static final List<String> REFABLE = List.of("model", "seed", "snapshot");

  /** Kinds of nodes that dbt executes; each has a section of the file or shares {@code nodes}. */
  private static final List<String> EXECUTED =
      List.of("model", "seed", "snapshot", "test", "unit_test", "function");

  private static final String NAME = "relation_name";

  private final ObjectNode json;
  private final Map<String, Node> nodes;
  private final List<Node> disabled;
  private final List<Source> sources;
  private Map<String, String> tables = Map.of();

  /**
   * A node.
   *
   * @param path {@code original_file_path}
   * @param dependsOn unique_ids
   * @param json all of it
   */
  record Node(
      String uniqueId,
      String resourceType,
      String name,
      String packageName,
      String path,
      List<String> fqn,
      List<String> dependsOn,
      JsonNode json) {
    static Node of(JsonNode json) {
      return new Node(
          json.path("unique_id").asText(),
          json.path("resource_type").asText(),
          json.path("name").asText(),
          json.path("package_name").asText(),
          json.path("original_file_path").asText(),
          texts(json.path("fqn")),
          texts(json.path("depends_on").path("nodes")),
          json);
    }

    String materialized() {
      return json.path("config").path("materialized").asText();
    }

    boolean isEphemeral() {
      return resourceType.equals("model") && materialized().equals("ephemeral");
    }

    boolean isTest() {
      return resourceType.equals("test") || resourceType.equals("unit_test");
    }

    /** As dbt's adapter writes it; empty for an ephemeral model. */
    String relation() {
      return json.path(NAME).asText("");
    }

    /** As DuckDB writes it. */
    String quotedSchema() {
      String database = json.path("database").asText("");
      String schema = quoted(json.path("schema").asText());
      return database.isEmpty() || database.equals("null")
          ? schema
          : quoted(database) + "." + schema;
    }

    String schema() {
      return json.path("schema").asText();
    }

    private static String quoted(String name) {
      return '"' + name.replace("\"", "\"\"") + '"';
    }
  }

  private record Source(String uniqueId, String source, String name, String pkg, String relation) {}

  private Manifest(ObjectNode json) {
    this.json = json;
    Map<String, Node> found = new LinkedHashMap<>();
    for (String section : List.of("nodes", "unit_tests", "functions")) {
      json.path(section)
          .properties()
          .forEach(entry -> found.put(entry.getKey(), Node.of(entry.getValue())));
    }
    nodes = Collections.unmodifiableMap(found);
    List<Node> off = new ArrayList<>();
    json.path("disabled").forEach(versions -> versions.forEach(node -> off.add(Node.of(node))));
    disabled = List.copyOf(off);
    sources =
        json.path("sources")
            .valueStream()
            .map(
                each ->
                    new Source(
                        each.path("unique_id").asText(),
                        each.path("source_name").asText(),
                        each.path("name").asText(),
                        each.path("package_name").asText(),
                        each.path("relation_name").asText()))
            .toList();
  }

  /**
   * Reads the file.
   *
   * @throws FalException {@code dbt-failed} when dbt left none, or one that is no manifest
   */
  static Manifest read(Path targetPath) {
    Path file = targetPath.resolve("manifest.json");
    try {
      if (Json.MAPPER.readTree(Files.readAllBytes(file)) instanceof ObjectNode json
          && json.path("nodes").isObject()) {
        return new Manifest(json);
      }
    } catch (IOException e) {
      throw new FalException(
          Problem.of("dbt-failed", "dbt left no readable " + file + ": " + e.getMessage()), e);
    }
    throw new FalException(
        Problem.of("dbt-failed", file + " is no manifest that fal knows: it has no nodes"));
  }

  /** Gives Python models, which are ephemeral on disk, the tables that fal makes for them. */
  void nameTables(Map<String, String> byUniqueId) {
    tables = Map.copyOf(byUniqueId);
    tables.forEach(
        (uniqueId, table) ->
            find(uniqueId).ifPresent(node -> ((ObjectNode) node.json).put(NAME, table)));
  }

  /** What dbt has written since, with the same tables. */
  Manifest readAnew(Path targetPath) {
    Manifest found = read(targetPath);
    found.nameTables(tables);
    return found;
  }

  /** The file as it is; the caller may change it. */
  ObjectNode json() {
    return json;
  }

  String dbtVersion() {
    return json.path("metadata").path("dbt_version").asText();
  }

  String projectName() {
    return json.path("metadata").path("project_name").asText();
  }

  Optional<Node> find(String uniqueId) {
    return Optional.ofNullable(nodes.get(uniqueId));
  }

  Node node(String uniqueId) {
    return Objects.requireNonNull(nodes.get(uniqueId), uniqueId);
  }

  Map<String, Node> nodes() {
    return nodes;
  }

  /** Every node, the manifest's order kept among equals. */
  List<Node> parentsFirst() {
    Map<String, Integer> missing = new LinkedHashMap<>();
    Map<String, List<String>> children = new HashMap<>();
    for (Node node : nodes.values()) {
      int parents = 0;
      for (String parent : node.dependsOn()) {
        if (nodes.containsKey(parent)) {
          children.computeIfAbsent(parent, unused -> new ArrayList<>()).add(node.uniqueId());
          parents++;
        }
      }
      missing.put(node.uniqueId(), parents);
    }
    Deque<String> free = new ArrayDeque<>();
    missing.forEach(
        (uniqueId, parents) -> {
          if (parents == 0) {
            free.add(uniqueId);
          }
        });
    List<Node> ordered = new ArrayList<>();
    while (!free.isEmpty()) {
      String uniqueId = free.remove();
      ordered.add(node(uniqueId));
      for (String child : children.getOrDefault(uniqueId, List.of())) {
        if (Objects.requireNonNull(missing.merge(child, -1, Integer::sum)) == 0) {
          free.add(child);
        }
      }
    }
    return ordered;
  }

  static boolean isExecuted(Node node) {
    return EXECUTED.contains(node.resourceType);
  }

  /** {@code on-run-start} and {@code on-run-end} hooks of the project and its packages. */
  boolean hasRunHooks() {
    return nodes.values().stream().anyMatch(node -> node.resourceType.equals("operation"));
  }

  /** Every model of every package, disabled ones too. */
  List<DbtNode> models() {
    return Stream.concat(
            nodes.values().stream().map(node -> dbtNode(node, true)),
            disabled.stream().map(node -> dbtNode(node, false)))
        .filter(node -> node.uniqueId().startsWith("model."))
        .toList();
  }

  private static DbtNode dbtNode(Node node, boolean enabled) {
    return new DbtNode(
        node.uniqueId, node.name, node.packageName, node.path, enabled, node.dependsOn);
  }

  /** Names that a {@code ref} or a {@code source} may give. */
  List<String> known(String kind) {
    return kind.equals("source")
        ? sources.stream().map(each -> each.source + "." + each.name).toList()
        : nodes.values().stream().filter(Manifest::isRefable).map(Node::name).toList();
  }

  private static boolean isRefable(Node node) {
    return REFABLE.contains(node.resourceType);
  }

  /** What a call in this node names: unique_id and relation. */
  record Target(String uniqueId, String relation) {
    boolean isDeclaredBy(Node node) {
      return node.dependsOn.contains(uniqueId);
    }
  }

  /**
   * Finds it where dbt looks: with a package named, there; else in the node's own, the root
   * project, any.
   *
   * @throws FalException ref-not-found, source-not-found, ref-disabled
   */
  Target resolve(Node from, ModelInput input) {
    Target target =
        input.kind().equals("source") ? sourceTarget(from, input) : refTarget(from, input);
    if (target == null) {
      boolean off = disabled.stream().anyMatch(node -> isMeant(node, input));
      throw new FalException(
          off
              ? Problem.of(
                  input.kind() + "-disabled", input + " names a disabled " + input.kind() + ".")
              : notFound(input, known(input.kind())));
    }
    return target;
  }

  static Problem notFound(ModelInput input, List<String> known) {
    List<String> arguments = input.arguments();
    boolean isSource = input.kind().equals("source");
    String wanted = isSource ? String.join(".", arguments) : arguments.get(arguments.size() - 1);
    String noun = isSource ? "source" : "model, seed or snapshot";
    return Problem.of(
        input.kind() + "-not-found",
        input + " names no " + noun + "." + NearNames.hint(wanted, known));
  }

  private @Nullable Target sourceTarget(Node from, ModelInput input) {
    List<Source> found =
        sources.stream()
            .filter(each -> List.of(each.source, each.name).equals(input.arguments()))
            .toList();
    return inOrder(from).stream()
        .flatMap(pkg -> found.stream().filter(each -> pkg.isEmpty() || each.pkg.equals(pkg)))
        .findFirst()
        .map(each -> new Target(each.uniqueId, each.relation))
        .orElse(null);
  }

  private @Nullable Target refTarget(Node from, ModelInput input) {
    List<Node> found =
        nodes.values().stream()
            .filter(node -> isMeant(node, input) && isVersion(node, input))
            .toList();
    return inOrder(from).stream()
        .flatMap(
            pkg -> found.stream().filter(each -> pkg.isEmpty() || each.packageName.equals(pkg)))
        .findFirst()
        .map(each -> new Target(each.uniqueId, each.relation()))
        .orElse(null);
  }

  private List<String> inOrder(Node from) {
    return List.of(from.packageName, projectName(), "");
  }

  private static boolean isMeant(Node node, ModelInput input) {
    List<String> arguments = input.arguments();
    return input.kind().equals("ref")
        && isRefable(node)
        && node.name.equals(arguments.get(arguments.size() - 1))
        && (arguments.size() == 1 || node.packageName.equals(arguments.get(0)));
  }

  private static boolean isVersion(Node node, ModelInput input) {
    JsonNode wanted = input.version() == null ? node.json.get("latest_version") : input.version();
    JsonNode version = node.json.get("version");
    if (isNothing(version) || isNothing(wanted)) {
      return isNothing(version) && isNothing(wanted);
    }
    return Objects.requireNonNull(version).asText().equals(Objects.requireNonNull(wanted).asText());
  }

  private static boolean isNothing(@Nullable JsonNode value) {
    return value == null || value.isNull();
  }

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::asText).toList();
  }
}
