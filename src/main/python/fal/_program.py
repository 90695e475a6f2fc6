"""A model with the project's own modules that it imports: what is reached, and who calls what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import PurePath
from typing import Any, NamedTuple

from fal import _operations as operations
from fal._flow import Flow
from fal._scopes import Function, Scopes
from fal._source import BrokenError, Source
from fal._values import Definition, Evaluator, Foreign, Magic, Package
from fal._worlds import ImpossibleError, Patience, UnknownError, worlds

_MAIN = "main"  # what only runs when the file is run, not when it is imported
_MOST_TARGETS = 50
Unit = ast.AST | str | None


class Call(NamedTuple):
    """One read that a call comes to; ``text`` is as the old tool wrote it into a stub."""

    kind: str
    arguments: tuple[str, ...]
    version: int | str | None
    text: str
    batches: bool


@dataclass
class Finding:
    """What one place comes to. ``kinds``: which of fal's functions it calls."""

    kinds: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    is_unresolved: bool = False
    asked_vars: set[str] = field(default_factory=set)
    asked_environment: set[str] = field(default_factory=set)


class Where(NamedTuple):
    """A place in a file of the project, relative to it."""

    file: str
    line: int
    column: int
    cell: int | None


class Reference(NamedTuple):
    """A mention of a function, a class or a module of the project."""

    unit: Unit
    target: Any
    node: ast.expr | ast.stmt
    call: ast.Call | None


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
        return _MAIN if at is None else None

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

    @cached_property
    def _changed(self) -> set[str]:
        changed: set[str] = set()
        for node in self.source.nodes:
            holds = isinstance(node, ast.Attribute) and node.attr in operations.MUTATORS
            stores = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
            if (holds or stores) and isinstance(node.value, ast.Name):  # type: ignore[attr-defined]
                changed.add(node.value.id)  # type: ignore[attr-defined]
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


