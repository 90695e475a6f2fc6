package dev.falflow.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Why a Python file failed.
 *
 * @param code stable, see {@code docs/errors.md}
 * @param message one line with the place in the user's file where there is one
 * @param traceback cut to the user's frames, null where no Python error was raised
 */
public record Failure(String code, String message, @Nullable String traceback) {
  void into(ObjectNode json) {
    json.putObject("error").put("code", code).put("message", message).put("traceback", traceback);
  }
}
