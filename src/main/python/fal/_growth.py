"""A list or dict that is filled statement by statement: what is in it at a place.

Followed are the plain forms: an empty or literal one of a scope, filled in that scope by ``append``, ``extend``,
``add``, ``update``, ``+=`` and ``name[key] =``, in order, under conditions and in loops. A use that might change it
in another way, or let other code change it, ends that.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fal import _operations as operations
from fal._evaluation import Evaluation
from fal._scopes import Function, Scope
from fal._values import Foreign
from fal._worlds import ImpossibleError, UnknownError

if TYPE_CHECKING:
    from fal._modules import Module

_FILLING = frozenset(("append", "extend", "add", "update"))
_READING = frozenset(("index", "count", "copy", "items", "keys", "values", "get", *_FILLING))
_FRESH = (ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
_HARMLESS = frozenset(
    f"builtins.{name}"
    for name in (
        *(
            "len",
            "sorted",
            "enumerate",
            "zip",
            "list",
            "tuple",
            "set",
            "frozenset",
            "dict",
            "print",
        ),
        *("reversed", "sum", "any", "all", "min", "max", "str", "repr", "map", "bool"),
    )
)
_MAKING = ("builtins.list", "builtins.set", "builtins.dict")


class Growth(Evaluation):
    """Lists and dicts that grow."""

    def grown(self, module: Module, node: ast.Name) -> Any:
        """What the name's list or dict holds there; raises UnknownError when that is not told so."""
        scopes = module.scopes
        home = scopes.home(node.id, node)
        start = self._start(module, node.id, home)
        within = scopes.of(node)
        while within is not home and not isinstance(within, (*Function, ast.ClassDef)):
            assert within is not None
            within = scopes.of(within)  # of a comprehension
        if within is home:
            filling = _Filling(self, module, node)
        elif home is None and self._is_filled_first(module, node.id, start):
            filling = _Filling(self, module, None, node.id)  # a function that is called later
        else:
            raise UnknownError
        return filling.value(start)

    def grown_at_end(self, module: Module, name: str) -> Any:
        """The same when the module has run, for those that import it."""
        return _Filling(self, module, None, name).value(self._start(module, name, None))

    def _start(self, module: Module, name: str, home: Scope) -> ast.Assign | ast.AnnAssign:
        """The one statement that makes it, if nothing else but what is followed is done to it."""
        parents = module.source.parents
        made = [parents.get(each) for each in module.scopes.bindings(home, name)]
        starts = [each for each in made if not isinstance(each, ast.AugAssign)]
        if len(starts) != 1 or module.scopes.is_bound_from_inside(home, name):
            raise UnknownError
        start = starts[0]
        if not isinstance(start, (ast.Assign, ast.AnnAssign)) or not self._is_fresh(module, start):
            raise UnknownError
        for mention in module.names(name):
            if isinstance(mention.ctx, ast.Load) and not self._is_safe(module, mention, home):
                raise UnknownError
        return start

    def _is_fresh(self, module: Module, start: ast.Assign | ast.AnnAssign) -> bool:
        """Whether no other name has the same list."""
        if isinstance(start, ast.Assign) and not isinstance(start.targets[0], ast.Name):
            return False
        if isinstance(start, ast.Assign) and len(start.targets) > 1:
            return False
        value = start.value
        if isinstance(value, ast.Call):
            function = self.soft(module, value.func)
            return isinstance(function, Foreign) and function.name in _MAKING
        return isinstance(value, _FRESH)

    def _is_safe(self, module: Module, mention: ast.Name, home: Scope) -> bool:
        """Whether the mention only reads, fills in a way that is followed, or is of another name."""
        scopes, parents = module.scopes, module.source.parents
        if scopes.home(mention.id, mention) is not home:
            return True
        parent = parents[mention]
        if isinstance(parent, ast.Attribute):
            call = parents.get(parent)
            if not isinstance(call, ast.Call) or call.func is not parent:
                return False
            if parent.attr not in _FILLING:
                return parent.attr in _READING
            # As a statement of its own, in the scope itself.
            return isinstance(parents.get(call), ast.Expr) and scopes.of(mention) is home
        if isinstance(parent, ast.Subscript):
            if isinstance(parent.ctx, ast.Load) or parent.slice is mention:
                return True
            stored = parents.get(parent)
            is_plain = isinstance(stored, ast.Assign) and len(stored.targets) == 1
            return is_plain and stored.targets[0] is parent and scopes.of(mention) is home  # type: ignore[union-attr]
        if isinstance(parent, ast.Call):
            function = self.soft(module, parent.func) if mention is not parent.func else None
            if isinstance(function, Foreign) and function.name in _HARMLESS:
                return True
            return isinstance(parent.func, ast.Attribute) and parent.func.attr in ("join", "map")
        if isinstance(parent, ast.Return):
            return isinstance(home, Function)
        if isinstance(parent, (ast.For, ast.comprehension)):
            return parent.iter is mention
        if isinstance(parent, (ast.If, ast.While, ast.Assert)):
            return parent.test is mention
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        return isinstance(
            parent,
            (ast.Starred, ast.BinOp, ast.Compare, ast.FormattedValue, ast.Expr, ast.AugAssign),
        )

    def _is_filled_first(self, module: Module, name: str, start: ast.stmt) -> bool:
        """Whether nothing that might read it is called before it holds all."""
        body = module.source.body
        if start not in body:
            return False
        holders = module.fillings(name)
        last = max((body.index(each) for each in body if each in holders), default=0)
        for statement in body[body.index(start) : last + 1]:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and not self._is_plain_call(module, node):
                    return False
        return True

    def _is_plain_call(self, module: Module, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Attribute):
            value = call.func.value
            is_text = isinstance(value, (ast.Constant, ast.JoinedStr))
            return is_text or (isinstance(value, ast.Name) and call.func.attr in _READING)
        function = self.soft(module, call.func)
        return isinstance(function, Foreign) and function.name.startswith("builtins.")


