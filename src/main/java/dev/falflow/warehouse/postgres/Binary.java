package dev.falflow.warehouse.postgres;

/** Big-endian numbers in bytes. */
final class Binary {
  private Binary() {}

  /** 16 bits, unsigned. */
  static int shortAt(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  static int intAt(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }

  static long longAt(byte[] bytes, int at) {
    return (long) intAt(bytes, at) << Integer.SIZE | (intAt(bytes, at + 4) & 0xffffffffL);
  }
}
