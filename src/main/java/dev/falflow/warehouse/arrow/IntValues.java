package dev.falflow.warehouse.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;

/** Values of up to 32 bits: integers, booleans as 0 and 1, the bits of a float, days. */
public final class IntValues extends ColumnValues {
  private final int width;
  private final boolean signed;
  private int[] values = new int[1024];

  /** {@code width} in bits: 1, 8, 16 or 32. */
  IntValues(int width, boolean signed) {
    this.width = width;
    this.signed = signed;
  }

  public void add(int value) {
    int row = rows();
    makeRoom(row);
    values[row] = value;
    added();
  }

  /** The value; unsigned ones of 32 bits are beyond {@code int}. */
  public long at(int row) {
    return signed ? values[row] : values[row] & 0xffffffffL;
  }

  /** The bits of a value. */
  public int bits(int row) {
    return values[row];
  }

  @Override
  public long bytes() {
    return (long) rows() * Integer.BYTES;
  }

  @Override
  void makeRoom(int row) {
    if (row == values.length) {
      values = Arrays.copyOf(values, row * 2);
    }
  }

  @Override
  void addNothing(int row) {
    values[row] = 0;
  }

  @Override
  List<ArrowBuf> buffers(FieldVector vector) {
    int rows = rows();
    byte[] narrow =
        switch (width) {
          case 1 -> asBits(rows);
          case Byte.SIZE -> asBytes(rows);
          case Short.SIZE -> asShorts(rows);
          default -> null;
        };
    ArrowBuf made;
    if (narrow == null) {
      made = buffer(vector, (long) rows * Integer.BYTES);
      made.nioBuffer(0, rows * Integer.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asIntBuffer()
          .put(values, 0, rows);
    } else {
      made = buffer(vector, narrow.length);
      made.setBytes(0, narrow);
    }
    return List.of(made);
  }

  private byte[] asBits(int rows) {
    byte[] bits = new byte[(rows + 7) / Byte.SIZE];
    for (int row = 0; row < rows; row++) {
      bits[row >> 3] |= (byte) (values[row] << (row & 7));
    }
    return bits;
  }

  private byte[] asBytes(int rows) {
    byte[] bytes = new byte[rows];
    for (int row = 0; row < rows; row++) {
      bytes[row] = (byte) values[row];
    }
    return bytes;
  }

  private byte[] asShorts(int rows) {
    ByteBuffer shorts = ByteBuffer.allocate(rows * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      shorts.putShort((short) values[row]);
    }
    return shorts.array();
  }

  @Override
  void takeBuffers(FieldVector vector, int count) {
    if (values.length < count) {
      values = new int[count];
    }
    ArrowBuf data = vector.getDataBuffer();
    if (width == Integer.SIZE) {
      data.nioBuffer(0, count * Integer.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asIntBuffer()
          .get(values, 0, count);
      return;
    }
    for (int row = 0; row < count; row++) {
      values[row] =
          switch (width) {
            case 1 -> data.getByte(row >> 3) >> (row & 7) & 1;
            case Byte.SIZE -> signed ? data.getByte(row) : data.getByte(row) & 0xff;
            default -> {
              short value = data.getShort((long) row * Short.BYTES);
              yield signed ? value : value & 0xffff;
            }
          };
    }
  }
}
