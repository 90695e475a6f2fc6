"""An exception of a model as the user shall see it: their own frames, and the place in the library where it ended."""

from __future__ import annotations

import os
import sysconfig
import traceback
from collections.abc import Mapping
from typing import Any

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARIES = tuple(
    {
        os.path.realpath(path) + os.sep
        for name, path in sysconfig.get_paths().items()
        if name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
)
_COMPILED = (".pyx", ".pxi", ".pxd")  # Cython names no place on this machine
_SITES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")

Places = Mapping[str, tuple[str, "int | None"]]


def describe(error: BaseException, places: Places, project_dir: str) -> dict[str, Any]:
    """The ``error`` of a ``failed`` message, without its kind."""
    shown = traceback.TracebackException.from_exception(error)
    frames = [_frame(each, places, project_dir) for each in shown.stack if _is_users(each.filename)]
    syntax = syntax_place(error)
    if isinstance(error, SyntaxError) and syntax is not None:
        line = traceback.FrameSummary(
            syntax[0], syntax[1], "<module>", lookup_line=False, line=(error.text or "").strip()
        )
        frames.append(_frame(line, places, project_dir))
    _cut(shown, set())
    kind = type(error)
    module = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    return {
        "class": module + kind.__qualname__,
        "message": _message(error),
        "traceback": "".join(shown.format()).rstrip("\n"),
        "frames": frames,
    }


def syntax_place(error: BaseException) -> tuple[str, int] | None:
    """File and line of a syntax error in a file of the user's; None for one in a string that was evaluated."""
    if isinstance(error, SyntaxError) and error.filename and not error.filename.startswith("<"):
        return error.filename, error.lineno or 1
    return None


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg or "invalid syntax"
    try:
        return str(error)
    except Exception:
        return f"<a {type(error).__name__} whose text can't be made>"


def _frame(frame: traceback.FrameSummary, places: Places, project_dir: str) -> dict[str, Any]:
    file, cell = places.get(frame.filename, (frame.filename, None))
    if os.path.isabs(file):
        inside = os.path.relpath(file, project_dir)
        file = file if inside.startswith(os.pardir) else inside
    return {
        "file": file,
        "line": frame.lineno,
        "name": frame.name,
        "text": frame.line or "",
        "cell": cell,
    }


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OURS, "<frozen "))


def _is_users(filename: str) -> bool:
    if _is_ours(filename) or filename.endswith(_COMPILED):
        return False
    if any(site in filename for site in _SITES):
        return False
    return not os.path.realpath(filename).startswith(_LIBRARIES)


def _cut(shown: traceback.TracebackException, seen: set[int]) -> None:
    """Drops our frames, and a library's but for the last one, all along the chain of causes."""
    if id(shown) in seen:
        return
    seen.add(id(shown))
    rest = [frame for frame in shown.stack if not _is_ours(frame.filename)]
    last = rest[-1:]
    shown.stack[:] = [frame for frame in rest[:-1] if _is_users(frame.filename)] + last
    for other in (shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ())):
        if other is not None:
            _cut(other, seen)
