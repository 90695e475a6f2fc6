"""Adds a dependency to the docstring of a Python model, and touches nothing else of the file.

Run as ``python -I -S _add_dependency.py FILE CALL``, the call as ``ref('model_a')``. One line on standard
output: ``{"line", "cell"}`` of what was added, or ``{"problem"}``, why the file was left as it is.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import sys
import tempfile
import tokenize
import types
from typing import Any, NamedTuple

if __name__ == "__main__":
    # Run as a file: fal.* are imported as the bare modules they are, the package needs pyarrow.
    package = types.ModuleType("fal")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["fal"] = package

from fal._notebook import neutralise

_ENTRY = re.compile(r"([ \t]*)((?:[-*+][ \t]+)?).*\b(?:ref|source)\(.*\)")
_LITERAL = re.compile(r"([A-Za-z]*)(\"{3}|'{3}|\"|')")


class Unfixable(Exception):  # noqa: N818 - a finding
    """Why the file can't be changed; the text begins with a lower-case letter."""


class Added(NamedTuple):
    """A text with one line more, which is its ``line``, from 1."""

    text: str
    line: int


def add(text: str, call: str, readable: str | None = None) -> Added:
    """``text`` (its lines end with a newline character alone) with the call in its docstring.

    ``readable``: the same text, line for line, as Python can parse it, where it isn't that itself.
    """
    try:
        body = ast.parse(text if readable is None else readable).body
    except (SyntaxError, ValueError) as error:
        raise Unfixable(f"it can't be parsed: {error}") from None
    lines = text.split("\n")
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return _in_docstring(lines, first, call)
    return _new_docstring(lines, call)


def _new_docstring(lines: list[str], call: str) -> Added:
    """Behind the comments that the file begins with."""
    at = 0
    while at < len(lines) and lines[at].startswith("#"):
        at += 1
    while 0 < at < len(lines) - 1 and not lines[at].strip():
        at += 1
    rest = lines[at:]
    gap = [""] if rest and rest[0].strip() else []
    new = ['"""', f"- {call}", '"""']
    return Added("\n".join([*lines[:at], *new, *gap, *rest]), at + 2)


def _in_docstring(lines: list[str], node: ast.Constant, call: str) -> Added:
    start, end = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    first, last = (
        _characters(lines[start], node.col_offset),
        _characters(lines[end], node.end_col_offset or 0),
    )
    literal = _LITERAL.match(lines[start], first)
    closing = lines[end][:last]
    if literal is None or len(literal.group(2)) == 1 or not closing.endswith(literal.group(2)):
        return _rewritten(lines, node, (start, first), (end, last), call)
    opening, quotes, after = lines[start][: literal.end()], literal.group(2), lines[end][last:]
    own = "\n".join([*lines[start:end], closing[:-3]])[literal.end() :].split("\n")
    entries = [number for number in range(1, len(own)) if _ENTRY.match(own[number])]
    if entries:
        at = entries[-1] + 1
        indent, bullet = _ENTRY.findall(own[at - 1])[0]
        own.insert(at, f"{indent}{bullet or '- '}{call}")
        if at == len(own) - 1:
            own.append(indent)
    else:
        indent = own.pop() if len(own) > 1 and not own[-1].strip() else ""
        gap = [""] if own[-1].strip() else []
        own += [*gap, f"{indent}- {call}", indent]
        at = len(own) - 2
    own[0] = opening + own[0]
    own[-1] += quotes + after
    return Added("\n".join([*lines[:start], *own, *lines[end + 1 :]]), start + at + 1)


def _rewritten(
    lines: list[str], node: ast.Constant, begin: tuple[int, int], end: tuple[int, int], call: str
) -> Added:
    """A docstring in single quotes, or put together of several, as one in three."""
    value = str(node.value)
    if '"""' in value or value.endswith('"'):
        raise Unfixable("its docstring has double quotes that would end it")
    value = value.replace("\\", "\\\\")
    before, after = lines[begin[0]][: begin[1]], lines[end[0]][end[1] :]
    if before.strip() or after.strip().startswith(")"):
        raise Unfixable("its docstring is not alone on its lines")
    new = [*f'"""{value}'.split("\n"), "", f"- {call}", f'"""{after}']
    return Added(
        "\n".join([*lines[: begin[0]], *new, *lines[end[0] + 1 :]]), begin[0] + len(new) - 1
    )


def _characters(line: str, offset: int) -> int:
    """A syntax tree counts bytes of UTF-8."""
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


def _add_to_file(path: str, call: str) -> dict[str, Any]:
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".ipynb"):
        new, place = _in_notebook(data.decode("utf-8"), call)
        _replace(path, new.encode("utf-8"))
        return place
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text = data.decode(encoding)
    newline = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    if plain.replace("\n", newline) != text or "\r" in plain:
        raise Unfixable("its lines end in several ways")
    added = add(plain, call)
    _replace(path, added.text.replace("\n", newline).encode(encoding))
    return {"line": added.line, "cell": None}


def _in_notebook(text: str, call: str) -> tuple[str, dict[str, Any]]:
    notebook = json.loads(text)
    indented = re.match(r"\{\n(\s+)", text)
    layout: dict[str, Any] = {
        "indent": indented.group(1) if indented else None,
        "ensure_ascii": text.isascii(),
    }
    end = "\n" if text.endswith("\n") else ""
    if json.dumps(notebook, **layout) + end != text:
        raise Unfixable("its JSON is not laid out as Jupyter writes it")
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(cells, 1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        readable = neutralise(source)
        if readable.strip():
            added = add(source, call, readable)
            is_text = isinstance(cell["source"], str)
            cell["source"] = added.text if is_text else added.text.splitlines(keepends=True)
            return json.dumps(notebook, **layout) + end, {"line": added.line, "cell": number}
    raise Unfixable("it has no code")


def _replace(path: str, data: bytes) -> None:
    """Whole or not at all; the file keeps its mode, a link stays one."""
    path = os.path.realpath(path)
    descriptor, made = tempfile.mkstemp(prefix=".fal-", dir=os.path.dirname(path))
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.chmod(made, os.stat(path).st_mode & 0o7777)
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise


def main() -> None:
    path, call = sys.argv[1:]
    try:
        answer = _add_to_file(path, call)
    except Unfixable as problem:
        answer = {"problem": str(problem)}
    except (OSError, ValueError, SyntaxError, KeyError, TypeError) as error:
        answer = {"problem": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
