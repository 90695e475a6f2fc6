package dev.falflow.dbt;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes at which dbt's run is held, by unique_id.
 *
 * @param models the Python models
 * @param scripts before and after scripts, which dbt takes for nodes of its graph
 * @param hooks of which models
 */
public record HeldNodes(
    Map<String, PythonModel> models, List<Script> scripts, Map<String, Hooks> hooks) {
  /** None: dbt's run is its own. */
  public static final HeldNodes NONE = new HeldNodes(Map.of(), List.of(), Map.of());

  public HeldNodes {
    models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    scripts = List.copyOf(scripts);
    hooks = Collections.unmodifiableMap(new LinkedHashMap<>(hooks));
  }

  /**
   * A Python model as the engine has to know it.
   *
   * @param checksum of its code, to be compared with that of {@code --state}
   * @param inputs found in it, to be fetched ahead
   */
  public record PythonModel(String file, String checksum, List<ModelInput> inputs) {
    public PythonModel {
      inputs = List.copyOf(inputs);
    }
  }

  /**
   * A before or after script.
   *
   * @param label what messages call it
   * @param file relative to the project
   * @param model that it is before or after
   * @param checksum of its code, as for a Python model
   */
  public record Script(
      String uniqueId, String label, String file, String model, boolean before, String checksum) {}

  /** Whether a model has hooks before it, and after it. */
  public record Hooks(boolean pre, boolean post) {}

  /** The checksum of each script's code. */
  public Map<String, String> checksums() {
    Map<String, String> checksums = new LinkedHashMap<>();
    scripts.forEach(script -> checksums.put(script.uniqueId(), script.checksum()));
    return checksums;
  }

  /** Writes it into a command of the resident's. */
  void into(ObjectNode command) {
    ArrayNode modelList = command.putArray("models");
    models.forEach(
        (uniqueId, model) -> {
          ObjectNode json = modelList.addObject().put("unique_id", uniqueId);
          json.put("file", model.file()).put("checksum", model.checksum());
          ArrayNode inputs = json.putArray("inputs");
          model.inputs().forEach(input -> inputs.add(input.toJson()));
        });
    ArrayNode scriptList = command.putArray("scripts");
    for (Script script : scripts) {
      ObjectNode json = scriptList.addObject().put("unique_id", script.uniqueId());
      json.put("label", script.label()).put("file", script.file()).put("model", script.model());
      json.put("before", script.before()).put("checksum", script.checksum());
    }
    ObjectNode hooked = command.putObject("hooks");
    hooks.forEach(
        (uniqueId, which) ->
            hooked.putObject(uniqueId).put("pre", which.pre()).put("post", which.post()));
  }
}
