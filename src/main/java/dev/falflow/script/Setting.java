package dev.falflow.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A piece of somebody's {@code fal}: its value, and how to find where it was written.
 *
 * @param owner whose it is
 * @param name as messages call it: {@code meta.fal.post-hook}
 * @param steps from {@code fal} to the piece: keys, and numbers of list items
 */
record Setting(Owner owner, String name, JsonNode value, List<Object> steps, Places places) {
  /**
   * Whose settings they are.
   *
   * @param node its unique_id, null for a schema file's own
   * @param foreignPackage the installed package that has the node, null for this project's
   */
  record Owner(@Nullable String node, @Nullable String foreignPackage) {
    static final Owner PROJECT = new Owner(null, null);
  }

  /** Where pieces were written; asked only for those that something is said of. */
  interface Places {
    Location where(List<Object> steps, JsonNode value);
  }

  Location where() {
    return places.where(steps, value);
  }

  /** What stands under a key; a piece that is not filled where there is none. */
  Setting get(String key) {
    return new Setting(owner, name + "." + key, value.path(key), with(key), places);
  }

  List<String> keys() {
    return value.properties().stream().map(Map.Entry::getKey).toList();
  }

  /** The items of a list; empty for anything else. */
  List<Setting> items() {
    List<Setting> items = new ArrayList<>();
    for (int index = 0; value.isArray() && index < value.size(); index++) {
      items.add(new Setting(owner, name, value.path(index), with(index), places));
    }
    return items;
  }

  /** Whether there is something: no null, no empty text, list or map. */
  boolean isFilled() {
    return value.isContainerNode() ? !value.isEmpty() : !value.asText("").isBlank();
  }

  boolean isMap() {
    return value.isObject();
  }

  boolean isList() {
    return value.isArray();
  }

  boolean isText() {
    return value.isTextual();
  }

  String text() {
    return value.asText();
  }

  /** The kind of value, for a message that says what belongs here instead. */
  String kind() {
    return isMap() ? "a map" : isList() ? "a list" : "'" + text() + "'";
  }

  private List<Object> with(Object step) {
    List<Object> longer = new ArrayList<>(steps);
    longer.add(step);
    return longer;
  }
}
