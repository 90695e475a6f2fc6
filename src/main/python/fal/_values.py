"""The kinds of values that an expression of a model may have besides Python's own plain ones."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fal._modules import Module

MAGIC = ("ref", "source", "write_to_model", "var", "env_var", "context")
UNKNOWN: Any = object()  # an element whose container is known


@dataclass(frozen=True)
class Magic:
    """One of the names that fal gives to a model; ``fal`` is the module that holds them."""

    name: str


@dataclass(frozen=True)
class Foreign:
    """Something of Python or of a library, by its dotted name."""

    name: str


@dataclass(frozen=True)
class Package:
    """A folder of the project's modules without an ``__init__.py``."""

    folder: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """A function, lambda or class of the project."""

    module: Module
    node: ast.AST


@dataclass(frozen=True)
class Member:
    """A member of an Enum."""

    owner: Definition
    name: str
    value: Any


@dataclass(frozen=True)
class Method:
    """``text.upper`` before it is called."""

    value: Any
    name: str

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True)
class Argument:
    """What is passed in a call: an expression, or a value that has been worked out."""

    module: Module
    node: ast.expr | None
    value: Any = None
    name: str | None = None  # of a keyword; "**" of an expansion
    starred: bool = False


@dataclass(frozen=True, eq=False)
class Partial:
    """``functools.partial(function, …)``."""

    function: Any
    arguments: tuple[Argument, ...]


def arguments_of(module: Module, call: ast.Call) -> tuple[Argument, ...]:
    given = [
        Argument(module, each.value, starred=True)
        if isinstance(each, ast.Starred)
        else Argument(module, each)
        for each in call.args
    ]
    named = [Argument(module, each.value, name=each.arg or "**") for each in call.keywords]
    return (*given, *named)
