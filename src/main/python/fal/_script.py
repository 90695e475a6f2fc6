"""A model's file as code objects: a script as one, a notebook as one for each cell.

Each is compiled under the name its errors shall carry, and its text is put where tracebacks look for it.
"""

from __future__ import annotations
import __future__

import io
import linecache
import tokenize
from collections.abc import Iterator
from types import CodeType

_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag


class Script:
    """The model's file. ``places`` maps the name of each code object to (file, cell number or None)."""

    def __init__(self, path: str, file: str) -> None:
        self._path = path
        self._file = file
        self.places: dict[str, tuple[str, int | None]] = {path: (file, None)}

    def code(self) -> Iterator[CodeType]:
        """Compiles piece by piece, so that a notebook's second cell may fail after its first has run."""
        if self._path.endswith(".ipynb"):
            yield from self._cells()
        else:
            with open(self._path, "rb") as stream:
                source = stream.read()
            _remember(self._path, _text(source))
            if b"\0" in source:  # a ValueError without a place before Python 3.12
                line = source[: source.index(b"\0")].count(b"\n") + 1
                raise SyntaxError("the file contains null bytes", (self._path, line, 1, ""))
            yield compile(source, self._path, "exec", dont_inherit=True)

    def _cells(self) -> Iterator[CodeType]:
        from fal._notebook import NotebookError, read_cells

        try:
            cells = read_cells(self._path)
        except NotebookError as error:
            where = (self._path, error.line or 1, error.column or 1, "")
            raise SyntaxError(str(error), where) from None
        flags = 0  # `from __future__` holds for the cells after it, as it does in a notebook
        for cell in cells:
            name = f"{self._file}[cell {cell.number}]"
            self.places[name] = (self._file, cell.number)
            _remember(name, cell.source)
            code = compile(cell.source, name, "exec", flags, dont_inherit=True)
            flags |= code.co_flags & _FUTURES
            yield code


def _text(source: bytes) -> str:
    """The source decoded as PEP 263 says; what can't be is compile()'s to report."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return io.TextIOWrapper(io.BytesIO(source), encoding).read()
    except (SyntaxError, UnicodeDecodeError):
        return source.decode("utf-8", "replace")


def _remember(name: str, text: str) -> None:
    # Without a time of change the entry is never checked against the disk, where the file may have been edited since.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
