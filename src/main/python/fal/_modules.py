"""The project's modules as files: each read once for all models, and what can be told of one alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from fal import _operations as operations
from fal._scopes import Function, Scopes
from fal._source import BrokenError, Source

if TYPE_CHECKING:
    from fal._view import View

MAIN = "main"  # what only runs when the file is run, not when it is imported
Unit = ast.AST | str | None


class Where(NamedTuple):
    """A place in a file of the project, relative to it."""

    file: str
    line: int
    column: int
    cell: int | None


class Module:
    """One file, and what can be told of it alone."""

    def __init__(self, source: Source, file: str, name: str) -> None:
        self.source = source
        self.file = file
        self.name = name

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.source)

    def where(self, node: ast.expr | ast.stmt) -> Where:
        return Where(self.file, *self.source.place(node))

    def unit(self, node: ast.AST) -> Unit:
        """The function or class at the file's top that a node runs with; None when it runs on import."""
        if node in self.source.imported_nodes:
            return None
        unit = self.outermost(node)
        if unit is not None:
            return unit
        at: ast.AST | None = node
        while at is not None and not isinstance(at, ast.Lambda):
            at = self.source.parents.get(at)
        return MAIN if at is None else None

    def outermost(self, node: ast.AST) -> ast.AST | None:
        """The outermost function or class around a node, itself included."""
        found: ast.AST | None = None
        at: ast.AST | None = node
        while at is not None:
            if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found = at
            at = self.source.parents.get(at)
        return found

    def is_changed(self, name: str) -> bool:
        """Whether a list or dict of this name is changed where it stands."""
        return name in self._changed

    def may_grow(self, name: str) -> bool:
        """Whether a list or dict of this name is changed in place or added to."""
        return name in self._fillings

    def names(self, name: str) -> list[ast.Name]:
        """Every mention of a name."""
        return self._names.get(name, [])

    def fillings(self, name: str) -> set[ast.AST]:
        """The statements that add to a list or dict of this name, with those around them."""
        return self._fillings.get(name, set())

    @cached_property
    def _names(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for node in self.source.of_kind(ast.Name):
            found.setdefault(node.id, []).append(node)
        return found

    @cached_property
    def _fillings(self) -> dict[str, set[ast.AST]]:
        added = [each.target for each in self.source.of_kind(ast.AugAssign)]
        names = {*self._changed, *(each.id for each in added if isinstance(each, ast.Name))}
        found: dict[str, set[ast.AST]] = {name: set() for name in names}
        parents = self.source.parents
        for name in names:
            for mention in self.names(name):
                at: ast.AST | None = parents.get(mention)
                is_augmented = isinstance(at, ast.AugAssign) and at.target is mention
                is_changed = isinstance(at, ast.Attribute) and at.attr in operations.MUTATORS
                is_stored = isinstance(at, ast.Subscript) and not isinstance(at.ctx, ast.Load)
                while (is_augmented or is_changed or is_stored) and at is not None:
                    found[name].add(at)
                    at = parents.get(at)
        return found

    @cached_property
    def _changed(self) -> set[str]:
        changed: set[str] = set()
        for node in self.source.of_kind(ast.Attribute):
            if node.attr in operations.MUTATORS and isinstance(node.value, ast.Name):
                changed.add(node.value.id)
        for item in self.source.of_kind(ast.Subscript):
            if isinstance(item.value, ast.Name) and not isinstance(item.ctx, ast.Load):
                changed.add(item.value.id)
        return changed

    def has_break(self, loop: ast.AST) -> bool:
        body = getattr(loop, "body", [])
        return any(isinstance(node, ast.Break) for each in body for node in ast.walk(each))

    def only_result(self, function: ast.AST) -> ast.expr | None:
        """What a function returns, if that is one expression."""
        if not isinstance(function, ast.FunctionDef):
            return None
        inside = list(_own_nodes(function))
        if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inside):
            return None
        results = [node.value for node in inside if isinstance(node, ast.Return)]
        return results[0] if len(results) == 1 else None


class Hot(NamedTuple):
    """Names that fal's functions may be behind: in a module, and in it and all that it imports."""

    names: set[str]
    members: set[str]


class Library:
    """The project's modules by path, each read once for all models."""

    def __init__(self, files: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        self.files = files
        self.vars = variables
        self.folders = {str(above) for path in files for above in PurePath(path).parents}
        self.imports: dict[tuple[tuple[str, ...], str], Any] = {}
        self._modules: dict[str, Module | None] = {}
        self.views: dict[tuple[str, tuple[str, ...]], View] = {}
        self.hot: dict[tuple[str, ...], dict[Module, Hot]] = {}

    def module(self, path: str, name: str) -> Module | None:
        """None when the file cannot be read; that is told elsewhere."""
        if path not in self._modules:
            try:
                self._modules[path] = Module(Source(path), self.files[path], name)
            except (BrokenError, RecursionError, MemoryError):
                self._modules[path] = None
        return self._modules[path]

    def find(self, folder: str, parts: list[str]) -> tuple[str, bool] | None:
        """The file of a module below a folder, and whether it is a package."""
        stem = "/".join([folder, *parts])
        for path, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            if path in self.files:
                return path, is_package
        return None


def imported_by_call(node: ast.Call) -> str | None:
    """The module's name in ``importlib.import_module("lib.load")``."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    first = node.args[0] if node.args else None
    if name not in ("import_module", "__import__") or not isinstance(first, ast.Constant):
        return None
    module = first.value
    if not isinstance(module, str) or not all(map(str.isidentifier, module.split("."))):
        return None
    return module


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    open_nodes: list[ast.AST] = list(function.body)
    while open_nodes:
        node = open_nodes.pop()
        yield node
        if not isinstance(node, (*Function, ast.ClassDef)):
            open_nodes += ast.iter_child_nodes(node)
