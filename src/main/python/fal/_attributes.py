"""What ``value.name`` and ``value[key]`` are worth, Enums and classes of the project among the values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, ClassVar

from fal import _operations as operations
from fal._evaluation import Evaluation, Work
from fal._modules import Module
from fal._values import (
    MAGIC,
    UNKNOWN,
    Definition,
    Foreign,
    Magic,
    Member,
    Method,
    Package,
)
from fal._worlds import UnknownError

_ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum")


class Attributes(Evaluation):
    """Attributes, items, and what a loop goes through."""

    def _attribute(self, module: Module, node: ast.Attribute) -> Any:
        return self.attribute_of(self.value(module, node.value), node.attr)

    def attribute_of(self, value: Any, name: str) -> Any:
        if isinstance(value, Magic):
            if name in MAGIC and value.name in ("fal", "context"):
                return Magic(name)
            if value.name == "context" and name == "vars":
                return Foreign("fal.context.vars")
        elif isinstance(value, Foreign):
            return Foreign(f"{value.name}.{name}")
        elif isinstance(value, Package):
            return self.program.below(value, name)
        elif isinstance(value, Module):
            return self.member(value, name)
        elif isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
            return self.of_class(value, name)
        elif isinstance(value, Member):
            if name in ("value", "name"):
                return value.value if name == "value" else value.name
        elif operations.has_attribute(value, name):
            return operations.attribute(value, name)
        elif isinstance(value, (str, list, dict, tuple)) or operations.is_scalar(value):
            return Method(value, name)
        raise UnknownError

    def of_class(self, owner: Definition, name: str) -> Any:
        if not isinstance(owner.node, ast.ClassDef):
            raise UnknownError
        if self.is_enum(owner):
            return next((m for m in self.members(owner) if m.name == name), UNKNOWN)
        binding = owner.module.scopes.at_end(name, owner.node, self.world)
        if binding is None or isinstance(binding, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if binding is not None and _is_static(binding):
                return Definition(owner.module, binding)
            raise UnknownError
        return self.binding(owner.module, binding)

    def is_enum(self, owner: Definition) -> bool:
        assert isinstance(owner.node, ast.ClassDef)
        bases = [self.soft(owner.module, base) for base in owner.node.bases]
        return any(isinstance(base, Foreign) and base.name in _ENUMS for base in bases)

    def is_text(self, owner: Definition) -> bool:
        """Whether the members of an Enum are text themselves."""
        assert isinstance(owner.node, ast.ClassDef)
        bases = [self.soft(owner.module, base) for base in owner.node.bases]
        return Foreign("builtins.str") in bases or Foreign("enum.StrEnum") in bases

    def members(self, owner: Definition) -> list[Member]:
        if not isinstance(owner.node, ast.ClassDef) or not self.is_enum(owner):
            raise UnknownError
        names = [
            statement.targets[0].id
            for statement in owner.node.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        ]
        return [Member(owner, name, self._member_value(owner, name)) for name in names]

    def _member_value(self, owner: Definition, name: str) -> Any:
        binding = owner.module.scopes.at_end(name, owner.node, self.world)
        assert binding is not None
        try:
            return self.binding(owner.module, binding)
        except UnknownError:
            return UNKNOWN

    def elements(self, value: Any) -> list[Any]:
        """What a loop over the value goes through."""
        if isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
            return self.members(value)
        if isinstance(value, (list, tuple, str, dict, range)):
            return list(value)
        raise UnknownError

    def _subscript(self, module: Module, node: ast.Subscript) -> Any:
        value = self.value(module, node.value)
        if isinstance(node.slice, ast.Slice):
            parts = [node.slice.lower, node.slice.upper, node.slice.step]
            bounds = [None if part is None else self.value(module, part) for part in parts]
            return self._item(value, slice(*bounds))
        key = self.value(module, node.slice)
        if isinstance(value, Foreign) and value.name == "os.environ":
            return self.environment(key, required=True)
        if isinstance(value, Foreign) and value.name == "fal.context.vars":
            return self.asked("var", [key], {})
        if isinstance(value, Definition):
            return self.of_class(value, key) if isinstance(key, str) else UNKNOWN
        return self._item(value, key)

    def _item(self, value: Any, key: Any) -> Any:
        if not isinstance(value, (str, list, tuple, dict, range)):
            raise UnknownError
        try:
            return value[key]
        except (LookupError, TypeError, ValueError) as error:
            raise UnknownError from error

    WORK: ClassVar[Mapping[type[ast.expr], Work]] = {
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
    }


def _is_static(binding: ast.AST) -> bool:
    decorators = getattr(binding, "decorator_list", [])
    return any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in decorators)
