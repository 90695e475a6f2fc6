"""Reads Python models without running them: what they ``ref``, what they write, what is wrong.

Run as ``python -I -S _analysis.py``. Each line of standard input is one file as a JSON object
``{"path": "/abs/models/a.py", "file": "models/a.py"}``; for each, one line of standard output:

    {"file", "kind": "model" | "helper" | "dbt_model" | "broken",
     "writes": [{"line", "column", "cell"}],
     "dependencies": [{"kind": "ref" | "source", "arguments", "version", "text",
                       "line", "column", "cell", "origin": "docstring" | "code", "batches": bool}],
     "unresolved": [{"line", "column", "cell", "text"}],
     "module_level_calls": bool, "imports": ["lib.load", ".sibling"],
     "problems": [{"code", "message", "line", "column", "cell", "source_line"}],
     "docstring_line": int | null}

``cell`` is the code cell of a notebook, whose lines count inside the cell, else null. It ends with
exit code 0 when its input ends. A file that cannot be read or parsed is a problem, not a failure.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import re
import sys
import types
import warnings
from typing import NamedTuple

if __name__ == "__main__":
    # Run as a file: fal.* are imported as the bare modules they are, the package needs pyarrow.
    package = types.ModuleType("fal")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["fal"] = package

from fal._constants import Constants
from fal._source import BrokenError, Place, Problem, Source

_STRING = r"""(?:"[^"\\\n]*"|'[^'\\\n]*')"""
_LITERALS = rf"{_STRING}(?:\s*,\s*(?:(?:v|version)\s*=\s*)?(?:{_STRING}|\d+))*"
_IN_DOCSTRING = {
    kind: re.compile(rf"(?<!\w){kind}\(\s*{_LITERALS}\s*,?\s*\)") for kind in ("ref", "source")
}
_MAGIC_NAMES = ("ref", "source", "write_to_model")
_FOLD = 80


class Unresolved(NamedTuple):
    line: int
    column: int
    cell: int | None
    text: str


class Dependency(NamedTuple):
    kind: str
    arguments: list[str]
    version: int | str | None
    text: str
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
        self.writes: list[Place] = []
        self.dependencies: list[Dependency] = []
        self.unresolved: list[Unresolved] = []
        self.module_level_calls = False
        self.imports: list[str] = []
        self.problems: list[Problem] = []
        self.docstring_line: int | None = None

    def as_json(self) -> bytes:
        lists = ("writes", "dependencies", "unresolved", "problems")
        rows = {name: [row._asdict() for row in getattr(self, name)] for name in lists}
        return json.dumps({**vars(self), **rows}).encode("ascii")


def analyse(path: str, file: str) -> Analysis:
    """What the file at ``path`` is and needs; never raises for what is in the file."""
    try:
        analysis = Analysis(file)
        Reader(Source(path), analysis).read()
        return analysis
    except BrokenError as broken:
        problem = broken.problem
    except (RecursionError, MemoryError):
        problem = Problem("syntax-error", "the code is nested too deeply for Python to read")
    analysis = Analysis(file, "broken")
    analysis.problems.append(problem)
    return analysis


