package dev.falflow.script;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.project.ModelFiles;
import dev.falflow.project.Project;
import dev.falflow.project.Yaml;
import dev.falflow.project.YamlPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads every {@code fal} of a project once. */
final class ScriptReader {
  private static final String NODE = "meta.fal";
  private static final String SCRIPTS = "scripts";
  private static final String PATH = "path";
  private static final String ENVIRONMENT = "environment";

  /** What may stand in a node's {@code meta.fal}; the features are for {@code list_features()}. */
  private static final List<String> NODE_KEYS =
      List.of(SCRIPTS, "pre-hook", "post-hook", ENVIRONMENT, "feature_store");

  private final Project project;
  private final DeclaringFiles files;
  private final Findings findings = new Findings();
  private final SettingChecks checks = new SettingChecks(findings);
  private final ScriptFolder folder;
  private final List<Script> scripts = new ArrayList<>();
  private final Map<String, Scripts.Environment> environments = new LinkedHashMap<>();

  ScriptReader(Project project) {
    this.project = project;
    this.files = new DeclaringFiles(project);
    this.folder = new ScriptFolder(project, files.projectFile(), findings);
  }

  Scripts read(List<ScriptedNode> nodes) {
    for (ScriptedNode node : nodes) {
      if (node.enabled() && node.fal() != null) {
        readNode(
            node,
            new Setting(
                files.owner(node),
                NODE,
                node.fal(),
                List.of(),
                (steps, value) -> files.where(node, steps, value)));
      }
    }
    readSchemaFiles();
    findings.throwErrors();
    return new Scripts(scripts, environments, findings.warnings());
  }

  private void readNode(ScriptedNode node, Setting fal) {
    if (!checks.isMap(fal)) {
      return;
    }
    checks.refuseOtherKeys(fal, NODE_KEYS);
    Target target = new Target(node.uniqueId(), node.name(), new LinkedHashMap<>());
    String environment = checks.environment(fal);
    if (environment != null) {
      environments.put(
          node.uniqueId(), new Scripts.Environment(environment, fal.get(ENVIRONMENT).where()));
    }
    readScripts(fal.get(SCRIPTS), target, Role.BEFORE, Role.AFTER);
    readHooks(fal.get("pre-hook"), target, Role.PRE_HOOK, environment);
    readHooks(fal.get("post-hook"), target, Role.POST_HOOK, environment);
  }

  /** The global scripts. */
  private void readSchemaFiles() {
    ModelFiles found = ModelFiles.of(project);
    found.problems().forEach(findings::warn);
    Target target = new Target(null, null, new LinkedHashMap<>());
    for (Path file : found.properties()) {
      if (project.stubFolders().stream().noneMatch(file::startsWith)) {
        Setting fal = schemaFal(file);
        if (fal != null && checks.isMap(fal)) {
          checks.refuseOtherKeys(fal, List.of(SCRIPTS));
          readScripts(fal.get(SCRIPTS), target, Role.GLOBAL_BEFORE, Role.GLOBAL_AFTER);
        }
      }
    }
  }

  /** The top-level {@code fal} of a schema file; null without. */
  private @Nullable Setting schemaFal(Path path) {
    String file = project.relative(path);
    try {
      if (!new String(Files.readAllBytes(path), StandardCharsets.UTF_8).contains("fal")) {
        return null; // Most files: there may be hundreds, and parsing them takes its time.
      }
      YamlPlaces places = YamlPlaces.read(path, file).get("fal");
      Object value = Yaml.map(Yaml.parse(Files.readString(path), file)).get("fal");
      return new Setting(
          Setting.Owner.PROJECT,
          "fal",
          Json.MAPPER.valueToTree(value),
          List.of(),
          (steps, piece) -> DeclaringFiles.piece(places, steps).where());
    } catch (FalException e) {
      e.problems().forEach(findings::error);
      return null;
    } catch (IOException e) {
      findings.error(
          Problem.at(Location.of(file), "unreadable-file", "the file cannot be read: " + e));
      return null;
    }
  }

  private void readScripts(Setting setting, Target target, Role before, Role after) {
    if (setting.isMap()) {
      checks.refuseOtherKeys(setting, List.of("before", "after"));
      readPaths(setting.get("before"), target, before);
      readPaths(setting.get("after"), target, after);
    } else {
      readPaths(setting, target, after);
    }
  }

  private void readPaths(Setting list, Target target, Role role) {
    for (Setting item : checks.itemsOf(list)) {
      if (item.isText()) {
        add(item, target, role, Map.of(), null);
      } else {
        checks.refuse(
            item,
            "takes paths only, not " + item.kind(),
            role.isGlobal() ? null : "For arguments use pre-hook or post-hook.");
      }
    }
  }

  private void readHooks(
      Setting list, Target target, Role role, @Nullable String modelEnvironment) {
    for (Setting item : checks.itemsOf(list)) {
      if (item.isText()) {
        add(item, target, role, Map.of(), modelEnvironment);
      } else if (item.isMap()) {
        readHook(item, target, role, modelEnvironment);
      } else {
        checks.refuse(item, "lists " + item.kind() + " where a path or a map belongs", null);
      }
    }
  }

  private void readHook(Setting hook, Target target, Role role, @Nullable String modelEnvironment) {
    checks.refuseOtherKeys(hook, List.of(PATH, "with", ENVIRONMENT));
    Setting with = hook.get("with");
    if (with.isFilled() && !with.isMap()) {
      checks.refuse(with, "has to be a map of arguments, not " + with.kind(), null);
    }
    Map<String, @Nullable Object> arguments =
        with.isMap() ? Json.MAPPER.convertValue(with.value(), new TypeReference<>() {}) : Map.of();
    String own = checks.environment(hook);
    Setting path = hook.get(PATH);
    if (!path.isFilled()) {
      findings.error(hook, "bad-fal-value", "A hook must specify path.", null);
    } else if (!path.isText()) {
      checks.refuse(path, "has to be a path, not " + path.kind(), null);
    } else {
      add(path, target, role, arguments, own == null ? modelEnvironment : own);
    }
  }

  private void add(
      Setting declared,
      Target target,
      Role role,
      Map<String, @Nullable Object> arguments,
      @Nullable String environment) {
    Path path = folder.find(declared);
    if (path == null) {
      return;
    }
    List<Script> same = target.known().computeIfAbsent(role + " " + path, key -> new ArrayList<>());
    Script script =
        new Script(
            role,
            target.node(),
            target.name(),
            path,
            folder.file(path),
            folder.name(path),
            arguments,
            environment,
            declared.where(),
            same.size() + 1);
    for (Script other : same) {
      if (other.arguments().equals(script.arguments())
          && Objects.equals(other.environment(), script.environment())) {
        String words = "'%s' is listed twice in %s and runs once";
        findings.warn(
            declared,
            "repeated-script",
            words.formatted(script.name(), declared.name()),
            "The first is at " + other.declared() + ".");
        return;
      }
    }
    same.add(script);
    scripts.add(script);
  }

  /**
   * What scripts are declared for.
   *
   * @param node its unique_id, null for the whole run
   * @param known scripts so far, by role and path
   */
  private record Target(
      @Nullable String node, @Nullable String name, Map<String, List<Script>> known) {}
}
