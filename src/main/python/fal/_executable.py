"""Where the ``fal`` program is, for Python that starts it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from fal import FalError

VARIABLE = "FAL_EXECUTABLE"


def find(given: str | os.PathLike[str] | None = None) -> str:
    """The one given, else of ``FAL_EXECUTABLE``, else on ``PATH``, else of the checkout that this file stands in."""
    named = os.fspath(given) if given is not None else os.environ.get(VARIABLE)
    if named:
        found = shutil.which(os.path.expanduser(named))
        if found is None:
            whose = "fal=" if given is not None else VARIABLE + "="
            raise FalError(f"{whose}{named} names no program that can be run.", "fal-not-found")
        return os.path.abspath(found)
    on_path = shutil.which("fal")
    if on_path is not None:
        return os.path.abspath(on_path)
    launcher = Path(__file__).resolve().parents[4] / "fal"  # of src/main/python/fal
    if os.access(launcher, os.X_OK) and (launcher.parent / "pom.xml").is_file():
        return str(launcher)
    raise FalError(
        f"The program fal is not on PATH. Put its folder there, or name it in {VARIABLE} or by FalDbt(fal=…).",
        "fal-not-found",
    )


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs fal to its end; SystemExit with its exit code unless that is 0.

    ``arguments`` are as on the command line, with or without the program's own name before them; without any,
    those of this process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and os.path.basename(words[0]) == "fal":
        del words[0]
    sys.stdout.flush()
    code = subprocess.call([find(), *words])
    if code != 0:
        raise SystemExit(code if code > 0 else 128 - code)
