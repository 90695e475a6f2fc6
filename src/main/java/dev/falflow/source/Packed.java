package dev.falflow.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values one after the other, without names. All answers of a project are read at every start, and
 * a JSON parser that has just been loaded needs longer for them than for all else together.
 */
final class Packed implements Fields {
  private static final byte NOTHING = 0;
  private static final byte NUMBER = 1;
  private static final byte TEXT = 2;

  private final byte[] content;
  private final ByteBuffer bytes;

  /** Its methods throw a RuntimeException when the content ends too soon. */
  Packed(byte[] content) {
    this.content = content;
    this.bytes = ByteBuffer.wrap(content);
  }

  int number() {
    return bytes.getInt();
  }

  String text() {
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new IllegalStateException("the answers are cut off");
    }
    String text = new String(content, bytes.position(), length, UTF_8);
    bytes.position(bytes.position() + length);
    return text;
  }

  @Override
  public int number(String name) {
    return number();
  }

  @Override
  public boolean flag(String name) {
    return bytes.get() != 0;
  }

  @Override
  public String text(String name) {
    return text();
  }

  @Override
  public @Nullable Object value(String name) {
    byte kind = bytes.get();
    return kind == NOTHING ? null : kind == NUMBER ? (Object) number() : text();
  }

  @Override
  public <T> List<T> list(String name, Function<Fields, T> item) {
    int size = number();
    List<T> items = new ArrayList<>();
    for (int index = 0; index < size; index++) {
      items.add(item.apply(this));
    }
    return Collections.unmodifiableList(items);
  }

  @Override
  public List<String> texts(String name) {
    return list(name, each -> text());
  }

  /** Puts values one after the other. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    byte[] bytes() {
      return bytes.toByteArray();
    }

    Writer number(int number) {
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
      return this;
    }

    Writer flag(boolean flag) {
      bytes.write(flag ? 1 : 0);
      return this;
    }

    Writer text(String text) {
      byte[] encoded = text.getBytes(UTF_8);
      number(encoded.length);
      bytes.writeBytes(encoded);
      return this;
    }

    Writer value(@Nullable Object value) {
      if (value instanceof Integer number) {
        bytes.write(NUMBER);
        return number(number);
      }
      bytes.write(value == null ? NOTHING : TEXT);
      return value == null ? this : text(value.toString());
    }

    <T> Writer list(List<T> items, BiConsumer<T, Writer> item) {
      number(items.size());
      items.forEach(each -> item.accept(each, this));
      return this;
    }

    Writer texts(List<String> texts) {
      return list(texts, (text, writer) -> writer.text(text));
    }
  }
}
