"""What a call gives: a function's parameters and its result, and functions of fal, Python and libraries."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from fal import _operations as operations
from fal._evaluation import DEEPEST, Evaluation, Work
from fal._scopes import Function
from fal._values import (
    UNKNOWN,
    Argument,
    Definition,
    Foreign,
    Magic,
    Method,
    Partial,
    arguments_of,
)
from fal._worlds import ImpossibleError, UnknownError, World

if TYPE_CHECKING:
    from fal._modules import Module
    from fal._program import Program

_SECRET = "DBT_ENV_SECRET"


class Results(Evaluation):
    """Calls, and what they pass."""

    def __init__(self, program: Program, world: World) -> None:
        super().__init__(program, world)
        self._calls: dict[ast.AST, tuple[Argument, ...]] = {}

    def parameter(self, module: Module, node: ast.arg) -> Any:
        function = module.source.parents[module.source.parents[node]]
        assert isinstance(function, Function)
        if function in self._calls:
            arguments = self._calls[function]
        else:
            self.world.asked_callers = True
            sites = self.program.callers(Definition(module, function))
            caller, call = sites[self.world.choose(function, len(sites))]
            if self.depth > DEEPEST // 2:
                raise UnknownError
            arguments = arguments_of(caller, call)
        return self._with(function, None, lambda: self._passed(module, function, node, arguments))

    def _with(
        self, function: ast.AST, arguments: tuple[Argument, ...] | None, work: Callable[[], Any]
    ) -> Any:
        """Works inside a call of the function, or outside of any."""
        before = self._calls.pop(function, None)
        if arguments is not None:
            self._calls[function] = arguments
        try:
            return work()
        finally:
            self._calls.pop(function, None)
            if before is not None:
                self._calls[function] = before

    def _passed(
        self, module: Module, function: Any, node: ast.arg, arguments: tuple[Argument, ...]
    ) -> Any:
        """The value that a call gives a parameter."""
        signature = function.args
        positional = [*signature.posonlyargs, *signature.args]
        if isinstance(module.source.parents.get(function), ast.ClassDef):
            raise UnknownError  # a method: who it belongs to is not followed
        given, keywords = self.arguments(arguments)
        if node is signature.vararg:
            return tuple(self.soft_argument(each) for each in given[len(positional) :])
        named = {each.arg for each in [*positional, *signature.kwonlyargs]}
        if node is signature.kwarg:
            rest = {name: value for name, value in keywords.items() if name not in named}
            return {name: self.soft_argument(value) for name, value in rest.items()}
        if node in positional and positional.index(node) < len(given):
            return self.argument(given[positional.index(node)])
        if node.arg in keywords:
            return self.argument(keywords[node.arg])
        defaults = dict(zip(reversed(positional), reversed(signature.defaults), strict=False))
        defaults.update(zip(signature.kwonlyargs, signature.kw_defaults, strict=True))
        default = defaults.get(node)
        if default is None:
            raise ImpossibleError  # a call without the argument does not run
        return self.value(module, default)

    def arguments(
        self, arguments: tuple[Argument, ...]
    ) -> tuple[list[Argument], dict[str, Argument]]:
        """Positional and by name, with stars laid out."""
        given: list[Argument] = []
        keywords: dict[str, Argument] = {}
        for each in arguments:
            if each.starred:
                for value in self.elements(self.argument(each)):
                    given.append(Argument(each.module, None, value))
            elif each.name == "**":
                expanded = self.argument(each)
                if not isinstance(expanded, dict):
                    raise UnknownError
                for name, value in expanded.items():
                    keywords[str(name)] = Argument(each.module, None, value)
            elif each.name is not None:
                keywords[each.name] = each
            else:
                given.append(each)
        return given, keywords

    def _call(self, module: Module, node: ast.Call) -> Any:
        function = self.value(module, node.func)
        return self.result(function, arguments_of(module, node))

    def result(self, function: Any, arguments: tuple[Argument, ...]) -> Any:
        if isinstance(function, Partial):
            return self.result(function.function, (*function.arguments, *arguments))
        if isinstance(function, Definition):
            return self._result_of(function, arguments)
        if isinstance(function, Foreign) and function.name == "functools.partial":
            if not arguments or arguments[0].starred or arguments[0].name:
                raise UnknownError
            return Partial(self.argument(arguments[0]), arguments[1:])
        given, keywords = self.arguments(arguments)
        values = [self.soft_argument(each) for each in given]
        named = {name: self.soft_argument(each) for name, each in keywords.items()}
        if isinstance(function, Method):
            return operations.method(function.value, function.name, values, named)
        if isinstance(function, Magic):
            return self.asked(function.name, values, named)
        if isinstance(function, Foreign):
            return self._foreign(function.name, values, named)
        raise UnknownError

    def _result_of(self, function: Definition, arguments: tuple[Argument, ...]) -> Any:
        node = function.node
        if isinstance(node, ast.ClassDef):
            given, _ = self.arguments(arguments)
            wanted = self.argument(given[0]) if len(given) == 1 else None
            return next((m for m in self.members(function) if m.value == wanted), UNKNOWN)
        if node in self._calls:
            raise UnknownError  # it calls itself
        if isinstance(node, ast.Lambda):
            result: ast.expr | None = node.body
        else:
            result = function.module.only_result(node)
        if result is None:
            raise UnknownError
        value = result
        return self._with(node, arguments, lambda: self.value(function.module, value))

    def _foreign(self, name: str, values: list[Any], keywords: Mapping[str, Any]) -> Any:
        if name in ("os.getenv", "os.environ.get"):
            return self.environment(*values[:2])
        if name in ("builtins.getattr",) and len(values) >= 2 and isinstance(values[1], str):
            return self.attribute_of(values[0], values[1])
        if name in ("importlib.import_module", "builtins.__import__") and (
            len(values) == 1 and isinstance(values[0], str)
        ):
            return self.program.imported(None, values[0], 0)
        if name in ("builtins.list", "builtins.tuple", "builtins.enumerate", "builtins.sorted"):
            values = [self._listed(values[0]), *values[1:]] if values else values
        if name == "itertools.product" and not keywords:
            return self._product([self.elements(value) for value in values])
        return operations.call(name, values, keywords)

    def _listed(self, value: Any) -> Any:
        return self.members(value) if isinstance(value, Definition) else value

    def _product(self, factors: list[list[Any]]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = [()]
        for factor in factors:
            found = [(*each, value) for each in found for value in factor]
            if len(found) > 2_000:
                raise UnknownError
        return found

    def asked(self, name: str, values: list[Any], keywords: Mapping[str, Any]) -> Any:
        """``var(…)`` and ``env_var(…)``; what the others give is a frame."""
        given = [*values, *keywords.values()]
        if name == "var" and given and isinstance(given[0], str):
            self.program.asked_vars.add(given[0])
            if given[0] in self.program.vars:
                return self.program.vars[given[0]]
        elif name == "env_var" and given:
            default = given[1] if len(given) > 1 else None
            return self.environment(given[0], default, required=True)
        if name == "var" and len(given) == 2:
            return given[1]
        raise UnknownError

    def environment(self, name: Any = None, default: Any = None, required: bool = False) -> Any:
        if not isinstance(name, str) or name.startswith(_SECRET):
            raise UnknownError
        self.program.asked_environment.add(name)
        found = os.environ.get(name, default)
        if found is None and required:
            raise UnknownError
        return found

    WORK: ClassVar[Mapping[type[ast.expr], Work]] = {ast.Call: _call}
