"""Environments of type ``venv``."""

from __future__ import annotations

from fal.dbt.packages.environments import cache_folder

_BASE_VENV_DIR = cache_folder() / "venvs"
