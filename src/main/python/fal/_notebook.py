"""A notebook as the Python code it holds: its code cells in order, IPython's own syntax taken out.

Lines that only IPython understands (``%magic``, ``!command``, ``name?``) become blank, or ``pass``
where they are indented, so that every other line keeps its number and the cell stays valid Python.
``%time statement`` keeps the statement; the bodies of ``%%time``, ``%%capture`` and ``%%prun`` run,
those of every other cell magic are not Python and become blank. IPython itself is not needed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_RUNNING_CELL_MAGICS = {"time", "capture", "prun"}
_CELL_MAGIC = re.compile(r"%%(\w*)")
_TIMED_STATEMENT = re.compile(r"(\s*)%time[ \t]+(?=\S)")
_HELP = re.compile(r"\s*%{0,2}[\w.*]+\?{1,2}\s*(#.*)?$")
_MAGICS_IMPORT = re.compile(r"\s*(from|import)\s+(faldbt|fal(\.\w+)*)\.magics\b")
_TOKEN = re.compile(r"""#.*|\"{3}|'{3}|["'()\[\]{}]""")
_END_OF_STRING = {
    quote: re.compile(rf"(?:\\.|(?!{quote})[^\\])*{quote}", re.DOTALL)
    for quote in ('"', "'", '"""', "'''")
}


@dataclass(frozen=True)
class Cell:
    """One code cell.

    ``number`` is 1-based and counts code cells only; ``source`` is valid input for ``compile``.
    """

    number: int
    source: str


class NotebookError(ValueError):
    """The file is not a notebook. ``line`` and ``column`` are 1-based, 0 when unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read_cells(path: str) -> list[Cell]:
    """The code cells of the notebook at ``path``; raises ``NotebookError`` or ``OSError``."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotebookError(f"the notebook is not UTF-8: {error}") from error
    except json.JSONDecodeError as error:
        message = f"the notebook is not valid JSON: {error.msg}"
        raise NotebookError(message, error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"the notebook's JSON cannot be read: {error}") from error
    sources = [_source(cell) for cell in _cells(notebook) if cell.get("cell_type") == "code"]
    return [Cell(number, neutralise(source)) for number, source in enumerate(sources, start=1)]


def neutralise(source: str) -> str:
    """The cell without IPython's syntax, line for line."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _blank_cell_magics(lines):
        return "\n" * (len(lines) - 1)
    place = _Place()
    dropping = False
    for index, line in enumerate(lines):
        if place.starts_statement:
            dropping = False
            timed = _TIMED_STATEMENT.match(line)
            if timed:
                line = lines[index] = timed.group(1) + line[timed.end() :]
            elif line.lstrip()[:1] in ("%", "!", "?") or _HELP.match(line):
                lines[index] = _nothing(line)
                place.after_magic = line.endswith("\\")
                continue
            dropping = _MAGICS_IMPORT.match(line) is not None
        elif place.after_magic:
            lines[index] = ""
            place.after_magic = line.endswith("\\")
            continue
        if dropping:
            lines[index] = _nothing(line) if place.starts_statement else ""
        place.advance(line)
    return "\n".join(lines)


class _Place:
    """Where a line begins: at a statement, or inside a string, a bracket or a continued line."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0
        self.continued = False
        self.after_magic = False

    @property
    def starts_statement(self) -> bool:
        inside = self.quote or self.depth or self.continued or self.after_magic
        return not inside

    def advance(self, line: str) -> None:
        self.continued = False
        at = 0
        while True:
            if self.quote:
                end = _END_OF_STRING[self.quote].match(line, at)
                if end is None:
                    # A plain string goes on over the line's end only behind a backslash.
                    if len(self.quote) == 1 and not line.endswith("\\"):
                        self.quote = ""
                    return
                at = end.end()
                self.quote = ""
            token = _TOKEN.search(line, at)
            if token is None:
                self.continued = line.endswith("\\")
                return
            text = token.group()
            at = token.end()
            if text[0] == "#":
                return
            if text[0] in "\"'":
                self.quote = text
            elif text in "([{":
                self.depth += 1
            else:
                self.depth = max(0, self.depth - 1)


def _blank_cell_magics(lines: list[str]) -> bool:
    """Blanks the cell magics a cell begins with; false when its body is not Python."""
    for index, line in enumerate(lines):
        magic = _CELL_MAGIC.match(line)
        if magic:
            if magic.group(1) not in _RUNNING_CELL_MAGICS:
                return False
            lines[index] = ""
        elif line.strip():
            break
    return True


def _nothing(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent + "pass" if indent else ""


def _cells(notebook: Any) -> list[dict[str, Any]]:
    holders = [notebook]
    if isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        holders = notebook["worksheets"]  # nbformat 3
    cells: list[dict[str, Any]] = []
    for holder in holders:
        found = holder.get("cells") if isinstance(holder, dict) else None
        if not isinstance(found, list) or not all(isinstance(cell, dict) for cell in found):
            raise NotebookError("the file is not a notebook: it has no list of cells")
        cells += found
    return cells


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(item, str) for item in source):
        return "".join(source)
    raise NotebookError("the file is not a notebook: a cell's source is neither text nor lines")
