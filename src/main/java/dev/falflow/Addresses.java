package dev.falflow;

import java.util.regex.Pattern;

/** Addresses in text, as {@code https://user:password@host/path} (RFC 3986, 3.2.1). */
public final class Addresses {
  private static final String MASK = "*****";

  /** {@code ://user:…@}. */
  private static final Pattern PASSWORD = Pattern.compile("(://[^/\\s:@]*:)[^/\\s@]+(?=@)");

  /** {@code ://…@}: where nobody's name is that long, it is a token, as Git's hosts hand out. */
  private static final Pattern TOKEN = Pattern.compile("(://)[^/\\s:@]{20,}(?=@)");

  private Addresses() {}

  /** The same text with asterisks for what opens the door; a user's name stays. */
  public static String masked(String text) {
    String masked = PASSWORD.matcher(text).replaceAll("$1" + MASK);
    return TOKEN.matcher(masked).replaceAll("$1" + MASK);
  }
}
