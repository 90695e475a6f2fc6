"""Reads Python models without running them: what they ``ref``, what they write, what is wrong.

Run as ``python -I -S _analysis.py``. Standard input and output are lines of JSON. The first line of input is
``{"modules": {"/abs/lib/load.py": "lib/load.py"}, "vars": {"name": value}}``: the project's modules that some
file imports, and dbt's variables. Each line after it is one question, with one line for an answer:

``{"imports": "/abs/models/a.py"}``: what the file's import statements name.
    {"imports": ["lib.load", ".sibling"], "problems": [Problem]}

``{"path": "/abs/models/a.py", "file": "models/a.py", "search": ["/abs/models", "/abs"]}``: what the file is and
needs, with all it reaches in the modules, which are looked up in the folders of ``search``.
    {"file", "kind": "model" | "helper" | "dbt_model" | "broken",
     "writes": [Place], "writes_when_run": bool, "module_level_calls": bool, "docstring_line": int | null,
     "dependencies": [{"kind": "ref" | "source", "arguments", "version", "text", Place...,
                       "origin": "docstring" | "code" | "helper", "batches": bool}],
     "unresolved": [{Place..., "text"}], "problems": [Problem],
     "asked_vars": [name], "asked_environment": [name]}

A Place is ``file``, ``line``, ``column``, ``cell``: the code cell of a notebook, whose lines count inside the
cell, else null. A Problem is ``code``, ``message``, ``line``, ``column``, ``cell``, ``source_line``. The answer
depends on the contents of the file and the modules, and on the variables named in it, alone.
It ends with exit code 0 when its input ends. A file that cannot be read or parsed is a problem, not a failure.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

if __name__ == "__main__":
    # Run as a file: fal.* are imported as the bare modules they are, the package needs pyarrow.
    package = types.ModuleType("fal")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["fal"] = package

from fal._calls import Calls
from fal._docstring import mentions
from fal._modules import Library, Module, Where, imported_by_call
from fal._program import Program
from fal._source import BrokenError, Place, Problem, Source

_UNTIL_COLLECTED = 500  # files; what is kept of each is a quarter of a megabyte
_TOO_DEEP = Problem("syntax-error", "the code is nested too deeply for Python to read")


class Unresolved(NamedTuple):
    file: str
    line: int
    column: int
    cell: int | None
    text: str


class Dependency(NamedTuple):
    kind: str
    arguments: list[str]
    version: int | str | None
    text: str
    file: str
    line: int
    column: int
    cell: int | None
    origin: str
    batches: bool = False


class Analysis:
    """What is known of one file; its attributes are the fields of the answer."""

    def __init__(self, file: str, kind: str = "helper") -> None:
        self.file = file
        self.kind = kind
        self.writes: list[Where] = []
        self.writes_when_run = False
        self.dependencies: list[Dependency] = []
        self.unresolved: list[Unresolved] = []
        self.module_level_calls = False
        self.problems: list[Problem] = []
        self.docstring_line: int | None = None
        self.asked_vars: list[str] = []
        self.asked_environment: list[str] = []

    def as_json(self) -> dict[str, Any]:
        lists = ("writes", "dependencies", "unresolved", "problems")
        return {**vars(self), **{name: _rows(getattr(self, name)) for name in lists}}


def analyse(library: Library, path: str, file: str, search: list[str]) -> Analysis:
    """What the file at ``path`` is and needs; never raises for what is in the file."""
    try:
        analysis = Analysis(file)
        module = Module(Source(path), file, "__main__")
        Reader(Program(library, module, tuple(search)), analysis).read()
        return analysis
    except BrokenError as broken:
        problem = broken.problem
    except (RecursionError, MemoryError):
        problem = _TOO_DEEP
    analysis = Analysis(file, "broken")
    analysis.problems.append(problem)
    return analysis


class Reader:
    """Fills an analysis from a syntax tree."""

    def __init__(self, program: Program, analysis: Analysis) -> None:
        self.program = program
        self.module = program.module
        self.source = program.module.source
        self.analysis = analysis

    def read(self) -> None:
        # The order of the old tool's stubs: docstring, every ref, every source; breadth first. Then the helpers'.
        self._read_docstring()
        reads: dict[tuple[str, str], list[Dependency]] = {}
        asked: tuple[set[str], set[str]] = (set(), set())
        for module, node, finding in Calls(self.program).findings():
            where = module.where(node)
            origin = "code" if module is self.module else "helper"
            if "write_to_model" in finding.kinds:
                self.analysis.writes.append(where)
                self.analysis.writes_when_run |= self.program.runs_at_once(module, node)
            elif finding.kinds and origin == "code" and node in self.source.imported_nodes:
                self.analysis.module_level_calls = True
            for call in finding.calls:
                found = Dependency(
                    call.kind,
                    list(call.arguments),
                    call.version,
                    call.text,
                    origin=origin,
                    batches=call.batches,
                    **where._asdict(),
                )
                reads.setdefault((origin, call.kind), []).append(found)
            if finding.is_unresolved:
                self._add_unresolved(module, node)
            asked[0].update(finding.asked_vars)
            asked[1].update(finding.asked_environment)
        for origin in ("code", "helper"):
            for kind in ("ref", "source"):
                for dependency in reads.get((origin, kind), []):
                    self._add(dependency)
        self.analysis.asked_vars, self.analysis.asked_environment = map(sorted, asked)
        self._tell_kind()

    def _tell_kind(self) -> None:
        writes = self.analysis.writes
        writes.sort(key=lambda each: (each.file != self.analysis.file, *_in_file(each)))
        if writes:
            self.analysis.kind = "model"
        elif any(_is_dbt_model(statement) for statement in self.source.body):
            self.analysis.kind = "dbt_model"

    def _add_unresolved(self, module: Module, node: ast.expr) -> None:
        call = node if isinstance(node, ast.Call) else module.source.parents.get(node, node)
        try:
            text = ast.unparse(call)
        except RecursionError:
            text = "the call"
        self.analysis.unresolved.append(Unresolved(*module.where(node), text))

    def _read_docstring(self) -> None:
        body = self.source.body
        if not body or not isinstance(body[0], ast.Expr):
            return
        node = body[0].value
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return
        start = self.source.place(node)
        end = start.line + (node.end_lineno or node.lineno) - node.lineno
        self.analysis.docstring_line = start.line
        for mention in mentions(node.value):
            line = min(start.line + mention.line, end)
            column = self.source.line(Place(line, 1, start.cell)).find(mention.text) + 1
            found = Dependency(
                mention.kind,
                mention.arguments,
                mention.version,
                mention.text,
                self.module.file,
                line,
                column,
                start.cell,
                "docstring",
            )
            self._add(found)

    def _add(self, dependency: Dependency) -> None:
        """Each once; in batches only when every call of it may be."""
        found = self.analysis.dependencies
        key = (dependency.kind, dependency.arguments, dependency.version)
        for index, known in enumerate(found):
            if (known.kind, known.arguments, known.version) == key:
                found[index] = known._replace(batches=known.batches and dependency.batches)
                return
        found.append(dependency)


def imports(path: str) -> dict[str, Any]:
    """The names in a file's import statements, relative ones with their dots, and why it has none."""
    try:
        source = Source(path)
    except BrokenError as broken:
        return {"imports": [], "problems": _rows([broken.problem])}
    except (RecursionError, MemoryError):
        return {"imports": [], "problems": _rows([_TOO_DEEP])}
    names = [name for node in source.nodes for name in _imported(node)]
    return {"imports": names, "problems": []}


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        if node.module:
            yield module
        for alias in node.names:
            if alias.name != "*":
                yield f"{module}{'.' if node.module else ''}{alias.name}"
            elif not node.module:
                yield module
    elif isinstance(node, ast.Call):
        name = imported_by_call(node)
        if name is not None:
            yield name


def _is_dbt_model(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.FunctionDef) or statement.name != "model":
        return False
    return len(statement.args.posonlyargs) + len(statement.args.args) == 2


def _in_file(where: Where) -> tuple[str, int, int, int]:
    return where.file, where.cell or 0, where.line, where.column


def _rows(rows: list[Any]) -> list[dict[str, Any]]:
    return [row._asdict() for row in rows]


def main() -> None:
    warnings.simplefilter("ignore")  # what the parser says of odd escapes is for the run
    gc.disable()  # looking for cycles whenever it likes takes half of the time
    first = json.loads(sys.stdin.buffer.readline())
    library = Library(first["modules"], first["vars"])
    for number, line in enumerate(iter(sys.stdin.buffer.readline, b""), 1):
        asked = json.loads(line)
        if number % _UNTIL_COLLECTED == 0:
            gc.collect()
            gc.freeze()
        if "imports" in asked:
            answer = imports(asked["imports"])
        else:
            answer = analyse(library, asked["path"], asked["file"], asked["search"]).as_json()
        sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
