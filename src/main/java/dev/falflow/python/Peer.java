package dev.falflow.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;

/** A Python process that asks in JSON lines and is answered: a worker, or whoever started fal. */
public interface Peer {
  /**
   * Sends a message.
   *
   * @throws IOException when it is gone
   */
  void send(ObjectNode message) throws IOException;

  /** Its next message; empty when it has left. */
  Optional<JsonNode> receive();

  /** Ends the conversation at once: nothing more comes of it. */
  void kill();
}
