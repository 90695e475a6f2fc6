"""Environments of type ``conda``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fal.dbt.packages.environments import cache_folder

_BASE_CONDA_DIR = cache_folder() / "conda"
_NAMES = ("conda", "mamba", "micromamba")


def get_conda_executable() -> Path:
    """The program that makes conda environments, looked for where fal itself does."""
    home = os.environ.get("FAL_CONDA_HOME", "").strip()
    named = os.environ.get("CONDA_EXE", "").strip()
    if home:
        path: str | None = os.pathsep.join([home, os.path.join(home, "bin")])
    elif named and os.access(named, os.X_OK):
        return Path(named)
    else:
        path = None
    for name in _NAMES:
        found = shutil.which(name, path=path)
        if found is not None:
            return Path(found)
    raise RuntimeError(
        "Could not find a conda executable (conda, mamba or micromamba) on PATH, by CONDA_EXE or FAL_CONDA_HOME."
    )
