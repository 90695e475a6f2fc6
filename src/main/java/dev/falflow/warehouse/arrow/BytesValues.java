package dev.falflow.warehouse.arrow;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/** Texts in UTF-8, and binary values. */
public final class BytesValues extends ColumnValues {
  private final boolean large;
  private byte[] bytes = new byte[1 << 14];
  private int[] ends = new int[1025];

  /** {@code large}: the vector has 64-bit offsets. */
  BytesValues(boolean large) {
    this.large = large;
  }

  public void add(byte[] from, int start, int length) {
    int row = rows();
    makeRoom(row);
    int at = ends[row];
    makeRoomForBytes(at + length);
    System.arraycopy(from, start, bytes, at, length);
    ends[row + 1] = at + length;
    added();
  }

  public void add(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    add(encoded, 0, encoded.length);
  }

  /** The bytes of all values; a value's are those from {@link #start} to {@link #end}. */
  public byte[] all() {
    return bytes;
  }

  public int start(int row) {
    return ends[row];
  }

  public int end(int row) {
    return ends[row + 1];
  }

  public String text(int row) {
    return new String(bytes, start(row), end(row) - start(row), StandardCharsets.UTF_8);
  }

  @Override
  public long bytes() {
    return ends[rows()] + (long) rows() * Integer.BYTES;
  }

  private void makeRoomForBytes(int wanted) {
    if (wanted > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, Math.max(wanted, (int) Math.min(Integer.MAX_VALUE - 8L, bytes.length * 2L)));
    }
  }

  @Override
  void makeRoom(int row) {
    if (row + 1 == ends.length) {
      ends = Arrays.copyOf(ends, ends.length * 2);
    }
  }

  @Override
  void addNothing(int row) {
    ends[row + 1] = ends[row];
  }

  @Override
  List<ArrowBuf> buffers(FieldVector vector) {
    int rows = rows();
    ArrowBuf offsets;
    if (large) {
      offsets = buffer(vector, (rows + 1L) * Long.BYTES);
      for (int row = 0; row <= rows; row++) {
        offsets.setLong((long) row * Long.BYTES, ends[row]);
      }
    } else {
      offsets = offsets(vector, ends, rows);
    }
    ArrowBuf data = buffer(vector, ends[rows]);
    data.setBytes(0, bytes, 0, ends[rows]);
    return List.of(offsets, data);
  }

  static ArrowBuf offsets(FieldVector vector, int[] ends, int rows) {
    ArrowBuf offsets = buffer(vector, (rows + 1L) * Integer.BYTES);
    offsets
        .nioBuffer(0, (rows + 1) * Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .put(ends, 0, rows + 1);
    return offsets;
  }

  @Override
  void takeBuffers(FieldVector vector, int count) {
    if (ends.length < count + 1) {
      ends = new int[count + 1];
    }
    ends[0] = 0;
    if (count == 0) {
      return;
    }
    ArrowBuf offsets = vector.getOffsetBuffer();
    if (vector instanceof BaseLargeVariableWidthVector) {
      for (int row = 0; row <= count; row++) {
        ends[row] = Math.toIntExact(offsets.getLong((long) row * Long.BYTES));
      }
    } else {
      ListValues.takeOffsets(offsets, ends, count);
    }
    if (bytes.length < ends[count]) {
      bytes = new byte[ends[count]];
    }
    vector.getDataBuffer().getBytes(0, bytes, 0, ends[count]);
  }
}
