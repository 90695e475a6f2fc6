"""Where in a file fal's functions may be called: by their own names, and by every name they are given to.

By names alone, so it may find too much, never too little; what a call comes to is worked out later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from fal._scopes import Function
from fal._source import Source

CALLED = ("ref", "source", "write_to_model")
_PASSING_ON = ("partial", "getattr", "import_module", "__import__")
_SPREADING: tuple[type[ast.AST], ...] = (
    *(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension),
    *(ast.arguments, ast.Return),
)
_HARMLESS = frozenset(("print", "repr", "str", "callable", "isinstance", "type", "id", "help"))


class Application(NamedTuple):
    """A place where something of fal's may be called.

    ``how`` is "call", or "map" for ``map(ref, names)``, or "pass" where it is handed to code that is not followed.
    """

    node: ast.expr
    how: str


class Flow:
    """Of one file. ``imported`` maps the names it imports from the project's own files to whether
    fal's functions may be behind them."""

    def __init__(self, source: Source, imported: set[str], members: set[str]) -> None:
        self._source = source
        self.names = {*CALLED, *imported}
        self._attributes = {*CALLED, *members}
        self.stored: set[str] = set()
        self._results: set[str] = set()
        self._given: set[str] = set()  # parameters that get one
        self._functions: dict[str, list[ast.arguments]] = {}
        self._calls = list(source.of_kind(ast.Call))
        for alias in source.of_kind(ast.alias):
            if alias.name in CALLED:
                self.names.add(alias.asname or alias.name)
        if any(True for _ in self._uncalled()):
            self._spread()

    @cached_property
    def applications(self) -> list[Application]:
        """Breadth first, as the nodes are."""
        found: list[Application] = []
        for call in self._calls:
            if self.may_be_magic(call.func):
                found.append(Application(call, "call"))
            elif _named(call.func) == "map" and call.args and self.may_be_magic(call.args[0]):
                found.append(Application(call, "map"))
        found += [Application(node, "pass") for node in self._uncalled() if self._is_passed(node)]
        return found

    def may_be_magic(self, node: ast.expr) -> bool:
        """Whether the expression itself may be one of fal's functions, or hold one."""
        if isinstance(node, ast.Name):
            return node.id in self.names
        if isinstance(node, ast.Attribute):
            return node.attr in self._attributes
        if isinstance(node, (ast.Subscript, ast.NamedExpr, ast.Starred)):
            return self.may_be_magic(node.value)
        if isinstance(node, ast.Call):
            if _named(node.func) in _PASSING_ON:
                words = [a.value for a in node.args if isinstance(a, ast.Constant)]
                return any(map(self.may_be_magic, node.args)) or any(w in CALLED for w in words)
            return _named(node.func) in self._results
        if isinstance(node, ast.Lambda):
            return False
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self.may_be_magic(node.elt)
        return any(map(self.may_be_magic, _parts(node)))

    def is_cold(self, binding: ast.AST, counts_parameters: bool) -> bool:
        """Whether a binding cannot give its name one of fal's functions."""
        if isinstance(binding, ast.arg):
            return counts_parameters and binding.arg not in self._given
        if not isinstance(binding, ast.Name):
            return not isinstance(binding, ast.alias)
        at: ast.AST | None = binding
        while isinstance(at, (ast.Name, ast.Tuple, ast.List, ast.Starred)):
            at = self._source.parents.get(at)
        if isinstance(at, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            return at.value is None or not self.may_be_magic(at.value)
        if isinstance(at, (ast.For, ast.AsyncFor, ast.comprehension)):
            return not self.may_be_magic(at.iter)
        return True

    def is_told_by_name(self, function: ast.expr) -> bool:
        """Whether the called expression is one of fal's by a name of this file, not by a method's."""
        while isinstance(function, (ast.Subscript, ast.Call)):
            function = function.value if isinstance(function, ast.Subscript) else function.func
        if isinstance(function, ast.Attribute):
            return function.attr in self.stored
        return not isinstance(function, ast.Name) or function.id in self.names

    def _uncalled(self) -> Iterator[ast.expr]:
        """Every mention of one of the names that is not a call of it."""
        for node in self._source.mentions:
            hot = (
                node.id in self.names
                if isinstance(node, ast.Name)
                else node.attr in self._attributes
            )
            if hot and isinstance(node.ctx, ast.Load) and id(node) not in self._called:
                yield node

    @cached_property
    def _called(self) -> set[int]:
        return {id(call.func) for call in self._calls}

    def _spread(self) -> None:
        """Follows assignments, defaults, arguments and results until nothing new comes of it."""
        source = self._source
        for function in source.functions:
            self._functions.setdefault(function.name, []).append(function.args)
        for owner in source.of_kind(ast.ClassDef):
            for each in owner.body:
                if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                    self._functions.setdefault(owner.name, []).append(each.args)
        for assign in source.of_kind(ast.Assign):
            for target in assign.targets:
                if isinstance(target, ast.Name) and isinstance(assign.value, ast.Lambda):
                    self._functions.setdefault(target.id, []).append(assign.value.args)
        passing_on = [*source.of_kind(*_SPREADING)]
        passing_on += [call for call in self._calls if _named(call.func) in self._functions]
        size = -1
        while size != (size := len(self.names) + len(self.stored) + len(self._results)):
            for node in passing_on:
                self._spread_from(node)

    def _spread_from(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            if self.may_be_magic(node.value):
                for target in node.targets:
                    self._give(target)
                    if isinstance(target, ast.Name) and self._is_in_class(node):
                        self._attributes.add(target.id)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None and self.may_be_magic(node.value):
                self._give(node.target)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            if self.may_be_magic(node.iter):
                self._give(node.target)
        elif isinstance(node, ast.arguments):
            positional = [*node.posonlyargs, *node.args]
            pairs = [
                *zip(reversed(positional), reversed(node.defaults), strict=False),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            given = {a.arg for a, value in pairs if value and self.may_be_magic(value)}
            self._given |= given
            self.names |= given
        elif isinstance(node, ast.Return):
            if node.value is not None and self.may_be_magic(node.value):
                function = _function_around(node, self._source)
                if function is not None:
                    self._results.add(function)
        elif isinstance(node, ast.Call):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(map(self.may_be_magic, values)):
                for each in self._functions[_named(node.func)]:
                    given = {
                        arg.arg for arg in ast.iter_child_nodes(each) if isinstance(arg, ast.arg)
                    }
                    self._given |= given
                    self.names |= given

    def _is_in_class(self, statement: ast.stmt) -> bool:
        return isinstance(self._source.parents.get(statement), ast.ClassDef)

    def _give(self, target: ast.expr) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.names.add(node.id)
            elif isinstance(node, ast.Attribute):
                self._attributes.add(node.attr)
                self.stored.add(node.attr)
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                self.names.add(node.value.id)

    def _is_passed(self, node: ast.expr) -> bool:
        """Whether the function is handed to code that is not followed."""
        parents = self._source.parents
        child: ast.AST = node
        parent = parents.get(child)
        while parent is not None:
            if isinstance(parent, ast.Call):
                name = _named(parent.func)
                if child is parent.func or name in _HARMLESS or name in self._functions:
                    return False
                if name == "map" and child is parent.args[0]:
                    return False
                if name not in _PASSING_ON:
                    return True
            elif isinstance(
                parent, (ast.Attribute, ast.Compare, ast.FormattedValue, ast.comprehension)
            ):
                return False
            elif not isinstance(parent, (ast.expr, ast.keyword)):
                decorators = getattr(parent, "decorator_list", [])
                return child in decorators
            elif isinstance(parent, (ast.Yield, ast.Await, ast.YieldFrom)):
                return True
            child, parent = parent, parents.get(parent)
        return False


def _named(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, (ast.BoolOp, ast.Dict)):
        return node.values
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return node.elts
    return []


def _function_around(node: ast.AST, source: Source) -> str | None:
    at = source.parents.get(node)
    while at is not None and not isinstance(at, Function):
        at = source.parents.get(at)
    return getattr(at, "name", None)
