"""What a name is worth: by the binding that reaches it, by a star import, or as one that is built in."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from fal import _operations as operations
from fal._evaluation import Work
from fal._growth import Growth
from fal._modules import Module
from fal._values import MAGIC, UNKNOWN, Definition, Foreign, Magic
from fal._worlds import ImpossibleError, UnknownError


class Names(Growth):
    """Names, and what is bound to them."""

    def _name(self, module: Module, node: ast.Name) -> Any:
        if module.may_grow(node.id):
            with suppress(UnknownError):
                return self.grown(module, node)
        binding = module.scopes.find(node.id, node, self.world)
        if binding is None:
            return self._unbound(module, node.id)
        found = self.binding(module, binding)
        if isinstance(found, (list, dict)) and module.is_changed(node.id):
            raise UnknownError
        return found

    def _unbound(self, module: Module, name: str) -> Any:
        """A name that no statement binds: from a star import, of the module itself, or built in."""
        starred = self._starred(module, name)
        if starred is not None:
            return starred
        if name == "__file__":
            return module.source.path
        if name == "__name__":
            return module.name
        if name in MAGIC:
            return Magic(name)
        if hasattr(builtins, name):
            return Foreign(f"builtins.{name}")
        if module.scopes.bindings(None, name):
            raise ImpossibleError  # on this way it is not bound yet
        raise UnknownError

    def _starred(self, module: Module, name: str) -> Any:
        """What the last ``from … import *`` that has the name makes of it; None when none has."""
        seen = {module}
        open_stars = [(module, star) for star in module.scopes.stars]
        while open_stars:
            importer, star = open_stars.pop()
            owner = self.program.imported(importer, star.module, star.level)
            if owner == Magic("fal") and name in MAGIC:
                return Magic(name)
            if not isinstance(owner, Module) or owner in seen:
                continue
            seen.add(owner)
            if name[0] != "_" and owner.scopes.bindings(None, name):
                return self.member(owner, name)
            open_stars += [(owner, star) for star in owner.scopes.stars]
        return None

    def member(self, module: Module, name: str) -> Any:
        """``module.name``, when the module's file has run."""
        seen: set[tuple[Module, str]] = set()
        while True:
            if module.may_grow(name):
                with suppress(UnknownError):
                    return self.grown_at_end(module, name)
            binding = module.scopes.at_end(name, None, self.world)
            if binding is None:
                below = self.program.submodule(module, name)
                return below if below is not None else self._unbound(module, name)
            # Given on from module to module, however far.
            statement = module.source.parents[binding] if isinstance(binding, ast.alias) else None
            if isinstance(binding, ast.alias) and isinstance(statement, ast.ImportFrom):
                owner = self.program.imported(module, statement.module, statement.level)
                if isinstance(owner, Module) and (owner, binding.name) not in seen:
                    module, name = owner, binding.name
                    seen.add((module, name))
                    continue
                if isinstance(owner, Module):
                    raise UnknownError  # they import it from each other
            found = self.binding(module, binding)
            if isinstance(found, (list, dict)) and module.is_changed(name):
                raise UnknownError
            return found

    def binding(self, module: Module, node: ast.AST) -> Any:
        """What a binding gives its name."""
        parents = module.source.parents
        if isinstance(node, ast.alias):
            return self._imported(module, node, parents[node])
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return Definition(module, node)
        if isinstance(node, ast.arg):
            return self.parameter(module, node)
        if not isinstance(node, ast.Name):
            raise UnknownError
        if isinstance(node.ctx, ast.Del):
            raise ImpossibleError
        path: list[tuple[ast.AST, ast.AST]] = []
        child: ast.AST = node
        parent = parents[node]
        while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
            path.append((parent, child))
            child, parent = parent, parents[parent]
        if isinstance(parent, ast.AugAssign):
            return self._augmented(module, parent)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            if parent.value is None:
                raise ImpossibleError
            return self._unpacked(module, parent.value, path)
        if isinstance(parent, (ast.For, ast.comprehension)):
            element = self._turn(module, parent)
            return self._picked(element, path)
        raise UnknownError

    def _augmented(self, module: Module, statement: ast.AugAssign) -> Any:
        target = statement.target
        assert isinstance(target, ast.Name)
        before = module.scopes.find(target.id, statement, self.world)
        if before is None:
            raise UnknownError
        left = self.binding(module, before)
        right = self.value(module, statement.value)
        return operations.binary(statement.op.__class__, left, right)

    def _unpacked(
        self, module: Module, value: ast.expr, path: list[tuple[ast.AST, ast.AST]]
    ) -> Any:
        """``a, b = value``: by the expression's own shape where it has one."""
        while path and isinstance(value, (ast.Tuple, ast.List)):
            target, child = path[-1]
            elements = target.elts  # type: ignore[attr-defined]
            both = [*value.elts, *elements]
            if len(value.elts) != len(elements) or any(isinstance(e, ast.Starred) for e in both):
                break
            value = value.elts[elements.index(child)]
            path = path[:-1]
        return self._picked(self.value(module, value), path) if path else self.value(module, value)

    def _picked(self, value: Any, path: list[tuple[ast.AST, ast.AST]]) -> Any:
        for target, child in reversed(path):
            if isinstance(target, ast.Starred):
                continue
            elements = target.elts  # type: ignore[attr-defined]
            values = self.elements(value)
            index = elements.index(child)
            star = next((i for i, e in enumerate(elements) if isinstance(e, ast.Starred)), None)
            if star is None and len(values) != len(elements):
                raise UnknownError
            after = len(elements) - 1 - index
            if star == index:
                value = values[index : len(values) - after]
            else:
                value = values[index] if star is None or index < star else values[-1 - after]
        if value is UNKNOWN:
            raise UnknownError
        return value

    def _turn(self, module: Module, loop: ast.For | ast.comprehension) -> Any:
        """The loop's element in this world."""
        values = self.elements(self.value(module, loop.iter))
        if loop in self.world.finished and values and not module.has_break(loop):
            return values[-1]
        return values[self.world.choose(loop, len(values))]

    def _imported(self, module: Module, alias: ast.alias, statement: ast.AST) -> Any:
        if isinstance(statement, ast.Import):
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            return self.program.imported(module, name, 0)
        assert isinstance(statement, ast.ImportFrom)
        owner = self.program.imported(module, statement.module, statement.level)
        return self.attribute_of(owner, alias.name)

    WORK: ClassVar[Mapping[type[ast.expr], Work]] = {ast.Name: _name}
