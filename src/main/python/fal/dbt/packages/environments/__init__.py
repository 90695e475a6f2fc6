"""Where fal makes Python environments; old projects compare ``sys.executable`` with these folders."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The JVM tells it to every process of a run; elsewhere it is chosen as the JVM does."""
    own = os.environ.get("FAL_CACHE_DIR", "").strip()
    if own:
        return Path(os.path.abspath(own))
    shared = os.environ.get("XDG_CACHE_HOME", "")
    if shared.startswith("/"):
        return Path(shared, "fal")
    return Path.home() / ".cache" / "fal"
