package dev.falflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.Location;
import dev.falflow.artifact.Failure;
import dev.falflow.python.Worker;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Why a file's worker did not end well, in words that name the user's file. */
final class WorkerFailure {
  private static final int SIGKILL = 9;

  private WorkerFailure() {}

  /**
   * Null when it ended well.
   *
   * @param end the worker's last message, empty when it left without one
   * @param serverLines what the fork server last said, should the worker never have come up
   */
  static @Nullable Failure of(
      String file, Optional<JsonNode> end, Worker.Exit exit, Supplier<String> serverLines) {
    if (end.isEmpty()) {
      return new Failure("worker-crashed", file + ": " + crash(exit, serverLines), null);
    }
    return isDone(end.get()) ? null : raised(file, end.get().path("error"));
  }

  static boolean isDone(JsonNode message) {
    return message.path("type").asText().equals("done");
  }

  static Failure interrupted(String file) {
    return new Failure("interrupted", file + ": interrupted", null);
  }

  private static String crash(Worker.Exit exit, Supplier<String> serverLines) {
    Integer signal = exit.signal();
    if (signal != null) {
      String guess =
          signal == SIGKILL ? " (killed from outside, or by the system for want of memory)" : "";
      return "its Python process was ended by signal " + signal + guess;
    }
    Integer code = exit.code();
    if (code != null) {
      return "its Python process ended with exit code " + code + " before the script's end";
    }
    return "its Python process could not be started or was lost.\n" + serverLines.get();
  }

  private static Failure raised(String file, JsonNode error) {
    JsonNode frames = error.path("frames");
    JsonNode last = frames.isEmpty() ? error : frames.get(frames.size() - 1);
    Location place = Conversation.place(last.path("file").asText(file), last);
    String message =
        "%s: %s: %s".formatted(place, error.path("class").asText(), error.path("message").asText());
    String code = error.path("code").asText("python-error");
    return new Failure(code, message, error.path("traceback").asText());
  }
}