class _ReachedError(Exception):
    """The place that was asked for."""


class _Leaving(Exception):  # noqa: N818 - no error
    """``continue`` or ``break`` in a loop's turn."""


class _Filling:
    """Goes through the statements that fill one list or dict, up to a place or to the end."""

    def __init__(
        self, evaluator: Growth, module: Module, until: ast.Name | None, name: str = ""
    ) -> None:
        self._evaluator = evaluator
        self._module = module
        self._name = until.id if until is not None else name
        self._parents = module.source.parents
        self._way: set[ast.AST] = set()  # the statements around the place
        at: ast.AST | None = until
        while at is not None:
            self._way.add(at)
            at = self._parents.get(at)
        self._until = until
        # Whether only what is in it counts, not where: then it may hold more than it will.
        parent = self._parents.get(until) if until is not None else None
        self._is_for_members = isinstance(parent, (ast.For, ast.comprehension, ast.Starred))
        self._held: Any = None

    def value(self, start: ast.Assign | ast.AnnAssign) -> Any:
        assert start.value is not None
        held = self._evaluator.value(self._module, start.value)
        if not isinstance(held, (list, dict)):
            raise UnknownError
        self._held = held.copy()
        block = self._module.scopes.block_of(start)
        try:
            self._run(block[block.index(start) + 1 :])
        except _ReachedError:
            return self._held
        except _Leaving as leaving:
            raise ImpossibleError from leaving  # the loop around it goes on before the place
        if self._until is not None:
            raise UnknownError  # it is somewhere else
        return self._held

    def _run(self, block: list[ast.stmt]) -> None:
        for statement in block:
            if statement in self._way:
                self._enter(statement)
                raise _ReachedError
            if isinstance(statement, (ast.Continue, ast.Break)):
                raise _Leaving(statement)
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            if self._fills(statement) or isinstance(statement, ast.If):
                self._apply(statement)

    def _fills(self, node: ast.AST) -> bool:
        return node in self._module.fillings(self._name)

    def _enter(self, statement: ast.stmt) -> None:
        """Goes on in the block that the place is in; returns when it is outside of any."""
        blocks = _blocks(statement)
        inner = next((block for block in blocks if any(each in self._way for each in block)), None)
        is_repeated = isinstance(statement, (ast.For, ast.AsyncFor, ast.While)) or (
            inner is not None
            and inner is not blocks[0]
            and not isinstance(statement, (ast.If, ast.Match))
        )
        if is_repeated and any(self._fills(each) for block in blocks for each in block):
            raise UnknownError  # by another turn, or by what came before an exception
        if inner is not None:
            self._run(inner)

    def _apply(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.If):
            self._branch(statement)
        elif isinstance(statement, ast.For):
            self._loop(statement)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            self._run(statement.body)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._method(statement.value)
        elif isinstance(statement, ast.AugAssign):
            if not isinstance(statement.op, (ast.Add, ast.BitOr)):
                raise UnknownError
            self._add_all(self._evaluator.value(self._module, statement.value))
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
            key = self._evaluator.value(self._module, statement.targets[0].slice)
            self._put(key, self._evaluator.soft(self._module, statement.value))
        else:
            raise UnknownError

    def _branch(self, statement: ast.If) -> None:
        test: Any = None
        try:
            test = self._evaluator.value(self._module, statement.test)
            is_decided = operations.is_known(test)
        except UnknownError:
            is_decided = False
        if is_decided:
            self._run(statement.body if test else statement.orelse)
        elif self._is_for_members:
            for block in (statement.body, statement.orelse):
                with suppress(_Leaving):
                    self._run(block)
        elif self._fills(statement) or any(
            isinstance(node, (ast.Continue, ast.Break)) for node in ast.walk(statement)
        ):
            raise UnknownError

    def _loop(self, loop: ast.For) -> None:
        world = self._evaluator.world
        if world.has_chosen(loop):
            raise UnknownError  # asked for from inside itself
        was_finished = loop in world.finished
        world.finished.discard(loop)
        elements = self._evaluator.elements(self._evaluator.value(self._module, loop.iter))
        try:
            for index in range(len(elements)):
                with world.given(loop, index):
                    try:
                        self._run(loop.body)
                    except _Leaving as leaving:
                        if isinstance(leaving.args[0], ast.Break):
                            break
            else:
                self._run(loop.orelse)
        finally:
            if was_finished:
                world.finished.add(loop)

    def _method(self, call: ast.Call) -> None:
        assert isinstance(call.func, ast.Attribute)
        if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred):
            raise UnknownError
        name = call.func.attr
        if name in ("append", "add") and isinstance(self._held, list):
            value = self._evaluator.soft(self._module, call.args[0])
            if name == "append" or value not in self._held:
                self._held.append(value)
        else:
            self._add_all(self._evaluator.value(self._module, call.args[0]))

    def _add_all(self, more: Any) -> None:
        if isinstance(self._held, list):
            self._held += self._evaluator.elements(more)
        elif isinstance(more, dict):
            self._held.update(more)
        else:
            raise UnknownError

    def _put(self, key: Any, value: Any) -> None:
        if not isinstance(self._held, dict) or not operations.is_known(key):
            raise UnknownError
        if isinstance(key, (list, dict)):
            raise UnknownError
        self._held[key] = value


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Those that run in the statement, the one that runs first at the beginning."""
    if isinstance(statement, ast.Match):
        return [case.body for case in statement.cases]
    blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    return [*blocks, *(handler.body for handler in getattr(statement, "handlers", []))]
