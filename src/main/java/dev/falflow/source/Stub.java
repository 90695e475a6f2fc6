package dev.falflow.source;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a generated SQL model, byte for byte as the old tool laid it out. Its checksum tells
 * whether somebody edited it.
 *
 * @param content begins with an empty line and ends with one line feed
 * @param checksum 32 hex digits, part of the content
 */
public record Stub(String content, String checksum) {
  private static final String MARKER = "FAL_GENERATED";
  private static final Pattern MARK = Pattern.compile(MARKER + " ([A-Za-z0-9_]+)");
  private static final String BEFORE_CHECKSUM =
      """

      {{ config(materialized='ephemeral') }}
      /*
      FAL_GENERATED\
      """;
  private static final String BEFORE_LINES =
      """


      Script dependencies:

      """;
  private static final String AFTER_LINES =
      """


      */

      SELECT * FROM \
      """;

  /** Printed with a checksum in the documentation that its own text does not have. */
  private static final String DOCUMENTED_CHECKSUM = "f3d686c040e94a5b33aa082f0ddcd6d3";

  private static final List<String> DOCUMENTED_LINES =
      List.of(
          "{{ ref('model_a') }}", "{{ source('database_b', 'table_b') }}", "{{ ref('model_c') }}");

  /** What the model selects from: the last line of a stub. Every version of fal had its own. */
  public enum Tail {
    SCHEMA_AND_NAME("{{ target.schema }}.{{ model.name }}"),
    SCHEMA_AND_ALIAS("{{ target.schema }}.{{ model.alias }}"),
    THIS("{{ this }}");

    private final String text;

    Tail(String text) {
      this.text = text;
    }

    static Optional<Tail> of(String stub) {
      for (Tail tail : values()) {
        if (stub.stripTrailing().endsWith("\nSELECT * FROM " + tail.text)) {
          return Optional.of(tail);
        }
      }
      return Optional.empty();
    }
  }

  /** What a file at the place of a stub is. */
  public enum Verdict {
    /** Generated, and as it was generated. */
    GENUINE,
    /** Generated, and edited since. */
    EDITED,
    /** Written by somebody else. */
    NOT_OURS
  }

  /**
   * The stub for these dependencies.
   *
   * @param lines the dependencies as {@code {{ call }}}, in order
   */
  public static Stub generate(List<String> lines, Tail tail) {
    String rest = BEFORE_LINES + String.join("\n", lines) + AFTER_LINES + tail.text + "\n";
    String checksum = checksumOf(BEFORE_CHECKSUM + rest);
    return new Stub(BEFORE_CHECKSUM + " " + checksum + rest, checksum);
  }

  /** Judges the text of a file. White space at its edges and line ends do not count. */
  public static Verdict verify(String text) {
    String folded = folded(text);
    Matcher mark = MARK.matcher(folded);
    if (!mark.find()) {
      return Verdict.NOT_OURS;
    }
    String stated = mark.group(1);
    String actual = checksumOf(folded);
    boolean isDocumented =
        stated.equals(DOCUMENTED_CHECKSUM)
            && actual.equals(generate(DOCUMENTED_LINES, Tail.SCHEMA_AND_NAME).checksum());
    return stated.equals(actual) || isDocumented ? Verdict.GENUINE : Verdict.EDITED;
  }

  /** Whether a genuine text on disk already says what this stub says. */
  boolean isSaidBy(String text) {
    return text.equals(content) || checksumOf(folded(text)).equals(checksum);
  }

  private static String folded(String text) {
    return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
  }

  private static String checksumOf(String text) {
    String unmarked = MARK.matcher(text.strip()).replaceAll(MARKER);
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      return HexFormat.of().formatHex(md5.digest(unmarked.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
