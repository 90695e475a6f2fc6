"""Which binding a name means at a place: Python's scopes, and in a scope the order of its statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fal._source import Source
from fal._worlds import ImpossibleError, Patience, UnknownError, World, worlds

Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_TRY: tuple[type[ast.AST], ...] = (ast.Try, *filter(None, [getattr(ast, "TryStar", None)]))
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

_BINDING: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.arg: "arg",
    ast.alias: "name",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
}

Scope = ast.AST | None  # None is the file itself


def bound_name(node: ast.AST) -> str | None:
    """The name this very node binds or deletes, if it does."""
    attribute = _BINDING.get(node.__class__)
    if attribute is None or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
        return None
    if isinstance(node, ast.alias):
        return node.asname or node.name.partition(".")[0]
    name: str | None = getattr(node, attribute)
    return name


class Scopes:
    """Of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parents = source.parents
        self._bindings: dict[Scope, dict[str, list[ast.AST]]] = {}
        self._elsewhere: dict[Scope, dict[str, bool]] = {}
        self._holders: dict[tuple[Scope, str], set[ast.AST]] = {}
        self._ends: dict[tuple[Scope, str], bool] = {}
        self._bound_from_inside: set[tuple[Scope, str]] = set()
        self.stars: list[ast.ImportFrom] = []
        found: list[tuple[str, ast.AST]] = []
        for node in source.nodes:
            name = bound_name(node)
            if name is not None:
                found.append((name, node))
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                is_global = isinstance(node, ast.Global)
                names = dict.fromkeys(node.names, is_global)
                self._elsewhere.setdefault(self.of(node), {}).update(names)
            elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                self.stars.append(node)
        for name, node in found:
            scope = self._home(name, node)
            if name in self._elsewhere.get(self.of(node), {}):  # global, nonlocal
                self._bound_from_inside.add((scope, name))
            self._bindings.setdefault(scope, {}).setdefault(name, []).append(node)

    def of(self, node: ast.AST) -> Scope:
        """The scope in which the names at a node are looked up."""
        child, parent = node, self._parents.get(node)
        while parent is not None:
            if isinstance(parent, ast.comprehension):
                owner = self._parents[parent]
                if child is parent.iter and parent is owner.generators[0]:  # type: ignore[attr-defined]
                    child, parent = owner, self._parents.get(owner)
                    continue
            elif isinstance(parent, ast.Lambda):
                if child is parent.body:
                    return parent
            elif isinstance(parent, _COMPREHENSIONS) or (
                isinstance(parent, (*Function, ast.ClassDef)) and isinstance(child, ast.stmt)
            ):
                return parent
            child, parent = parent, self._parents.get(parent)
        return None

    def bindings(self, scope: Scope, name: str) -> list[ast.AST]:
        return self._bindings.get(scope, {}).get(name, [])

    def names(self, scope: Scope) -> list[str]:
        return list(self._bindings.get(scope, {}))

    def is_inside(self, node: ast.AST, ancestor: ast.AST) -> bool:
        at: ast.AST | None = node
        while at is not None and at is not ancestor:
            at = self._parents.get(at)
        return at is ancestor

    def find(self, name: str, at: ast.AST, world: World) -> ast.AST | None:
        """The node that binds what the name means there; None when nothing in the file does."""
        scope = self.of(at)
        in_order = in_class = True
        while True:
            if name in self._elsewhere.get(scope, {}):
                scope = self._home(name, at, scope)
                in_order = False
            if self.bindings(scope, name) and (in_class or not isinstance(scope, ast.ClassDef)):
                found = (
                    self._before(name, at, scope, world)
                    if in_order and (scope, name) not in self._bound_from_inside
                    else self._at_any_time(name, scope, world)
                )
                if found is not None:
                    return found
                if isinstance(scope, Function):
                    raise ImpossibleError  # a local name before it is bound
            if scope is None:
                return None
            in_order = in_order and not isinstance(scope, Function)
            in_class = False
            at, scope = scope, self.of(scope)

    def nearest(self, name: str, at: ast.AST) -> list[ast.AST]:
        """Every binding of the name in the innermost scope around a place that has one."""
        scope = self.of(at)
        while not self.bindings(scope, name) and scope is not None:
            scope = self.of(scope)
        return self.bindings(scope, name)

    def home(self, name: str, at: ast.AST) -> Scope:
        """The scope around a place in which the name is bound."""
        scope, is_first = self.of(at), True
        while scope is not None and (
            not self.bindings(scope, name) or (isinstance(scope, ast.ClassDef) and not is_first)
        ):
            scope, is_first = self.of(scope), False
        return scope

    def is_bound_from_inside(self, scope: Scope, name: str) -> bool:
        """Whether a function inside binds it, by ``global`` or ``nonlocal``."""
        return (scope, name) in self._bound_from_inside

    def block_of(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that it is one of."""
        parent = self._parents.get(statement)
        block = _block_of(parent, statement) if parent is not None else None
        return self._source.body if block is None else block

    def is_global(self, name: str, at: ast.AST) -> bool:
        """Whether that scope is the file itself."""
        return self.nearest(name, at) is self.bindings(None, name)

    def at_end(self, name: str, scope: Scope, world: World) -> ast.AST | None:
        """What the name means after the scope's last statement."""
        if not self.bindings(scope, name):
            return None
        return self._in_block(self._body(scope), name, scope, world)

    def _home(self, name: str, node: ast.AST, scope: Scope = None) -> Scope:
        """The scope whose name a binding binds."""
        if isinstance(node, ast.arg):
            return self._parents[self._parents[node]]
        if scope is None:
            scope = self.of(node)
        if isinstance(self._parents.get(node), ast.NamedExpr):
            while isinstance(scope, _COMPREHENSIONS):
                scope = self.of(scope)
        is_global = self._elsewhere.get(scope, {}).get(name)
        if is_global is None:
            return scope
        if is_global:
            return None
        outer = self.of(scope) if scope is not None else None
        while outer is not None and not (
            isinstance(outer, Function) and (self.bindings(outer, name) or _has_arg(outer, name))
        ):
            outer = self.of(outer)
        return outer

    def _body(self, scope: Scope) -> list[ast.stmt]:
        if scope is None:
            return self._source.body
        body = getattr(scope, "body", [])
        return body if isinstance(body, list) else []

    def _holders_of(self, name: str, scope: Scope) -> set[ast.AST]:
        """Everything in a scope that has a binding of the name somewhere inside."""
        key = (scope, name)
        if key not in self._holders:
            holders: set[ast.AST] = set()
            for binding in self.bindings(scope, name):
                at: ast.AST | None = binding
                while at is not None and at is not scope:
                    holders.add(at)
                    at = self._parents.get(at)
            self._holders[key] = holders
        return self._holders[key]

    def _at_any_time(self, name: str, scope: Scope, world: World) -> ast.AST | None:
        """For code that runs later: any binding, if none of them undoes another."""
        bindings = self.bindings(scope, name)
        if len(bindings) > 1 and not self._are_alternatives(name, scope):
            raise UnknownError
        return bindings[world.choose((scope, name), len(bindings))]

    def _are_alternatives(self, name: str, scope: Scope) -> bool:
        key = (scope, name)
        if key not in self._ends:
            ends: set[ast.AST] = set()
            for world in worlds(Patience()):
                try:
                    end = self.at_end(name, scope, world)
                except (UnknownError, ImpossibleError):
                    continue
                if end is not None:
                    ends.add(end)
            self._ends[key] = len(ends) == len(self.bindings(scope, name))
        return self._ends[key]

    # -- backward, statement by statement -----------------------------------------------------

    def _before(self, name: str, at: ast.AST, scope: Scope, world: World) -> ast.AST | None:
        """The binding that code at a place of this scope sees."""
        holders = self._holders_of(name, scope)
        if isinstance(scope, _COMPREHENSIONS):
            return self.bindings(scope, name)[-1]
        node = at
        while True:
            parent = self._parents.get(node)
            named = self._named_beside(node, name, at, holders)
            if named is not None:
                return named
            block = _block_of(parent, node) if parent is not None else self._source.body
            if block is not None and isinstance(node, ast.stmt):
                earlier = block[: _index(block, node)]
                found = self._in_block(earlier, name, scope, world)
                if found is not None:
                    return found
            if parent is scope:
                return _arg(scope, name)
            if parent is not None and parent in holders:
                found = self._around(parent, node, name, scope, world)
                if found is not None:
                    return found
            assert parent is not None
            node = parent

    def _named_beside(
        self, node: ast.AST, name: str, at: ast.AST, holders: set[ast.AST]
    ) -> ast.AST | None:
        """A ``:=`` in the same expression, or in the condition that led here."""
        if node not in holders or not isinstance(node, (ast.expr, ast.stmt)):
            return None
        for child in ast.iter_child_nodes(node):
            if child in holders and isinstance(child, ast.expr) and not self.is_inside(at, child):
                for inner in ast.walk(child):
                    if isinstance(inner, ast.NamedExpr) and inner.target.id == name:
                        return inner.target
        return None

    def _around(
        self, parent: ast.AST, node: ast.AST, name: str, scope: Scope, world: World
    ) -> ast.AST | None:
        """What the statement binds before its block runs."""
        in_body = node in getattr(parent, "body", ()) if isinstance(node, ast.stmt) else False
        if isinstance(parent, _LOOPS) and in_body:
            if any(each in self._holders_of(name, scope) for each in parent.body):
                raise UnknownError  # the turn before may have bound it
            if not isinstance(parent, ast.While):
                return self._bound_in(parent.target, name)
        elif isinstance(parent, (ast.With, ast.AsyncWith)) and in_body:
            for item in reversed(parent.items):
                if item.optional_vars is not None:
                    found = self._bound_in(item.optional_vars, name)
                    if found is not None:
                        return found
        elif isinstance(parent, ast.ExceptHandler):
            return parent if parent.name == name else None
        elif isinstance(parent, _TRY) and isinstance(node, ast.ExceptHandler):
            if world.choose((parent, "before the exception"), 2):
                return self._in_block(parent.body, name, scope, world)  # type: ignore[attr-defined]
        elif isinstance(parent, _TRY) and node not in parent.body:  # type: ignore[attr-defined]
            return self._in_block(parent.body, name, scope, world)  # type: ignore[attr-defined]
        elif isinstance(parent, ast.match_case):
            return self._bound_in(parent.pattern, name)
        return None

    def _bound_in(self, target: ast.AST, name: str) -> ast.AST | None:
        found = [node for node in ast.walk(target) if bound_name(node) == name]
        return found[-1] if found else None

    def _in_block(
        self, block: list[ast.stmt], name: str, scope: Scope, world: World
    ) -> ast.AST | None:
        """The last binding when a whole block has run."""
        holders = self._holders_of(name, scope)
        for statement in reversed(block):
            if statement in holders:
                found = self._in(statement, name, scope, world)
                if found is not None:
                    return found
        return None

    def _in(self, statement: ast.stmt, name: str, scope: Scope, world: World) -> ast.AST | None:
        options = _options(statement)
        if isinstance(statement, ast.Match) and any(
            self._bound_in(case.pattern, name) for case in statement.cases
        ):
            raise UnknownError
        if options is None:
            return self._bound_directly(statement, name, scope)
        for block in _always(statement):
            found = self._in_block(block, name, scope, world)
            if found is not None:
                return found
        chosen = options[world.choose(statement, len(options))]
        if isinstance(statement, _LOOPS) and chosen:
            world.finished.add(statement)
        found = self._in_block(chosen, name, scope, world)
        if found is not None or (isinstance(statement, _LOOPS) and not chosen):
            return found
        return self._bound_directly(statement, name, scope)

    def _bound_directly(self, statement: ast.stmt, name: str, scope: Scope) -> ast.AST | None:
        """What the statement binds outside of its blocks."""
        if bound_name(statement) == name:
            return statement
        if isinstance(statement, (*Function, ast.ClassDef)):
            return None
        homes = set(map(id, self.bindings(scope, name)))
        found = [node for node in _outside_blocks(statement) if id(node) in homes]
        return found[-1] if found else None


def _options(statement: ast.stmt) -> list[list[ast.stmt]] | None:
    """The blocks of which one runs; those that lead elsewhere are none. None of a plain statement."""
    if isinstance(statement, ast.If):
        blocks = [statement.body, statement.orelse]
    elif isinstance(statement, _LOOPS):
        return [statement.body, []]
    elif isinstance(statement, _TRY):
        bodies = [handler.body for handler in statement.handlers]  # type: ignore[attr-defined]
        blocks = [statement.body + statement.orelse, *bodies]  # type: ignore[attr-defined]
    elif isinstance(statement, ast.Match):
        blocks = [*(case.body for case in statement.cases), []]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        return [statement.body]
    else:
        return None
    staying = [block for block in blocks if not block or not isinstance(block[-1], _LEAVING)]
    return staying or [[]]


def _always(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Blocks that run after the others, whatever happened."""
    if isinstance(statement, _TRY):
        yield statement.finalbody  # type: ignore[attr-defined]
    elif isinstance(statement, _LOOPS):
        yield statement.orelse


def _outside_blocks(statement: ast.stmt) -> Iterator[ast.AST]:
    for field, value in ast.iter_fields(statement):
        if field in _BLOCKS:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from ast.walk(each)


def _block_of(parent: ast.AST, node: ast.AST) -> list[ast.stmt] | None:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and node in block:
            return block
    return None


def _index(block: list[ast.stmt], node: ast.AST) -> int:
    return next(index for index, statement in enumerate(block) if statement is node)


def _arg(scope: Scope, name: str) -> ast.AST | None:
    if not isinstance(scope, Function):
        return None
    arguments = scope.args
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return next((each for each in found if each.arg == name), None)


def _has_arg(scope: Scope, name: str) -> bool:
    return _arg(scope, name) is not None