class Library:
    """The project's modules by path, each read once for all models."""

    def __init__(self, files: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        self.files = files
        self.vars = variables
        self.folders = {str(above) for path in files for above in PurePath(path).parents}
        self.imports: dict[tuple[tuple[str, ...], str], Any] = {}
        self._modules: dict[str, Module | None] = {}
        self.views: dict[tuple[str, tuple[str, ...]], View] = {}

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


class View:
    """A module as it is seen with one search path: its imports point somewhere."""

    def __init__(self, program: Program, module: Module) -> None:
        self._program = program
        self._module = module
        self.findings: dict[ast.expr, Finding] = {}
        self._mentions: dict[str, list[Reference]] = {}

    @cached_property
    def flow(self) -> Flow:
        hot: dict[Module, set[str]] = {}
        imported = set(_hot_imports(self._program, self._module, hot))
        members = {name for names in hot.values() for name in names}
        return Flow(self._module.source, imported, members)

    @cached_property
    def outward(self) -> list[Reference]:
        """The mentions of what is imported from the project's other modules."""
        return list(self._references(self._imported_names()))

    @cached_property
    def references(self) -> list[Reference]:
        """Those, and the mentions of the file's own functions and classes."""
        names = self._imported_names()
        for node in self._module.source.nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                names.update(t.id for t in node.targets if isinstance(t, ast.Name))
        return list(self._references(names))

    def mentions(self, function: Definition) -> list[Reference]:
        """Of one function, wherever it is defined."""
        if function.module is not self._module:
            return self.outward
        name = getattr(function.node, "name", None)
        names = {name} if name else _names_of(function)
        key = ",".join(sorted(names))
        if key not in self._mentions:
            self._mentions[key] = list(self._references(names))
        return self._mentions[key]

    @cached_property
    def by_unit(self) -> dict[Unit, list[Reference]]:
        found: dict[Unit, list[Reference]] = {}
        for reference in self.references:
            found.setdefault(reference.unit, []).append(reference)
        return found

    def _references(self, names: set[str]) -> Iterator[Reference]:
        program, module = self._program, self._module
        for node in module.source.nodes:
            if isinstance(node, ast.Call) and imported_by_call(node) is not None:
                for target in program.targets(module, node):
                    yield Reference(module.unit(node), target, node, None)
        for statement, targets in self._imports:
            for target in targets:
                yield Reference(module.unit(statement), target, statement, None)
        if not names:
            return
        parents = module.source.parents
        for node in module.source.nodes:
            if not isinstance(node, ast.Name) or node.id not in names:
                continue
            if not isinstance(node.ctx, ast.Load):
                continue
            for target in program.targets(module, node):
                whole: ast.expr = node
                parent = parents.get(whole)
                while isinstance(target, (Module, Package)) and isinstance(parent, ast.Attribute):
                    whole = parent
                    target = next(iter(program.targets(module, whole)), None)
                    parent = parents.get(whole)
                if isinstance(target, (Definition, Module)):
                    called = isinstance(parent, ast.Call) and parent.func is whole
                    call = parent if called and isinstance(parent, ast.Call) else None
                    yield Reference(module.unit(node), target, whole, call)

    @cached_property
    def _imports(self) -> list[tuple[ast.Import | ast.ImportFrom, list[Module]]]:
        """The import statements that run modules of the project."""
        found = []
        for node in self._module.source.nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                targets = self._program.modules_of(self._module, node)
                if targets:
                    found.append((node, targets))
        return found

    def _imported_names(self) -> set[str]:
        names: set[str] = set()
        for statement, targets in self._imports:
            for alias in statement.names:
                if alias.name == "*":
                    for target in targets:
                        names.update(target.scopes.names(None))
                names.add(alias.asname or alias.name.partition(".")[0])
        return names


def _hot_imports(program: Program, module: Module, hot: dict[Module, set[str]]) -> Iterator[str]:
    """Names imported from the project's modules that may have one of fal's functions behind them."""
    for node in module.source.nodes:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for target in program.modules_of(module, node):
            if target not in hot:
                hot[target] = set()
                imported = set(_hot_imports(program, target, hot))
                hot[target] = Flow(target.source, imported, set()).names
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if alias.name in hot[target]:
                        yield alias.asname or alias.name
                    elif alias.name == "*":
                        yield from hot[target]


class Program:
    """One model's file and all it reaches."""

    module_type = Module

    def __init__(self, library: Library, module: Module, search: tuple[str, ...]) -> None:
        self._library = library
        self.module = module
        self.search = search
        self.vars = library.vars
        self.asked_vars: set[str] = set()
        self.asked_environment: set[str] = set()
        self._reached: dict[Module, dict[Unit, None]] | None = None
        self._own_view: View | None = None
        self._is_looking = False
        self.patience = Patience()

    # -- imports ---------------------------------------------------------------------------------

    def imported(self, importer: Module | None, name: str | None, level: int) -> Any:
        """What an import of this name gives: a module of the project, fal, or something foreign."""
        parts = name.split(".") if name else []
        if level == 0:
            key = (self.search, name or "")
            if key not in self._library.imports:
                self._library.imports[key] = self._absolute(parts)
            return self._library.imports[key]
        if importer is None:
            raise UnknownError
        folder = PurePath(importer.source.path).parent
        for _ in range(level - 1):
            folder = folder.parent
        found = self._found(str(folder), parts) if parts else Package(str(folder), ())
        if not parts:
            found = self._found(str(folder.parent), [folder.name]) or found
        if found is None:
            raise UnknownError
        return found

    def _absolute(self, parts: list[str]) -> Any:
        if parts[:1] == ["fal"]:
            return Magic("fal")
        for folder in self.search:
            found = self._found(folder, parts)
            if found is not None:
                return found
        return Foreign(".".join(parts))

    def _found(self, folder: str, parts: list[str]) -> Any:
        found = self._library.find(folder, parts)
        if found is not None:
            module = self._library.module(found[0], ".".join(parts))
            if module is None:
                raise UnknownError
            return module
        is_package = "/".join([folder, *parts]) in self._library.folders
        return Package(folder, tuple(parts)) if is_package else None

    def submodule(self, module: Module, name: str) -> Any:
        """``package.name``, where that is a file."""
        path = PurePath(module.source.path)
        if path.name != "__init__.py":
            return None
        return self._found(str(path.parent.parent), [path.parent.name, name])

    def below(self, package: Package, name: str) -> Any:
        found = self._found(package.folder, [*package.parts, name])
        if found is None:
            raise UnknownError
        return found

    def modules_of(self, module: Module, statement: ast.AST) -> list[Module]:
        """The project's modules that an import statement runs."""
        names: list[tuple[str | None, int]] = []
        if isinstance(statement, ast.Import):
            names = [(alias.name, 0) for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            base = f"{statement.module}." if statement.module else ""
            names = [(statement.module, statement.level)]
            names += [(f"{base}{alias.name}", statement.level) for alias in statement.names]
        found: dict[Module, None] = {}
        for name, level in names:
            parts = name.split(".") if name else []
            for size in range(1, len(parts) + 1) if parts else [0]:
                try:
                    target = self.imported(module, ".".join(parts[:size]), level)
                except UnknownError:
                    break
                if isinstance(target, Module):
                    found[target] = None
        return list(found)

    # -- what is reached ---------------------------------------------------------------------------

    def view(self, module: Module) -> View:
        if module is self.module:
            if self._own_view is None:
                self._own_view = View(self, module)
            return self._own_view
        key = (module.source.path, self.search)
        views = self._library.views
        if key not in views:
            views[key] = View(self, module)
        return views[key]

    def targets(self, module: Module, node: ast.expr) -> list[Any]:
        """The project's functions, classes and modules that an expression may be."""
        found: dict[Any, None] = {}
        was_looking, self._is_looking = self._is_looking, True
        try:
            self._add_targets(module, node, found)
        finally:
            self._is_looking = was_looking
        return list(found)

    def _add_targets(self, module: Module, node: ast.expr, found: dict[Any, None]) -> None:
        for world in islice(worlds(self.patience), _MOST_TARGETS):
            try:
                value = Evaluator(self, world).value(module, node)
            except ImpossibleError:
                continue
            except (UnknownError, RecursionError):
                break
            if isinstance(value, (Definition, Module, Package)):
                found[value] = None

    @property
    def reached(self) -> dict[Module, dict[Unit, None]]:
        """The units of every module that the model runs or may run; of its own file all."""
        if self._reached is None:
            self._reached = self._reach([(self.module, None)], everything=True)
        return self._reached

    def runs(self, module: Module, node: ast.AST) -> bool:
        """Whether the code at a node is reached."""
        if module is self.module:
            return True
        units = self.reached.get(module, {})
        return module.unit(node) in units

    def runs_at_once(self, module: Module, node: ast.AST) -> bool:
        """Whether the code at a node may run when the file does, not only when others call it."""
        return module.unit(node) in self._run_first.get(module, {})

    @cached_property
    def _run_first(self) -> dict[Module, dict[Unit, None]]:
        return self._reach([(self.module, None), (self.module, _MAIN)], everything=False)

    def _reach(
        self, start: list[tuple[Module, Unit]], everything: bool
    ) -> dict[Module, dict[Unit, None]]:
        reached: dict[Module, dict[Unit, None]] = {}
        open_units = list(start)
        while open_units:
            module, unit = open_units.pop(0)
            units = reached.setdefault(module, {})
            if unit in units or (units and everything and module is self.module):
                continue
            units[unit] = None
            view = self.view(module)
            whole = everything and module is self.module
            for reference in view.outward if whole else view.by_unit.get(unit, []):
                open_units += self._reached_from(reference)
        return reached

    def _reached_from(self, reference: Reference) -> list[tuple[Module, Unit]]:
        target = reference.target
        if isinstance(target, Definition):
            return [(target.module, None), (target.module, target.module.outermost(target.node))]
        if isinstance(reference.node, ast.stmt):
            return [(target, None)]
        # A module that is handed on as a value: whatever is in it may be called.
        units = {target.unit(node) for node in target.source.nodes}
        return [(target, unit) for unit in units if unit != _MAIN]

    def callers(self, function: Definition) -> list[tuple[Module, ast.Call]]:
        """Every call of a function; raises UnknownError when there may be others."""
        if self._is_looking:
            raise UnknownError  # asked while it is found out who calls whom
        if isinstance(function.module.source.parents.get(function.node), ast.ClassDef):
            raise UnknownError
        found: list[tuple[Module, ast.Call]] = []
        for module in self.reached:
            for reference in self.view(module).mentions(function):
                if reference.target == function and self.runs(module, reference.node):
                    if reference.call is None:
                        raise UnknownError
                    found.append((module, reference.call))
        if isinstance(function.node, ast.Lambda):
            parent = function.module.source.parents.get(function.node)
            if isinstance(parent, ast.Call) and parent.func is function.node:
                found.append((function.module, parent))
        if not found:
            raise UnknownError
        return found


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


def _names_of(function: Definition) -> set[str]:
    """The names a lambda is given where it stands."""
    parent = function.module.source.parents.get(function.node)
    targets = parent.targets if isinstance(parent, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    open_nodes: list[ast.AST] = list(function.body)
    while open_nodes:
        node = open_nodes.pop()
        yield node
        if not isinstance(node, (*Function, ast.ClassDef)):
            open_nodes += ast.iter_child_nodes(node)
