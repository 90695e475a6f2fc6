package dev.falflow.warehouse.postgres;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client's private key as the driver wants it, PKCS-8 in DER, out of the PEM that libpq reads:
 * PKCS-8, and RSA's and EC's own forms (RFC 5208, 8017, 5915).
 */
final class ClientKey {
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----(.+?)-----END \\1-----", Pattern.DOTALL);

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int CURVE = 0xa0; // the field of an EC key that names it
  private static final byte[] VERSION = {2, 1, 0};
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private ClientKey() {}

  /**
   * The key in this file; a file that is no PEM as it is.
   *
   * @throws FalException {@code bad-profile}
   */
  static byte[] read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new FalException(
          Problem.of("bad-profile", "sslkey " + file + " can't be read: " + e.getMessage()), e);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!text.contains("-----BEGIN ")) {
      return bytes;
    }
    Matcher pem = PEM.matcher(text);
    if (!pem.find() || text.contains("ENCRYPTED")) {
      throw new FalException(
          Problem.of("bad-profile", "sslkey " + file + " holds no private key without a password.")
              .withHint("openssl pkey -in KEY -out NEW_KEY takes the password off."));
    }
    byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
    return switch (pem.group(1)) {
      case "RSA PRIVATE KEY" -> pkcs8(RSA, der);
      case "EC PRIVATE KEY" -> pkcs8(field(SEQUENCE, EC, curve(der)), der);
      default -> der;
    };
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return field(SEQUENCE, VERSION, algorithm, field(OCTETS, key));
  }

  /** The curve's name: what the field for it holds. */
  private static byte[] curve(byte[] key) {
    int at = content(key, 0);
    while (at < key.length) {
      int start = content(key, at);
      int end = start + length(key, at);
      if ((key[at] & 0xff) == CURVE) {
        return Arrays.copyOfRange(key, start, end);
      }
      at = end;
    }
    throw new FalException(Problem.of("bad-profile", "sslkey holds an EC key without its curve."));
  }

  private static byte[] field(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    field.write(tag);
    int length = content.size();
    if (length > 0xff) {
      field.write(0x82);
      field.write(length >> Byte.SIZE);
    } else if (length > 0x7f) {
      field.write(0x81);
    }
    field.write(length);
    field.writeBytes(content.toByteArray());
    return field.toByteArray();
  }

  /** Where the content begins of the field that begins here. */
  private static int content(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first > 0x7f ? first - 0x80 : 0);
  }

  private static int length(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    if (length > 0x7f) {
      int more = length - 0x80;
      length = 0;
      for (int i = 0; i < more; i++) {
        length = length << Byte.SIZE | (der[at + 2 + i] & 0xff);
      }
    }
    return length;
  }
}
