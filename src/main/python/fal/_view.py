"""One module as a model sees it: what its imports point to, and what it mentions of the project's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from fal._flow import Flow
from fal._modules import Hot, Module, Unit, imported_by_call
from fal._values import Definition, Package

if TYPE_CHECKING:
    from fal._program import Program


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


class Reference(NamedTuple):
    """A mention of a function, a class or a module of the project."""

    unit: Unit
    target: Any
    node: ast.expr | ast.stmt
    call: ast.Call | None


class View:
    """A module as it is seen with one search path: its imports point somewhere."""

    def __init__(self, program: Program, module: Module) -> None:
        self._program = program
        self._module = module
        self.findings: dict[ast.expr, Finding] = {}
        self._mentions: dict[str, list[Reference]] = {}

    @cached_property
    def flow(self) -> Flow:
        hot = self._program.hot(self._module)
        return Flow(self._module.source, self.hot_imports(hot), self.hot_members(hot))

    @cached_property
    def outward(self) -> list[Reference]:
        """The mentions of what is imported from the project's other modules."""
        return list(self._references(self._imported_names()))

    @cached_property
    def references(self) -> list[Reference]:
        """Those, and the mentions of the file's own functions and classes."""
        names = self._imported_names()
        source = self._module.source
        names.update(function.name for function in source.functions)
        names.update(owner.name for owner in source.of_kind(ast.ClassDef))
        for assign in source.of_kind(ast.Assign):
            if isinstance(assign.value, ast.Lambda):
                names.update(t.id for t in assign.targets if isinstance(t, ast.Name))
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
        for node in module.source.of_kind(ast.Call):
            if imported_by_call(node) is not None:
                for target in program.targets(module, node):
                    yield Reference(module.unit(node), target, node, None)
        for statement, targets in self.imports:
            for target in targets:
                yield Reference(module.unit(statement), target, statement, None)
        if not names:
            return
        parents = module.source.parents
        for name in module.source.of_kind(ast.Name):
            if name.id not in names or not isinstance(name.ctx, ast.Load):
                continue
            for target in program.targets(module, name):
                whole: ast.expr = name
                parent = parents.get(whole)
                while isinstance(target, (Module, Package)) and isinstance(parent, ast.Attribute):
                    whole = parent
                    target = next(iter(program.targets(module, whole)), None)
                    parent = parents.get(whole)
                if isinstance(target, (Definition, Module)):
                    call = parent if isinstance(parent, ast.Call) else None
                    if call is not None and call.func is not whole:
                        call = None  # one of its arguments
                    yield Reference(module.unit(name), target, whole, call)

    @cached_property
    def imports(self) -> list[tuple[ast.Import | ast.ImportFrom, list[Module]]]:
        """The import statements that run modules of the project."""
        found = []
        for statement in self._module.source.import_statements:
            targets = self._program.modules_of(self._module, statement)
            if targets:
                found.append((statement, targets))
        return found

    def _unbound_names(self) -> set[str]:
        """What a star import may bring: directly, or by a star of its own."""
        bound = self._module.scopes.names(None)
        return {each.id for each in self._module.source.of_kind(ast.Name)}.difference(bound)

    def hot_members(self, hot: Mapping[Module, Hot]) -> set[str]:
        """What attributes may be, of all modules that can be got at."""
        targets = {target for _, targets in self.imports for target in targets}
        return set().union(*(hot[target].members for target in targets))

    def hot_imports(self, hot: Mapping[Module, Hot]) -> set[str]:
        """The names that the file imports of those that are ``hot`` in the project's modules."""
        found: set[str] = set()
        for statement, targets in self.imports:
            for target in targets if isinstance(statement, ast.ImportFrom) else ():
                for alias in statement.names:
                    if alias.name in hot[target].names:
                        found.add(alias.asname or alias.name)
                    elif alias.name == "*":
                        found |= hot[target].names
        return found

    def _imported_names(self) -> set[str]:
        names: set[str] = set()
        for statement, targets in self.imports:
            for alias in statement.names:
                if alias.name == "*" and targets:
                    names |= self._unbound_names()
                names.add(alias.asname or alias.name.partition(".")[0])
        return names


def _names_of(function: Definition) -> set[str]:
    """The names a lambda is given where it stands."""
    parent = function.module.source.parents.get(function.node)
    targets = parent.targets if isinstance(parent, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
