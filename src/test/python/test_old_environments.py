"""What old projects import of fal's environments."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from fal.dbt.packages.environments import conda, virtual_env


def test_folders_are_those_of_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAL_CACHE_DIR", str(tmp_path))
    assert folders() == (tmp_path / "venvs", tmp_path / "conda")
    monkeypatch.delenv("FAL_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folders() == (tmp_path / "fal" / "venvs", tmp_path / "fal" / "conda")


def folders() -> tuple[Path, Path]:
    return (
        importlib.reload(virtual_env)._BASE_VENV_DIR,
        importlib.reload(conda)._BASE_CONDA_DIR,
    )


def test_conda_is_looked_for_in_its_home_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CONDA_EXE", raising=False)
    monkeypatch.delenv("FAL_CONDA_HOME", raising=False)
    with pytest.raises(RuntimeError, match="Could not find a conda executable"):
        conda.get_conda_executable()
    program = tmp_path / "home" / "bin" / "micromamba"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setenv("FAL_CONDA_HOME", str(tmp_path / "home"))
    assert conda.get_conda_executable() == program
