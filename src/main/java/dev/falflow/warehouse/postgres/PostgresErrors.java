package dev.falflow.warehouse.postgres;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.sql.SQLException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The server's errors in its own words, with the column and row they are about. */
final class PostgresErrors {
  private static final Pattern COPY_PLACE =
      Pattern.compile("COPY [^\\n]*, line (\\d+)(?:, column (\\S+))?");

  private PostgresErrors() {}

  /** Which connection, and what the server or the driver said. */
  static FalException of(SQLException error, PostgresConnections connections) {
    return of(error, connections, 0, (column, row) -> null);
  }

  /** Finds a value that was to be loaded. */
  interface Values {
    @Nullable String at(String column, long row);
  }

  /**
   * The same of a load.
   *
   * @param before rows that earlier parts of it brought
   * @param values of the part at hand
   */
  static FalException of(
      SQLException error, PostgresConnections connections, long before, Values values) {
    String words = words(error, before, values);
    String state = Objects.requireNonNullElse(error.getSQLState(), "");
    if (state.startsWith("08")) {
      return problem(
          "warehouse-unreachable",
          "PostgreSQL at " + connections.place() + ": " + words,
          "Is the server running, and is this its host and port? See `fal debug`.",
          error);
    }
    if (state.startsWith("28")) {
      return problem(
          "warehouse-login",
          "PostgreSQL at " + connections.place() + ": " + words,
          "Check user and password in profiles.yml.",
          error);
    }
    if (state.startsWith("57P")) {
      return problem(
          "warehouse-went-away",
          "PostgreSQL at " + connections.place() + " ended the connection: " + words,
          "Nothing was published; run again when the server is up.",
          error);
    }
    if (state.startsWith("22") && words.startsWith("column ")) {
      return problem("unwritable-value", words, null, error);
    }
    if (state.startsWith("53")) {
      return problem(
          "warehouse-full",
          words,
          "Make room on the server: its disk, memory, connections, or the limit named.",
          error);
    }
    if (state.equals("42501")) {
      return problem(
          "warehouse-permission",
          words,
          "The role that dbt's profile names needs that right.",
          error);
    }
    return problem("warehouse-error", words, null, error);
  }

  private static FalException problem(
      String code, String message, @Nullable String hint, SQLException cause) {
    return new FalException(new Problem(code, message, null, hint), cause);
  }

  private static String words(SQLException error, long before, Values values) {
    ServerErrorMessage server =
        error instanceof PSQLException exception ? exception.getServerErrorMessage() : null;
    if (server == null) {
      return String.valueOf(error.getMessage());
    }
    StringBuilder text = new StringBuilder();
    Matcher place = COPY_PLACE.matcher(String.valueOf(server.getWhere()));
    if (place.find()) {
      String column = place.group(2);
      long row = Long.parseLong(place.group(1)) - 1;
      text.append(column == null ? "" : "column \"" + column + "\", ");
      text.append("row ").append(before + row).append(": ");
      String value = column == null ? null : values.at(column, row);
      text.append(value == null ? "" : "'" + value + "': ");
    }
    text.append(server.getMessage());
    for (String more : new String[] {server.getDetail(), server.getHint()}) {
      if (more != null) {
        text.append(text.charAt(text.length() - 1) == '.' ? " " : ". ").append(more);
      }
    }
    return text.toString();
  }
}
