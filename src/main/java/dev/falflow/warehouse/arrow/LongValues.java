package dev.falflow.warehouse.arrow;

import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;

/** Values of one, two or four words of 64 bits, the low word first: integers, doubles, decimals. */
public final class LongValues extends ColumnValues {
  private final int words;
  private long[] values;

  LongValues(int words) {
    this.words = words;
    this.values = new long[1024 * words];
  }

  /** A value of one word, or a wider one that fits one, with its sign. */
  public void add(long value) {
    int at = rows() * words;
    makeRoom(rows());
    values[at] = value;
    for (int word = 1; word < words; word++) {
      values[at + word] = value >> 63;
    }
    added();
  }

  /** A value of two words. */
  public void add(long low, long high) {
    int at = rows() * words;
    makeRoom(rows());
    values[at] = low;
    values[at + 1] = high;
    added();
  }

  /** A value of any width. */
  public void add(BigInteger value) {
    int at = rows() * words;
    makeRoom(rows());
    BigInteger rest = value;
    for (int word = 0; word < words; word++) {
      values[at + word] = rest.longValue();
      rest = rest.shiftRight(Long.SIZE);
    }
    added();
  }

  /** The value's low word. */
  public long at(int row) {
    return values[row * words];
  }

  /** One of the value's words, 0 the lowest. */
  public long word(int row, int word) {
    return values[row * words + word];
  }

  /** Whether the low word is all of the value. */
  public boolean isLong(int row) {
    for (int word = 1; word < words; word++) {
      if (values[row * words + word] != values[row * words] >> 63) {
        return false;
      }
    }
    return true;
  }

  public BigInteger integerAt(int row) {
    byte[] bytes = new byte[words * Long.BYTES];
    for (int word = 0; word < words; word++) {
      long value = values[row * words + words - 1 - word];
      for (int i = Long.BYTES - 1; i >= 0; i--) {
        bytes[word * Long.BYTES + i] = (byte) value;
        value >>= Byte.SIZE;
      }
    }
    return new BigInteger(bytes);
  }

  @Override
  public long bytes() {
    return (long) rows() * words * Long.BYTES;
  }

  @Override
  void makeRoom(int row) {
    if (row * words == values.length) {
      values = Arrays.copyOf(values, values.length * 2);
    }
  }

  @Override
  void addNothing(int row) {
    Arrays.fill(values, row * words, (row + 1) * words, 0);
  }

  @Override
  List<ArrowBuf> buffers(FieldVector vector) {
    int count = rows() * words;
    ArrowBuf made = buffer(vector, (long) count * Long.BYTES);
    made.nioBuffer(0, count * Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .put(values, 0, count);
    return List.of(made);
  }

  @Override
  void takeBuffers(FieldVector vector, int count) {
    if (values.length < count * words) {
      values = new long[count * words];
    }
    vector
        .getDataBuffer()
        .nioBuffer(0, count * words * Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(values, 0, count * words);
  }
}
