"""A model with the project's own modules that it imports: what is reached, and who calls what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from pathlib import PurePath
from typing import Any

from fal._evaluator import Evaluator
from fal._flow import Flow
from fal._modules import MAIN, Hot, Library, Module, Unit
from fal._values import Definition, Foreign, Magic, Package
from fal._view import Reference, View
from fal._worlds import ImpossibleError, Patience, UnknownError, worlds

_MOST_TARGETS = 50


class Program:
    """One model's file and all it reaches."""

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

    def hot(self, importer: Module) -> Mapping[Module, Hot]:
        """What fal's functions may be behind, of all modules that one imports, directly or not."""
        known = self._library.hot.setdefault(self.search, {})
        new, has_circle = self._imported_first(importer, known)
        known.update((module, Hot(set(), set())) for module in new)
        is_open = bool(new)
        while is_open:
            is_open = False
            for module in new:
                view = self.view(module)
                names = Flow(module.source, view.hot_imports(known), set()).names
                found = Hot(names, names | view.hot_members(known))
                is_open |= has_circle and found != known[module]
                known[module] = found
        return known

    def _imported_first(
        self, importer: Module, known: Mapping[Module, Hot]
    ) -> tuple[list[Module], bool]:
        """All that a module imports, each before its importers, and whether some import each other."""
        found: dict[Module, None] = {}
        way, on_way = [importer], {importer}
        to_come = [self._imports_of(importer)]
        circles: set[Module] = set()
        while way:
            target = next(to_come[-1], None)
            if target is None:
                to_come.pop()
                on_way.discard(way[-1])
                found[way.pop()] = None
            elif target in on_way:
                circles.add(target)
            elif target not in found and target not in known:
                way.append(target)
                on_way.add(target)
                to_come.append(self._imports_of(target))
        if importer not in circles:
            del found[importer]
        return list(found), bool(circles)

    def _imports_of(self, module: Module) -> Iterator[Module]:
        return (target for _, targets in self.view(module).imports for target in targets)

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
            except UnknownError:
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
        return self._reach([(self.module, None), (self.module, MAIN)], everything=False)

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
        return [(target, unit) for unit in units if unit != MAIN]

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
