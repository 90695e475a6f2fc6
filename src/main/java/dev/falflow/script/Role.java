package dev.falflow.script;

import java.util.Locale;

/** When a script runs, seen from its model or from the whole run. */
public enum Role {
  /** {@code scripts: before}, a step of its own. */
  BEFORE(true, false, false),
  /** {@code scripts: after}, or a plain list of scripts. */
  AFTER(false, false, false),
  /** {@code pre-hook}, a part of its model's step. */
  PRE_HOOK(true, true, false),
  /** {@code post-hook}; runs also when its model failed. */
  POST_HOOK(false, true, false),
  /** {@code fal: scripts: before} of a schema file. */
  GLOBAL_BEFORE(true, false, true),
  /** {@code fal: scripts: after} of a schema file, or a plain list there. */
  GLOBAL_AFTER(false, false, true);

  private final boolean before;
  private final boolean hook;
  private final boolean global;

  Role(boolean before, boolean hook, boolean global) {
    this.before = before;
    this.hook = hook;
    this.global = global;
  }

  /** Whether it belongs to no model. */
  public boolean isGlobal() {
    return global;
  }

  /** Whether it takes arguments and an environment, and may not write. */
  public boolean isHook() {
    return hook;
  }

  public boolean runsBefore() {
    return before;
  }

  /** As a part of an id: {@code before}, {@code post_hook}. */
  String word() {
    return global ? (before ? "before" : "after") : name().toLowerCase(Locale.ROOT);
  }
}