class Reader:
    """Fills an analysis from a syntax tree."""

    def __init__(self, source: Source, analysis: Analysis) -> None:
        self.source = source
        self.analysis = analysis
        self.names = {name: name for name in _MAGIC_NAMES}
        self.fal_modules: set[str] = set()
        self.constants = Constants(source)

    def read(self) -> None:
        calls: list[tuple[ast.Call, bool]] = []
        for node, runs_at_import in zip(self.source.nodes, self.source.run_at_import, strict=True):
            if isinstance(node, ast.Call):
                calls.append((node, runs_at_import))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self._read_import(node)
        found: dict[str, list[ast.Call]] = {name: [] for name in _MAGIC_NAMES}
        for call, runs_at_import in calls:
            name = self._magic_name(call)
            if name is not None:
                found[name].append(call)
                if runs_at_import and name != "write_to_model":
                    self.analysis.module_level_calls = True
        # The order of the old tool's stubs: docstring, every ref, every source; breadth first.
        self._read_docstring()
        for kind in ("ref", "source"):
            for call in found[kind]:
                self._read_call(kind, call)
        self._read_writes(found["write_to_model"])

    def _read_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.analysis.imports.append(alias.name)
                if alias.name == "fal":
                    self.fal_modules.add(alias.asname or alias.name)
            return
        module = "." * node.level + (node.module or "")
        if node.module:
            self.analysis.imports.append(module)
        for alias in node.names:
            if alias.name != "*":
                separator = "." if node.module else ""
                self.analysis.imports.append(f"{module}{separator}{alias.name}")
            if module == "fal" and alias.name in _MAGIC_NAMES:
                self.names[alias.asname or alias.name] = alias.name

    def _magic_name(self, call: ast.Call) -> str | None:
        function = call.func
        if isinstance(function, ast.Name):
            return self.names.get(function.id)
        if not isinstance(function, ast.Attribute) or function.attr not in _MAGIC_NAMES:
            return None
        module = function.value
        is_fal = isinstance(module, ast.Name) and module.id in self.fal_modules
        return function.attr if is_fal else None

    def _read_writes(self, writes: list[ast.Call]) -> None:
        places = sorted(
            (self.source.place(call) for call in writes),
            key=lambda place: (place.cell or 0, place.line, place.column),
        )
        self.analysis.writes = places
        if places:
            self.analysis.kind = "model"
        elif any(_is_dbt_model(statement) for statement in self.source.body):
            self.analysis.kind = "dbt_model"
        if len(places) > 1:
            second = places[1]
            message = (
                f"write_to_model is called {len(places)} times, "
                f"a model calls it exactly once: {_listed(places)}"
            )
            line = self.source.line(second)
            self.analysis.problems.append(
                Problem("multiple-writes", message, **second._asdict(), source_line=line)
            )

    def _read_call(self, kind: str, call: ast.Call) -> None:
        place = self.source.place(call)
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        given = list(call.args)
        if kind == "source":
            given += [keywords[name] for name in ("source_name", "table_name") if name in keywords]
        arguments = [self.constants.value(node) for node in given]
        names = [argument for argument in arguments if isinstance(argument, str)]
        resolved = len(names) == len(arguments) and _is_complete(kind, names)
        text = [repr(name) for name in names]
        version: int | str | None = None
        key = next((key for key in ("v", "version") if key in keywords), None)
        if kind == "ref" and key and not _is_none(keywords[key]):
            version = self.constants.value(keywords[key])
            resolved = resolved and version is not None
            text.append(f"{key}={version!r}")
        if resolved:
            dependency = Dependency(
                kind,
                names,
                version,
                _call_text(kind, text),
                origin="code",
                batches=self._may_be_batches(keywords),
                **place._asdict(),
            )
            self._add(dependency)
        else:
            self.analysis.unresolved.append(Unresolved(**place._asdict(), text=ast.unparse(call)))

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
        for index, text in enumerate(node.value.split("\n")):
            for kind, pattern in _IN_DOCSTRING.items():
                for match in pattern.finditer(text):
                    self._read_mention(kind, match.group(), start, min(start.line + index, end))

    def _read_mention(self, kind: str, text: str, start: Place, line: int) -> None:
        call = ast.parse(text, mode="eval").body
        assert isinstance(call, ast.Call)
        names = [a.value for a in call.args if isinstance(a, ast.Constant)]
        arguments = [name for name in names if isinstance(name, str)]
        versions = [k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)]
        allowed = 1 if kind == "ref" else 0
        if len(arguments) < len(names) or len(versions) > allowed:
            return
        if not _is_complete(kind, arguments):
            return
        version = versions[0] if versions else None
        assert version is None or isinstance(version, (int, str))
        column = self.source.line(Place(line, 1, start.cell)).find(text) + 1
        self._add(Dependency(kind, arguments, version, text, line, column, start.cell, "docstring"))

    def _may_be_batches(self, keywords: dict[str | None, ast.expr]) -> bool:
        if "frame" in keywords:
            return self.constants.value(keywords["frame"]) in (None, "batches")
        return None in keywords  # ref(…, **options)

    def _add(self, dependency: Dependency) -> None:
        """Each once; in batches only when every call of it may be."""
        found = self.analysis.dependencies
        key = (dependency.kind, dependency.arguments, dependency.version)
        for index, known in enumerate(found):
            if (known.kind, known.arguments, known.version) == key:
                found[index] = known._replace(batches=known.batches and dependency.batches)
                return
        found.append(dependency)


def _is_dbt_model(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.FunctionDef) or statement.name != "model":
        return False
    return len(statement.args.posonlyargs) + len(statement.args.args) == 2


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_complete(kind: str, arguments: list[str]) -> bool:
    """Whether dbt can make something of a call with these names."""
    counts = (1, 2) if kind == "ref" else (2,)
    return len(arguments) in counts and all(arguments)


def _call_text(kind: str, arguments: list[str]) -> str:
    """The call as the old tool's unparser wrote it, which folded lines of 80 columns and more."""
    text = f"{kind}({', '.join(arguments)})"
    if len(text) < _FOLD:
        return text
    if len(arguments) > 1 and len(text) > _FOLD:
        text = f"{kind}({arguments[0]},\n    {', '.join(arguments[1:])})"
    if len(text.rsplit("\n", 1)[-1]) < _FOLD:
        return text
    return f"{text[:-1]}\n    )"


def _listed(places: list[Place]) -> str:
    lines = [f"{f'cell {p.cell} ' if p.cell else ''}line {p.line}" for p in places]
    return f"{', '.join(lines[:-1])} and {lines[-1]}"


def main() -> None:
    warnings.simplefilter("ignore")  # what the parser says of odd escapes is for the run
    gc.disable()  # syntax trees hold no cycles, and looking for some takes half of the time
    for line in iter(sys.stdin.buffer.readline, b""):
        request = json.loads(line)
        answer = analyse(request["path"], request["file"]).as_json()
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
