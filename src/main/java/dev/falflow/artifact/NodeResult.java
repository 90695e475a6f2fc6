package dev.falflow.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of one Python file: a model, a script or a hook. */
public sealed interface NodeResult permits ModelResult, ScriptResult {
  /** Of the node, or of the hook. */
  String uniqueId();

  /** As messages call it. */
  String name();

  /** The user's file, relative to the project. */
  String file();

  /** Null on success. */
  @Nullable Failure failure();

  /** What it printed, null when it printed nothing. */
  @Nullable Path log();

  Duration executionTime();

  /** All of it but the log; times in seconds, {@code error} only after a failure. */
  ObjectNode toJson();
}
