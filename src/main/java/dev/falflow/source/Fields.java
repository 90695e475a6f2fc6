package dev.falflow.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Json;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An answer of {@code fal/_analysis.py} as it is read, field by field in one order: as Python sent
 * it, where names count, or as {@link Packed} keeps it, where the order does.
 */
interface Fields {
  int number(String name);

  boolean flag(String name);

  String text(String name);

  /** A text, a whole number, or null. */
  @Nullable Object value(String name);

  <T> List<T> list(String name, Function<Fields, T> item);

  List<String> texts(String name);

  default @Nullable Integer numberOrNull(String name) {
    return (Integer) value(name);
  }

  default @Nullable String textOrNull(String name) {
    return (String) value(name);
  }

  /** As Python sent it. */
  record Sent(JsonNode json) implements Fields {
    @Override
    public int number(String name) {
      return json.path(name).asInt();
    }

    @Override
    public boolean flag(String name) {
      return json.path(name).asBoolean();
    }

    @Override
    public String text(String name) {
      return json.path(name).asText();
    }

    @Override
    public @Nullable Object value(String name) {
      JsonNode value = json.path(name);
      return value.isInt() ? (Object) value.intValue() : value.isNull() ? null : value.asText();
    }

    @Override
    public <T> List<T> list(String name, Function<Fields, T> item) {
      return Json.list(json.path(name), each -> item.apply(new Sent(each)));
    }

    @Override
    public List<String> texts(String name) {
      return Json.list(json.path(name), JsonNode::asText);
    }
  }
}
