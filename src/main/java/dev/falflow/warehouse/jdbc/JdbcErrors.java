package dev.falflow.warehouse.jdbc;

import dev.falflow.FalException;
import dev.falflow.Problem;
import java.sql.SQLException;
import java.util.Objects;

/** The database's errors in its own words, with what to check. */
final class JdbcErrors {
  private JdbcErrors() {}

  static FalException of(SQLException error, Dialect dialect, Address address) {
    String state = Objects.requireNonNullElse(error.getSQLState(), "");
    String words = words(error);
    String place = dialect.adapter() + " at " + address.place() + ": ";
    if (state.startsWith("08")) {
      return problem(
          "warehouse-unreachable",
          place + words,
          "Is the server running, and is this its host and port? See `fal debug`.",
          error);
    } else if (state.startsWith("28")) {
      return problem(
          "warehouse-login", place + words, "Check user and password in profiles.yml.", error);
    } else if (words.contains("SQLITE_BUSY") || words.contains("SQLITE_LOCKED")) {
      return problem(
          "warehouse-busy",
          place + words,
          "Another program or another of dbt's threads is writing to the file: dbt-sqlite wants"
              + " threads: 1.",
          error);
    } else if (state.equals("42501") || (state.equals("42000") && words.contains("denied"))) {
      return problem(
          "warehouse-permission", words, "The user that dbt's profile names needs it.", error);
    }
    return new FalException(Problem.of("warehouse-error", words), error);
  }

  private static FalException problem(
      String code, String message, String hint, SQLException cause) {
    return new FalException(Problem.of(code, message).withHint(hint), cause);
  }

  private static String words(SQLException error) {
    String message = error.getMessage();
    return message == null ? error.getClass().getSimpleName() : message.strip();
  }
}
