"""The values a Python file gives away without being run."""

from __future__ import annotations

import ast

from fal._source import Source

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


class Constants:
    """Literals, names the file binds exactly once at its top level, and text put together of these.

    A name that is bound anywhere else as well, in whatever scope, has no value here: better an
    unresolved call, which is said, than a wrong dependency, which is not.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._definitions: dict[str, ast.expr] | None = None

    def value(self, node: ast.expr) -> int | str | None:
        if isinstance(node, ast.Constant):
            value = node.value
            return value if isinstance(value, (int, str)) and not isinstance(value, bool) else None
        if isinstance(node, ast.Name):
            return self._of_name(node.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.value(node.left), self.value(node.right)
            return left + right if isinstance(left, str) and isinstance(right, str) else None
        if isinstance(node, ast.JoinedStr):
            parts = [self.value(part) for part in node.values]
            return None if None in parts else "".join(str(part) for part in parts)
        if isinstance(node, ast.FormattedValue) and node.format_spec is None:
            return self.value(node.value) if node.conversion in (-1, ord("s")) else None
        return None

    def _of_name(self, name: str) -> int | str | None:
        if self._definitions is None:
            self._definitions = _definitions(self._source)
        # Taken out while it is looked at: a constant defined by itself has no value.
        definition = self._definitions.pop(name, None)
        if definition is None:
            return None
        value = self.value(definition)
        self._definitions[name] = definition
        return value


def _definitions(source: Source) -> dict[str, ast.expr]:
    bound: dict[str, int] = {}
    for node in source.nodes:
        attribute = _BINDING.get(node.__class__)
        if attribute and not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
            name = getattr(node, attribute)
            if isinstance(node, ast.alias):
                name = node.asname or node.name.partition(".")[0]
            bound[name] = bound.get(name, 0) + 1
    definitions: dict[str, ast.expr] = {}
    for statement in source.body:
        target: ast.expr | None = None
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        if isinstance(target, ast.Name) and bound[target.id] == 1:
            assert isinstance(statement, (ast.Assign, ast.AnnAssign))
            if statement.value is not None:
                definitions[target.id] = statement.value
    return definitions
