"""What dbt v1 does not see in its own Python models, and what scripts of the old fal ask for that is gone.

Run as ``python -I -S _doctor.py``. Standard input is one JSON list of questions, standard output the list of
their answers, each a list of ``{"path", "line", "column", "cell", "what", "edit"}``:

``{"dbt_model": "/abs/models/m.py", "modules": ["/abs/lib/load.py"], "refused_by": null}``: a
    ``def model(dbt, session)`` with the project's own modules it reaches, and the name of the adapter if that has
    no such models; what keeps dbt from taking it, and what it reads that dbt does not know of.
``{"script": "/abs/models/a.py"}``: a model of fal's.

A file that has no syntax tree gives nothing: the analysis tells of it.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import tokenize
import types
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

if __name__ == "__main__":
    # Run as a file: fal.* are imported as the bare modules they are, the package needs pyarrow.
    package = types.ModuleType("fal")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["fal"] = package

from fal._source import BrokenError, Source

_READS = ("dbt.ref", "dbt.source")
_EVALUATED = (*_READS, "dbt.config", "dbt.config.get", "dbt.config.meta_get")
_JINJA = re.compile(r"\{[{%#]")
_OPENDBT = ("executepython", "executedlt")
_AS_SCRIPT = (
    "Turn it into a script of fal's: the body of model() at the top of the file, ref and source for dbt.ref and"
    " dbt.source, write_to_model(df) for the return, dbt.config's settings in a YAML file."
)
_OTHER_CLIENT = "Call that service by a client of its own."
_GONE = ("el", "write_to_firestore")


class Finding(NamedTuple):
    path: str
    line: int
    column: int
    cell: int | None
    what: str
    edit: str


class File:
    """A file with a syntax tree; raises ``BrokenError`` without one."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.source = Source(path)

    def finding(self, node: ast.expr | ast.stmt, what: str, edit: str) -> Finding:
        place = self.source.place(node)
        return Finding(self.path, place.line, place.column, place.cell, what, edit)


def dbt_model(path: str, modules: list[str], refused_by: str | None) -> Iterator[Finding]:
    """What dbt v1 refuses of the model, then what the model reads behind its back."""
    model = File(path)
    if refused_by is not None:
        for function in _functions_named_model(model.source.body):
            what = f"dbt does not run a def model with the adapter {refused_by}"
            yield model.finding(function, what, _AS_SCRIPT)
        return
    yield from _jinja(path)
    yield from _shape(model)
    calls = list(calls_seen_by_dbt(model.source.body))
    for call in calls:
        yield from _unwanted(model, call)
    known = {_meaning(call) for call in calls if _name(call.func) in _READS}
    yield from _lost(model, calls, known)
    for module in modules:
        if module != path:
            with suppress(BrokenError):  # the analysis tells of it
                yield from _lost(File(module), [], known)


def calls_seen_by_dbt(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """The calls that the parser of dbt v1 comes by.

    Outside calls it goes everywhere. Of a call it follows the attributes to the call they belong to, and looks at
    arguments that are themselves calls, or hold one as item of a list or tuple, value of a dict or placeholder of
    an f-string; whatever else is in a call stays unseen, subscripts and operators among it.
    """
    open_nodes: list[ast.AST] = list(reversed(body))
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Call):
            yield node
            open_nodes += reversed(list(_seen_in_call(node)))
        else:
            open_nodes += reversed(list(ast.iter_child_nodes(node)))


def _seen_in_call(call: ast.Call) -> Iterator[ast.Call]:
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        inside: list[ast.expr | None] = [argument]
        if isinstance(argument, ast.List | ast.Tuple):
            inside = [*argument.elts]
        elif isinstance(argument, ast.Dict):
            inside = [*argument.values]
        elif isinstance(argument, ast.JoinedStr):
            inside = [
                part.value for part in argument.values if isinstance(part, ast.FormattedValue)
            ]
        yield from (each for each in inside if isinstance(each, ast.Call))
    base = call.func
    while isinstance(base, ast.Attribute):
        base = base.value
    if isinstance(call.func, ast.Attribute) and isinstance(base, ast.Call):
        yield base


def _jinja(path: str) -> Iterator[Finding]:
    with tokenize.open(path) as file:
        for number, line in enumerate(file, start=1):
            found = _JINJA.search(line)
            if found:
                what = f"dbt takes {found.group()} for Jinja and refuses the model"
                edit = "Write it in another way, e.g. with a blank between the two characters."
                yield Finding(path, number, found.start() + 1, None, what, edit)
                return


