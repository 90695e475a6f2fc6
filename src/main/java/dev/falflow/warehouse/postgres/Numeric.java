package dev.falflow.warehouse.postgres;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * PostgreSQL's binary numerics: a count of digits to the base of 10,000, the first one's weight,
 * sign, digits after the point, then the digits.
 */
final class Numeric {
  /** Decimal digits that surely fit a {@code long}. */
  static final int LONG_DIGITS = 18;

  private static final int BASE = 10_000;
  private static final int BASE_DIGITS = 4;
  private static final BigInteger BIG_BASE = BigInteger.valueOf(BASE);
  private static final int NEGATIVE = 0x4000;
  private static final int NAN = 0xC000;
  private static final int INFINITY = 0xD000;
  private static final int MINUS_INFINITY = 0xF000;
  private static final long[] TENS = new long[19];

  static {
    TENS[0] = 1;
    for (int i = 1; i < TENS.length; i++) {
      TENS[i] = TENS[i - 1] * 10;
    }
  }

  private Numeric() {}

  /** The number without its point, for a type of at most {@link #LONG_DIGITS} digits. */
  static long unscaledLong(byte[] row, int at, int scale) {
    int digits = Binary.shortAt(row, at);
    boolean negative = isNegative(row, at);
    // How many decimal digits the last of the digits is away from the type's last.
    int beyond = ((short) Binary.shortAt(row, at + 2) - digits + 1) * BASE_DIGITS + scale;
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Binary.shortAt(row, at + 8 + 2 * i);
      if (i == digits - 1 && beyond < 0) {
        value = value * TENS[BASE_DIGITS + beyond] + digit / TENS[-beyond];
        beyond = 0;
      } else {
        value = value * BASE + digit;
      }
    }
    if (value != 0) {
      value *= TENS[beyond];
    }
    return negative ? -value : value;
  }

  /** The number without its point. */
  static BigInteger unscaled(byte[] row, int at, int scale) {
    return decimal(row, at).setScale(scale).unscaledValue();
  }

  /** As PostgreSQL prints it. */
  static String text(byte[] row, int at) {
    return switch (Binary.shortAt(row, at + 4)) {
      case NAN -> "NaN";
      case INFINITY -> "Infinity";
      case MINUS_INFINITY -> "-Infinity";
      default -> decimal(row, at).setScale(Binary.shortAt(row, at + 6)).toPlainString();
    };
  }

  private static BigDecimal decimal(byte[] row, int at) {
    int digits = Binary.shortAt(row, at);
    boolean negative = isNegative(row, at);
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < digits; i++) {
      value = value.multiply(BIG_BASE).add(BigInteger.valueOf(Binary.shortAt(row, at + 8 + 2 * i)));
    }
    int weight = (short) Binary.shortAt(row, at + 2);
    int scale = (digits - 1 - weight) * BASE_DIGITS;
    return new BigDecimal(negative ? value.negate() : value, scale);
  }

  private static boolean isNegative(byte[] row, int at) {
    int sign = Binary.shortAt(row, at + 4);
    if (sign == NAN || sign == INFINITY || sign == MINUS_INFINITY) {
      throw new Decoder.Unreadable(
          sign == NAN ? "'NaN'" : "'Infinity'", "cast the column to double precision in SQL");
    }
    return sign == NEGATIVE;
  }

  /** Writes a number, its length first. */
  static void put(CopyBuffer to, long unscaled, int scale) {
    int padding = Math.floorMod(-scale, BASE_DIGITS);
    if (unscaled == Long.MIN_VALUE || Math.abs(unscaled) > Long.MAX_VALUE / TENS[padding]) {
      put(to, BigInteger.valueOf(unscaled), scale);
      return;
    }
    long rest = Math.abs(unscaled) * TENS[padding];
    int start = to.beginValue();
    int digits = 0;
    for (long left = rest; left != 0; left /= BASE) {
      digits++;
    }
    putHead(to, digits, unscaled < 0, scale, padding);
    int place = to.reserve(digits * Short.BYTES);
    for (int i = digits - 1; i >= 0; i--) {
      to.putShortAt(place + i * Short.BYTES, (int) (rest % BASE));
      rest /= BASE;
    }
    to.endValue(start);
  }

  /** Writes a number, its length first. */
  static void put(CopyBuffer to, BigInteger unscaled, int scale) {
    int padding = Math.floorMod(-scale, BASE_DIGITS);
    BigInteger rest = unscaled.abs().multiply(BigInteger.valueOf(TENS[padding]));
    int digits = 0;
    for (BigInteger left = rest; left.signum() != 0; left = left.divide(BIG_BASE)) {
      digits++;
    }
    int start = to.beginValue();
    putHead(to, digits, unscaled.signum() < 0, scale, padding);
    int place = to.reserve(digits * Short.BYTES);
    for (int i = digits - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(BIG_BASE);
      to.putShortAt(place + i * Short.BYTES, parts[1].intValue());
      rest = parts[0];
    }
    to.endValue(start);
  }

  private static void putHead(CopyBuffer to, int digits, boolean negative, int scale, int padding) {
    to.putShort(digits);
    to.putShort(digits - (scale + padding) / BASE_DIGITS - 1);
    to.putShort(negative ? NEGATIVE : 0);
    to.putShort(Math.max(scale, 0));
  }

  /** Writes NaN, its length first. */
  static void putNan(CopyBuffer to) {
    int start = to.beginValue();
    to.putShort(0);
    to.putShort(0);
    to.putShort(NAN);
    to.putShort(0);
    to.endValue(start);
  }
}
