package dev.falflow.report;

import dev.falflow.Problem;
import dev.falflow.artifact.NodeResult;
import dev.falflow.dbt.DbtEvent;
import java.util.List;

/** Tells of a run as it goes. Calls come from many threads. */
public interface Reporter extends AutoCloseable {
  /** One of dbt's events. */
  void event(DbtEvent event);

  /** A line that a Python model printed. */
  void output(String uniqueId, String model, String stream, String line);

  /** Something the user ought to know; nothing has failed. */
  void warning(Problem problem);

  /** A line about what fal did. */
  void info(String text);

  /** A decision of fal's and its reason, for {@code --debug}. */
  void debug(String text);

  /** After everything: the slowest models and every failure with its traceback. */
  void summary(List<NodeResult> results);

  /** What kept the command from running. */
  void problems(List<Problem> problems);

  /** Leaves the terminal as it was found. */
  @Override
  void close();
}
