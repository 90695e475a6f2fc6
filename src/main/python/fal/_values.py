"""What an expression is worth in one world, as far as that can be told without running it."""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fal import _operations as operations
from fal._scopes import Function
from fal._worlds import ImpossibleError, UnknownError, World

if TYPE_CHECKING:
    from fal._program import Module, Program

MAGIC = ("ref", "source", "write_to_model", "var", "env_var", "context")
_ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum")
_DEEPEST = 60
_SECRET = "DBT_ENV_SECRET"
_REQUIRED: Any = object()
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


class Evaluator:
    """Works out expressions in one world; raises UnknownError for what only the run knows."""

    def __init__(self, program: Program, world: World) -> None:
        self._program = program
        self._world = world
        self._calls: dict[ast.AST, tuple[Argument, ...]] = {}
        self._depth = 0

    def value(self, module: Module, node: ast.expr) -> Any:
        work = self._WORK.get(node.__class__)
        if work is None:
            raise UnknownError
        self._world.step()
        if self._depth > _DEEPEST:
            raise UnknownError
        self._depth += 1
        try:
            found = work(self, module, node)
        finally:
            self._depth -= 1
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

    # -- names -----------------------------------------------------------------------------------

    def _name(self, module: Module, node: ast.Name) -> Any:
        binding = module.scopes.find(node.id, node, self._world)
        if binding is None:
            return self._unbound(module, node.id)
        found = self.binding(module, binding)
        if isinstance(found, (list, dict)) and module.is_changed(node.id):
            raise UnknownError
        return found

    def _unbound(self, module: Module, name: str) -> Any:
        """A name that no statement binds: from a star import, of the module itself, or built in."""
        starred = self._starred(module, name, {module})
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

    def _starred(self, module: Module, name: str, seen: set[Module]) -> Any:
        """What the last ``from … import *`` that has the name makes of it; None when none has."""
        for star in reversed(module.scopes.stars):
            owner = self._program.imported(module, star.module, star.level)
            if owner == Magic("fal") and name in MAGIC:
                return Magic(name)
            if not isinstance(owner, self._program.module_type) or owner in seen:
                continue
            if name[0] != "_" and owner.scopes.bindings(None, name):
                return self.member(owner, name)
            found = self._starred(owner, name, {*seen, owner})
            if found is not None:
                return found
        return None

    def member(self, module: Module, name: str) -> Any:
        """``module.name``, when the module's file has run."""
        binding = module.scopes.at_end(name, None, self._world)
        if binding is not None:
            found = self.binding(module, binding)
            if isinstance(found, (list, dict)) and module.is_changed(name):
                raise UnknownError
            return found
        below = self._program.submodule(module, name)
        return below if below is not None else self._unbound(module, name)

    def binding(self, module: Module, node: ast.AST) -> Any:
        """What a binding gives its name."""
        parents = module.source.parents
        if isinstance(node, ast.alias):
            return self._imported(module, node, parents[node])
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return Definition(module, node)
        if isinstance(node, ast.arg):
            return self._parameter(module, node)
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
        before = module.scopes.find(target.id, statement, self._world)
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
        if loop in self._world.finished and values and not module.has_break(loop):
            return values[-1]
        return values[self._world.choose(loop, len(values))]

    def elements(self, value: Any) -> list[Any]:
        """What a loop over the value goes through."""
        if isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
            return self._members(value)
        if isinstance(value, (list, tuple, str, dict, range)):
            return list(value)
        raise UnknownError

    # -- parameters and results ---------------------------------------------------------------------

    def _parameter(self, module: Module, node: ast.arg) -> Any:
        function = module.source.parents[module.source.parents[node]]
        assert isinstance(function, Function)
        if function in self._calls:
            arguments = self._calls[function]
        else:
            self._world.asked_callers = True
            sites = self._program.callers(Definition(module, function))
            caller, call = sites[self._world.choose(function, len(sites))]
            if self._depth > _DEEPEST // 2:
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
            return tuple(self._soft_argument(each) for each in given[len(positional) :])
        named = {each.arg for each in [*positional, *signature.kwonlyargs]}
        if node is signature.kwarg:
            rest = {name: value for name, value in keywords.items() if name not in named}
            return {name: self._soft_argument(value) for name, value in rest.items()}
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

    def _soft_argument(self, argument: Argument) -> Any:
        try:
            return self.argument(argument)
        except UnknownError:
            return UNKNOWN

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
        values = [self._soft_argument(each) for each in given]
        named = {name: self._soft_argument(each) for name, each in keywords.items()}
        if isinstance(function, Method):
            return operations.method(function.value, function.name, values, named)
        if isinstance(function, Magic):
            return self._asked(function.name, values, named)
        if isinstance(function, Foreign):
            return self._foreign(function.name, values, named)
        raise UnknownError

    def _result_of(self, function: Definition, arguments: tuple[Argument, ...]) -> Any:
        node = function.node
        if isinstance(node, ast.ClassDef):
            given, _ = self.arguments(arguments)
            wanted = self.argument(given[0]) if len(given) == 1 else None
            return next((m for m in self._members(function) if m.value == wanted), UNKNOWN)
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
            return self._environment(*values[:2])
        if name in ("builtins.getattr",) and len(values) >= 2 and isinstance(values[1], str):
            return self._attribute_of(values[0], values[1])
        if name in ("importlib.import_module", "builtins.__import__") and (
            len(values) == 1 and isinstance(values[0], str)
        ):
            return self._program.imported(None, values[0], 0)
        if name in ("builtins.list", "builtins.tuple", "builtins.enumerate", "builtins.sorted"):
            values = [self._listed(values[0]), *values[1:]] if values else values
        if name == "itertools.product" and not keywords:
            return self._product([self.elements(value) for value in values])
        return operations.call(name, values, keywords)

    def _listed(self, value: Any) -> Any:
        return self._members(value) if isinstance(value, Definition) else value

    def _product(self, factors: list[list[Any]]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = [()]
        for factor in factors:
            found = [(*each, value) for each in found for value in factor]
            if len(found) > 2_000:
                raise UnknownError
        return found

    def _asked(self, name: str, values: list[Any], keywords: Mapping[str, Any]) -> Any:
        """``var(…)`` and ``env_var(…)``; what the others give is a frame."""
        given = [*values, *keywords.values()]
        if name == "var" and given and isinstance(given[0], str):
            self._program.asked_vars.add(given[0])
            if given[0] in self._program.vars:
                return self._program.vars[given[0]]
        elif name == "env_var" and given:
            default = given[1] if len(given) > 1 else None
            return self._environment(given[0], default, required=True)
        if name == "var" and len(given) == 2:
            return given[1]
        raise UnknownError

    def _environment(self, name: Any = None, default: Any = None, required: bool = False) -> Any:
        if not isinstance(name, str) or name.startswith(_SECRET):
            raise UnknownError
        self._program.asked_environment.add(name)
        found = os.environ.get(name, default)
        if found is None and required:
            raise UnknownError
        return found

    # -- attributes and items ---------------------------------------------------------------------------

    def _attribute(self, module: Module, node: ast.Attribute) -> Any:
        return self._attribute_of(self.value(module, node.value), node.attr)

    def _attribute_of(self, value: Any, name: str) -> Any:
        if isinstance(value, Magic):
            if name in MAGIC and value.name in ("fal", "context"):
                return Magic(name)
            if value.name == "context" and name == "vars":
                return Foreign("fal.context.vars")
        elif isinstance(value, Foreign):
            return Foreign(f"{value.name}.{name}")
        elif isinstance(value, Package):
            return self._program.below(value, name)
        elif isinstance(value, self._program.module_type):
            return self.member(value, name)
        elif isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
            return self._of_class(value, name)
        elif isinstance(value, Member):
            if name in ("value", "name"):
                return value.value if name == "value" else value.name
        elif operations.has_attribute(value, name):
            return operations.attribute(value, name)
        elif isinstance(value, (str, list, dict, tuple)) or operations.is_scalar(value):
            return Method(value, name)
        raise UnknownError

    def _of_class(self, owner: Definition, name: str) -> Any:
        if not isinstance(owner.node, ast.ClassDef):
            raise UnknownError
        if self._is_enum(owner):
            return next((m for m in self._members(owner) if m.name == name), UNKNOWN)
        binding = owner.module.scopes.at_end(name, owner.node, self._world)
        if binding is None or isinstance(binding, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if binding is not None and _is_static(binding):
                return Definition(owner.module, binding)
            raise UnknownError
        return self.binding(owner.module, binding)

    def _is_enum(self, owner: Definition) -> bool:
        assert isinstance(owner.node, ast.ClassDef)
        bases = [self.soft(owner.module, base) for base in owner.node.bases]
        return any(isinstance(base, Foreign) and base.name in _ENUMS for base in bases)

    def is_text(self, owner: Definition) -> bool:
        """Whether the members of an Enum are text themselves."""
        assert isinstance(owner.node, ast.ClassDef)
        bases = [self.soft(owner.module, base) for base in owner.node.bases]
        return Foreign("builtins.str") in bases or Foreign("enum.StrEnum") in bases

    def _members(self, owner: Definition) -> list[Member]:
        if not isinstance(owner.node, ast.ClassDef) or not self._is_enum(owner):
            raise UnknownError
        names = [
            statement.targets[0].id
            for statement in owner.node.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        ]
        return [Member(owner, name, self._member_value(owner, name)) for name in names]

    def _member_value(self, owner: Definition, name: str) -> Any:
        binding = owner.module.scopes.at_end(name, owner.node, self._world)
        assert binding is not None
        try:
            return self.binding(owner.module, binding)
        except UnknownError:
            return UNKNOWN

    def _subscript(self, module: Module, node: ast.Subscript) -> Any:
        value = self.value(module, node.value)
        if isinstance(node.slice, ast.Slice):
            parts = [node.slice.lower, node.slice.upper, node.slice.step]
            bounds = [None if part is None else self.value(module, part) for part in parts]
            return self._item(value, slice(*bounds))
        key = self.value(module, node.slice)
        if isinstance(value, Foreign) and value.name == "os.environ":
            return self._environment(key, required=True)
        if isinstance(value, Foreign) and value.name == "fal.context.vars":
            return self._asked("var", [key], {})
        if isinstance(value, Definition):
            return self._of_class(value, key) if isinstance(key, str) else UNKNOWN
        return self._item(value, key)

    def _item(self, value: Any, key: Any) -> Any:
        if not isinstance(value, (str, list, tuple, dict, range)):
            raise UnknownError
        try:
            return value[key]
        except (LookupError, TypeError, ValueError) as error:
            raise UnknownError from error

    # -- literals and what is put together of them --------------------------------------------------

    def _constant(self, module: Module, node: ast.Constant) -> Any:
        if not operations.is_scalar(node.value):
            raise UnknownError
        return node.value

    def _sequence(self, module: Module, node: ast.Tuple | ast.List | ast.Set) -> Any:
        values: list[Any] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                values += self.elements(self.value(module, element.value))
            else:
                values.append(self.soft(module, element))
        if isinstance(node, ast.Tuple):
            return tuple(values)
        # A set keeps the order of its source here: what comes of it has to be the same each time.
        return _unique(values) if isinstance(node, ast.Set) else values

    def _dict(self, module: Module, node: ast.Dict) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.value(module, value)
                if not isinstance(more, dict):
                    raise UnknownError
                found.update(more)
            else:
                found[self._key(self.value(module, key))] = self.soft(module, value)
        return found

    def _key(self, value: Any) -> Any:
        if not operations.is_known(value) or isinstance(value, (list, dict)):
            raise UnknownError
        return value

    def _binary(self, module: Module, node: ast.BinOp) -> Any:
        left, right = self.value(module, node.left), self.value(module, node.right)
        return operations.binary(node.op.__class__, left, right)

    def _unary(self, module: Module, node: ast.UnaryOp) -> Any:
        return operations.unary(node.op.__class__, self.value(module, node.operand))

    def _either(self, module: Module, node: ast.BoolOp) -> Any:
        """``a or b``: the first that decides it."""
        value: Any = None
        for operand in node.values:
            value = self.value(module, operand)
            if not operations.is_known(value):
                return value
            if bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _compare(self, module: Module, node: ast.Compare) -> bool:
        left = self.value(module, node.left)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(module, comparator)
            if not operations.compare(operator.__class__, left, right):
                return False
            left = right
        return True

    def _conditional(self, module: Module, node: ast.IfExp) -> Any:
        """Both sides, each in a world, unless the loop we are in decides."""
        decided = self.decided(module, node.test)
        if decided is None:
            decided = self._world.choose(node, 2) == 0
        return self.value(module, node.body if decided else node.orelse)

    def decided(self, module: Module, test: ast.expr) -> bool | None:
        """What a condition comes to by the choices made so far; None when it depends on more."""
        before, self._world.asked_again = self._world.asked_again, False
        chosen = len(self._world.counts)
        try:
            value = self.value(module, test)
            known = operations.is_known(value) and len(self._world.counts) == chosen
            return bool(value) if known and self._world.asked_again else None
        except (UnknownError, ImpossibleError):
            return None
        finally:
            self._world.asked_again = before

    def _joined(self, module: Module, node: ast.JoinedStr) -> str:
        return "".join([self.value(module, part) for part in node.values])

    def _formatted(self, module: Module, node: ast.FormattedValue) -> str:
        value = self.value(module, node.value)
        spec = self.value(module, node.format_spec) if node.format_spec else ""
        return operations.text(value, node.conversion, spec)

    def _comprehension(self, module: Module, node: Any) -> Any:
        """All turns, each in a world of its own below this one."""
        values = list(self._turns(module, node, list(node.generators)))
        if isinstance(node, ast.DictComp):
            return dict(values)
        return _unique(values) if isinstance(node, ast.SetComp) else values

    def _turns(
        self, module: Module, node: Any, generators: list[ast.comprehension]
    ) -> Iterator[Any]:
        if not generators:
            if isinstance(node, ast.DictComp):
                yield self._key(self.value(module, node.key)), self.soft(module, node.value)
            else:
                yield self.soft(module, node.elt)
            return
        first, *rest = generators
        if self._world.has_chosen(first):
            raise UnknownError  # asked for from inside itself
        for index in range(len(self.elements(self.value(module, first.iter)))):
            with self._world.given(first, index):
                tests = [self.soft(module, test) for test in first.ifs]
                if all(test is UNKNOWN or bool(test) for test in tests):
                    yield from self._turns(module, node, rest)

    def _named(self, module: Module, node: ast.NamedExpr) -> Any:
        return self.value(module, node.value)

    def _lambda(self, module: Module, node: ast.Lambda) -> Definition:
        return Definition(module, node)

    _WORK: Mapping[type[ast.expr], Callable[[Evaluator, Module, Any], Any]] = {
        ast.Name: _name,
        ast.Constant: _constant,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.Tuple: _sequence,
        ast.List: _sequence,
        ast.Set: _sequence,
        ast.Dict: _dict,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.BoolOp: _either,
        ast.Compare: _compare,
        ast.IfExp: _conditional,
        ast.JoinedStr: _joined,
        ast.FormattedValue: _formatted,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.NamedExpr: _named,
        ast.Lambda: _lambda,
    }

    def _imported(self, module: Module, alias: ast.alias, statement: ast.AST) -> Any:
        if isinstance(statement, ast.Import):
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            return self._program.imported(module, name, 0)
        assert isinstance(statement, ast.ImportFrom)
        owner = self._program.imported(module, statement.module, statement.level)
        return self._attribute_of(owner, alias.name)


def arguments_of(module: Module, call: ast.Call) -> tuple[Argument, ...]:
    given = [
        Argument(module, each.value, starred=True)
        if isinstance(each, ast.Starred)
        else Argument(module, each)
        for each in call.args
    ]
    named = [Argument(module, each.value, name=each.arg or "**") for each in call.keywords]
    return (*given, *named)


def _unique(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _is_static(binding: ast.AST) -> bool:
    decorators = getattr(binding, "decorator_list", [])
    return any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in decorators)
