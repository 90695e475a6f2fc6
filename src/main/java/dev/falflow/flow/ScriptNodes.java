package dev.falflow.flow;

import dev.falflow.Problem;
import dev.falflow.dbt.DbtNode;
import dev.falflow.dbt.HeldNodes;
import dev.falflow.dbt.ParsedProject;
import dev.falflow.project.Project;
import dev.falflow.script.Role;
import dev.falflow.script.Script;
import dev.falflow.script.ScriptedNode;
import dev.falflow.script.Scripts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The project's scripts and hooks, as dbt's run and ours know them. */
final class ScriptNodes {
  private final Scripts scripts;
  private final Map<String, Script> byUniqueId = new LinkedHashMap<>();

  private ScriptNodes(Scripts scripts) {
    this.scripts = scripts;
    scripts.all().forEach(script -> byUniqueId.put(script.uniqueId(), script));
  }

  /**
   * Those that the parsed nodes declare.
   *
   * @throws FalException with everything that is wrong with them
   */
  static ScriptNodes of(Project project, ParsedProject parsed) {
    List<ScriptedNode> nodes = new ArrayList<>();
    for (DbtNode node : parsed.models()) {
      nodes.add(
          new ScriptedNode(
              node.uniqueId(),
              node.name(),
              node.packageName(),
              node.fal(),
              node.patchPath(),
              node.path(),
              node.enabled()));
    }
    return new ScriptNodes(Scripts.read(project, nodes));
  }

  List<Problem> warnings() {
    return scripts.warnings();
  }

  Scripts scripts() {
    return scripts;
  }

  Script script(String uniqueId) {
    Script script = byUniqueId.get(uniqueId);
    if (script == null) {
      throw new IllegalStateException(uniqueId + " is held but is no script");
    }
    return script;
  }

  List<Script> hooks(String model, Role role) {
    return scripts.of(model, role);
  }

  /** With these Python models, where dbt's run is held. */
  HeldNodes held(PythonModels models) {
    List<HeldNodes.Script> nodes = new ArrayList<>();
    Map<String, HeldNodes.Hooks> hooks = new LinkedHashMap<>();
    for (Script script : scripts.all()) {
      String model = script.model();
      if (model == null) {
        continue; // global scripts are for `fal run`
      }
      if (!script.role().isHook()) {
        nodes.add(
            new HeldNodes.Script(
                script.uniqueId(),
                script.id(),
                script.file(),
                model,
                script.role().runsBefore(),
                checksum(script.path())));
      } else {
        HeldNodes.Hooks known = hooks.getOrDefault(model, new HeldNodes.Hooks(false, false));
        boolean isPre = script.role().runsBefore();
        hooks.put(model, new HeldNodes.Hooks(known.pre() || isPre, known.post() || !isPre));
      }
    }
    return new HeldNodes(models.nodes(), nodes, hooks);
  }

  private static String checksum(Path file) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Whether dbt's run is to be held for none of them. */
  boolean isEmpty() {
    return byUniqueId.values().stream().allMatch(script -> script.role().isGlobal());
  }
}