def _shape(model: File) -> Iterator[Finding]:
    functions = list(_functions_named_model(model.source.body))
    for function in functions[1:]:
        yield model.finding(
            function, "is a second function named model: dbt refuses the file", "Rename it."
        )
    for function in functions:
        arguments = function.args.args
        if len(arguments) != 2 or arguments[0].arg != "dbt":
            what = "dbt wants model to have two arguments, the first named dbt"
            yield model.finding(function, what, "Write def model(dbt, session):")
        last = function.body[-1]
        if not isinstance(last, ast.Return) or isinstance(last.value, ast.Tuple):
            what = "dbt wants the last statement of model to return one data frame"
            yield model.finding(last, what, "End the function with return df.")


def _functions_named_model(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    """As dbt counts them: those inside of other functions don't count, methods do."""
    open_nodes: list[ast.AST] = list(reversed(body))
    while open_nodes:
        node = open_nodes.pop()
        if not isinstance(node, ast.FunctionDef):
            open_nodes += reversed(list(ast.iter_child_nodes(node)))
        elif node.name == "model":
            yield node


def _unwanted(model: File, call: ast.Call) -> Iterator[Finding]:
    """Of a call that dbt sees: names it cannot tell, and opendbt's own way of running."""
    name = _name(call.func)
    if name not in _EVALUATED:
        return
    if not _is_literal(call):
        what = f"dbt refuses {ast.unparse(call)}: its arguments have to be literals"
        edit = f"Write the values themselves: {name}('…'), one call for each."
        yield model.finding(call, what, edit)
    for keyword in call.keywords if name == "dbt.config" else []:
        value = keyword.value
        if (
            keyword.arg == "materialized"
            and isinstance(value, ast.Constant)
            and value.value in _OPENDBT
        ):
            what = f"materialized={value.value!r} is opendbt's own, dbt does not have it"
            yield model.finding(value, what, _AS_SCRIPT)


def _lost(file: File, seen: list[ast.Call], known: set[str]) -> Iterator[Finding]:
    """What is read here without dbt seeing it here or elsewhere."""
    nodes_seen = set(map(id, seen))
    for node in file.source.nodes:
        if not isinstance(node, ast.Attribute) or _name(node) not in _READS:
            continue
        call = file.source.parents.get(node)
        if not isinstance(call, ast.Call) or call.func is not node:
            what = f"dbt does not see what is read by {ast.unparse(node)} under another name"
            edit = f"Call it by its own name: {ast.unparse(node)}('…')."
            yield file.finding(node, what, edit)
        elif id(call) not in nodes_seen and _meaning(call) not in known:
            text = ast.unparse(call)
            what = f"dbt v1 loses {text} here: it is not in the graph, and may be built too late"
            plain = text if _is_literal(call) else f"{_name(node)}('…')"
            edit = (
                f"Make it a statement of its own in model(): frame = {plain}, and go on from frame."
            )
            yield file.finding(call, what, edit)


def script(path: str) -> Iterator[Finding]:
    """What the old fal had and this one has not; a name that the file itself binds is its own."""
    file = File(path)
    nodes = file.source.nodes
    bound = {name for node in nodes for name in _bound(node)}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in _GONE and node.id not in bound:
            yield file.finding(node, f"{node.id} was the old fal's, it is gone", _OTHER_CLIENT)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]


def _name(node: ast.expr) -> str:
    """``dbt.config.get`` for these attributes of a name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _name(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _is_literal(call: ast.Call) -> bool:
    try:
        for value in [*call.args, *(keyword.value for keyword in call.keywords)]:
            ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _meaning(call: ast.Call) -> str:
    """The same for two calls of the same model."""
    return ast.unparse(call)


def answer(question: dict[str, Any]) -> list[Finding]:
    try:
        if "script" in question:
            return list(script(question["script"]))
        path, modules = question["dbt_model"], question["modules"]
        return list(dbt_model(path, modules, question["refused_by"]))
    except (BrokenError, RecursionError, MemoryError):
        return []


def main() -> None:
    warnings.simplefilter("ignore")  # what the parser says of odd escapes is for the run
    questions = json.load(sys.stdin.buffer)
    answers = [[finding._asdict() for finding in answer(question)] for question in questions]
    sys.stdout.buffer.write(json.dumps(answers).encode("ascii"))


if __name__ == "__main__":
    main()
