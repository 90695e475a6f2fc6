package dev.falflow;

import java.util.List;
import java.util.stream.Collectors;

/**
 * All problems of one step that the user can act on. Anything else that is thrown is a bug of ours.
 * The command ends with exit code 2: it could not be set up as asked.
 */
public final class FalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public FalException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public FalException(Problem problem) {
    this(List.of(problem));
  }

  public FalException(Problem problem, Throwable cause) {
    this(List.of(problem), cause);
  }

  public FalException(List<Problem> problems, Throwable cause) {
    this(problems);
    initCause(cause);
  }

  /** What went wrong and how to go on, a line for each problem, where dbt prints it. */
  public String words() {
    return problems.stream().map(Problem::words).collect(Collectors.joining("\n"));
  }

  public List<Problem> problems() {
    return problems;
  }
}
