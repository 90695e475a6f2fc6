package dev.falflow.flow;

/** A run that a Ctrl-C ends early. */
public interface Interruptible {
  /**
   * Ends it early; it returns or throws soon after. Workers die and nothing more is started; before
   * any did, every process of ours is ended.
   */
  void interrupt();

  boolean isInterrupted();
}
