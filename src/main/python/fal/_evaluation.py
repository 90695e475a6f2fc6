"""Working out an expression in one world: what its rooms share, and what they ask of each other."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from fal._values import UNKNOWN, Argument, Definition, Member
from fal._worlds import UnknownError, World

if TYPE_CHECKING:
    from fal._modules import Module
    from fal._program import Program

DEEPEST = 60
Work = Callable[[Any, "Module", Any], Any]


class Evaluation:
    """Of expressions in one world; raises UnknownError for what only the run knows.

    Each room is a subclass with a subject of its own; ``_evaluator`` puts them together.
    """

    WORK: ClassVar[Mapping[type[ast.expr], Work]] = {}

    def __init__(self, program: Program, world: World) -> None:
        self.program = program
        self.world = world
        self.depth = 0

    def value(self, module: Module, node: ast.expr) -> Any:
        work = self.WORK.get(node.__class__)
        if work is None:
            raise UnknownError
        self.world.step()
        if self.depth > DEEPEST:
            raise UnknownError
        self.depth += 1
        try:
            found = work(self, module, node)
        finally:
            self.depth -= 1
        if found is UNKNOWN:
            raise UnknownError
        return found

    def soft(self, module: Module, node: ast.expr) -> Any:
        """The value, or UNKNOWN."""
        try:
            return self.value(module, node)
        except UnknownError:
            return UNKNOWN

    def argument(self, argument: Argument) -> Any:
        if argument.node is None:
            if argument.value is UNKNOWN:
                raise UnknownError
            return argument.value
        return self.value(argument.module, argument.node)

    def soft_argument(self, argument: Argument) -> Any:
        try:
            return self.argument(argument)
        except UnknownError:
            return UNKNOWN

    # -- what one room asks of another --------------------------------------------------------------

    def binding(self, module: Module, node: ast.AST) -> Any:
        """What a binding gives its name."""
        raise NotImplementedError

    def member(self, module: Module, name: str) -> Any:
        """``module.name``, when the module's file has run."""
        raise NotImplementedError

    def parameter(self, module: Module, node: ast.arg) -> Any:
        """What the call that we are in, or one of all calls, passes."""
        raise NotImplementedError

    def attribute_of(self, value: Any, name: str) -> Any:
        raise NotImplementedError

    def elements(self, value: Any) -> list[Any]:
        """What a loop over the value goes through."""
        raise NotImplementedError

    def members(self, owner: Definition) -> list[Member]:
        """Of an Enum."""
        raise NotImplementedError

    def asked(self, name: str, values: list[Any], keywords: Mapping[str, Any]) -> Any:
        """``var(…)`` and ``env_var(…)``; what the others give is a frame."""
        raise NotImplementedError

    def environment(self, name: Any = None, default: Any = None, required: bool = False) -> Any:
        raise NotImplementedError
