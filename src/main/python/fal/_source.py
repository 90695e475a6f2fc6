"""A Python file or notebook as one syntax tree, and the way back from it to the user's lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_DEFERRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_PLAIN = frozenset(("ctx", "op", "ops", "id", "attr", "arg", "module", "level", "type_comment"))
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
Node = TypeVar("Node", bound=ast.AST)


class Place(NamedTuple):
    line: int
    column: int
    cell: int | None


class Problem(NamedTuple):
    code: str
    message: str
    line: int = 0
    column: int = 0
    cell: int | None = None
    source_line: str | None = None


class BrokenError(Exception):
    """The file has no syntax tree; carries why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Part(NamedTuple):
    """A stretch of source with a syntax tree of its own: a whole file, or one cell of a notebook.

    Its nodes' lines are shifted by ``offset``, so that a line tells the part it is in.
    """

    cell: int | None
    lines: list[str]
    body: list[ast.stmt]
    offset: int


class Source:
    """The syntax tree of one file.

    ``nodes`` holds every node breadth first but operators and contexts, ``mentions`` the names and attributes
    among them. ``run_at_import`` says beside each node whether it is evaluated when the file is imported.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._parts: list[Part] = []
        if path.endswith(".ipynb"):
            for cell, text in _cells(path):
                self._add(cell, text)
        else:
            self._add(None, _text(path))
        self.body = [statement for part in self._parts for statement in part.body]
        self.nodes: list[ast.AST] = list(self.body)
        self.mentions: list[ast.Name | ast.Attribute] = []
        self.run_at_import = [True] * len(self.body)
        self._kinds: dict[type[ast.AST], list[Any]] = {}
        self._owners: list[ast.AST] = []  # of every node but the statements at the top
        self._walk()

    def _add(self, cell: int | None, text: str) -> None:
        lines = text.split("\n")
        last = self._parts[-1] if self._parts else None
        offset = last.offset + len(last.lines) if last else 0
        tree = _parse(text, lines, cell)
        if offset:
            ast.increment_lineno(tree, offset)
        self._parts.append(Part(cell, lines, tree.body, offset))

    def _walk(self) -> None:
        nodes, run_at_import = self.nodes, self.run_at_import
        mentions, kinds, owners = self.mentions, self._kinds, self._owners
        for node, runs in zip(nodes, run_at_import):  # noqa: B905 - both grow meanwhile
            kind = node.__class__
            if kind in kinds:
                kinds[kind].append(node)
            else:
                kinds[kind] = [node]
            if kind is ast.Name or kind is ast.Attribute:
                mentions.append(node)  # type: ignore[arg-type]
            defers = kind in _DEFERRING or (kind is ast.If and _is_main_guard(node))
            for field in _FIELDS[kind] if kind in _FIELDS else _fields(kind):
                value = getattr(node, field, None)
                if isinstance(value, list):
                    children = [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.AST):
                    children = [value]
                else:
                    continue
                nodes += children
                owners += [node] * len(children)
                run_at_import += [runs and not (defers and field == "body")] * len(children)

    def of_kind(self, *kinds: type[Node]) -> Iterator[Node]:
        """The nodes of these very classes, kind by kind."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    @property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [*self.of_kind(ast.FunctionDef), *self.of_kind(ast.AsyncFunctionDef)]

    @cached_property
    def import_statements(self) -> list[ast.Import | ast.ImportFrom]:
        kinds = (ast.Import, ast.ImportFrom)
        if not any(kind in self._kinds for kind in kinds):
            return []
        return [node for node in self.nodes if isinstance(node, kinds)]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Of every node but the statements at the top."""
        return dict(zip(self.nodes[len(self.body) :], self._owners, strict=True))

    @cached_property
    def imported_nodes(self) -> set[ast.AST]:
        """What runs when the file is imported."""
        pairs = zip(self.nodes, self.run_at_import, strict=True)
        return {node for node, runs in pairs if runs}

    def place(self, node: ast.expr | ast.stmt) -> Place:
        part = next(part for part in reversed(self._parts) if node.lineno > part.offset)
        line = node.lineno - part.offset
        # The tree counts bytes of UTF-8, people count characters.
        before = part.lines[line - 1].encode("utf-8", "replace")[: node.col_offset]
        return Place(line, len(before.decode("utf-8", "replace")) + 1, part.cell)

    def line(self, place: Place) -> str:
        part = next(part for part in self._parts if part.cell == place.cell)
        return part.lines[place.line - 1]


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Those that may hold nodes with something to find in them."""
    fields = () if kind is ast.Constant else kind._fields
    _FIELDS[kind] = tuple(field for field in fields if field not in _PLAIN)
    return _FIELDS[kind]


def _is_main_guard(node: ast.AST) -> bool:
    """``if __name__ == "__main__":``, whose body an import does not run."""
    left = (
        node.test.left if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) else None
    )
    return isinstance(left, ast.Name) and left.id == "__name__"


def _parse(text: str, lines: list[str], cell: int | None) -> ast.Module:
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        column = nul - text.rfind("\n", 0, nul)
        raise BrokenError(Problem("syntax-error", "the file holds a null byte", line, column, cell))
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line = min(error.lineno or 1, len(lines))
        problem = Problem("syntax-error", error.msg, line, error.offset or 0, cell, lines[line - 1])
        raise BrokenError(problem) from error
    except ValueError as error:  # a lone surrogate out of a notebook's JSON
        raise BrokenError(Problem("syntax-error", str(error), cell=cell)) from error


def _text(path: str) -> str:
    """The text of a Python file, decoded as Python itself would (PEP 263, else UTF-8)."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise BrokenError(Problem("unreadable-file", message)) from error
    encoding = "utf-8-sig"
    for line in data.split(b"\n", 2)[:2]:
        declared = _CODING.match(line)
        if declared and not data.startswith(b"\xef\xbb\xbf"):
            encoding = declared.group(1).decode("ascii", "replace")
            if encoding.lower().replace("_", "-").startswith("utf-8"):
                encoding = "utf-8-sig"
            break
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    try:
        text = data.decode(encoding)
    except LookupError as error:
        message = f"the file declares the unknown encoding {encoding}"
        raise BrokenError(Problem("bad-encoding", message, 1)) from error
    except UnicodeError as error:
        name = "UTF-8" if encoding == "utf-8-sig" else encoding
        message, line_number = f"the file is not {name}", 1
        if isinstance(error, UnicodeDecodeError):
            message += f": byte 0x{data[error.start]:02x}, {error.reason}"
            line_number = data.count(b"\n", 0, error.start) + 1
        raise BrokenError(Problem("bad-encoding", message, line_number)) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cells(path: str) -> list[tuple[int, str]]:
    from fal._notebook import NotebookError, read_cells

    try:
        return [(cell.number, cell.source) for cell in read_cells(path)]
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise BrokenError(Problem("unreadable-file", message)) from error
    except NotebookError as error:
        problem = Problem("broken-notebook", str(error), error.line, error.column)
        raise BrokenError(problem) from error
