package dev.falflow.warehouse.postgres;

import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.copy.CopyIn;

/** Bytes on their way into a {@code COPY … FROM STDIN (FORMAT BINARY)}. */
final class CopyBuffer {
  private static final int FULL = 1 << 16;
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };

  private final CopyIn copy;
  private byte[] bytes = new byte[FULL * 2];
  private int size;

  CopyBuffer(CopyIn copy) {
    this.copy = copy;
    put(SIGNATURE, 0, SIGNATURE.length);
    putInt(0);
    putInt(0);
  }

  void putByte(int value) {
    int at = reserve(1); // first: it may make a new array
    bytes[at] = (byte) value;
  }

  void putShort(int value) {
    putShortAt(reserve(Short.BYTES), value);
  }

  void putShortAt(int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  void putInt(int value) {
    putIntAt(reserve(Integer.BYTES), value);
  }

  private void putIntAt(int at, int value) {
    bytes[at] = (byte) (value >> 24);
    bytes[at + 1] = (byte) (value >> 16);
    bytes[at + 2] = (byte) (value >> 8);
    bytes[at + 3] = (byte) value;
  }

  void putLong(long value) {
    int at = reserve(Long.BYTES);
    putIntAt(at, (int) (value >> Integer.SIZE));
    putIntAt(at + Integer.BYTES, (int) value);
  }

  void put(byte[] from, int start, int length) {
    int at = reserve(length);
    System.arraycopy(from, start, bytes, at, length);
  }

  /** A value's length is not known yet; give what this returns to {@link #endValue}. */
  int beginValue() {
    return reserve(Integer.BYTES);
  }

  void endValue(int start) {
    putIntAt(start, size - start - Integer.BYTES);
  }

  /** Room for so many bytes; where it begins. */
  int reserve(int length) {
    int at = size;
    if (at + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + length));
    }
    size = at + length;
    return at;
  }

  /** Sends what there is when it is much. */
  void endRow() throws SQLException {
    if (size >= FULL) {
      send();
    }
  }

  /** The end of all rows. */
  void end() throws SQLException {
    putShort(-1);
    send();
  }

  private void send() throws SQLException {
    copy.writeToCopy(bytes, 0, size);
    size = 0;
  }
}
