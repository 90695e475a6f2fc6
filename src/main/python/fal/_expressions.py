"""What literals are worth, and what is put together of other expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from fal import _operations as operations
from fal._evaluation import Evaluation, Work
from fal._values import UNKNOWN, Definition
from fal._worlds import ImpossibleError, UnknownError

if TYPE_CHECKING:
    from fal._modules import Module


class Expressions(Evaluation):
    """Literals, operators, texts and comprehensions."""

    def _constant(self, module: Module, node: ast.Constant) -> Any:
        if not operations.is_scalar(node.value):
            raise UnknownError
        return node.value

    def _sequence(self, module: Module, node: ast.Tuple | ast.List | ast.Set) -> Any:
        values: list[Any] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                values += self.elements(self.value(module, element.value))
            elif isinstance(element, ast.Constant) and operations.is_scalar(element.value):
                values.append(element.value)  # costs no step: a list of names may be long
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
            decided = self.world.choose(node, 2) == 0
        return self.value(module, node.body if decided else node.orelse)

    def decided(self, module: Module, test: ast.expr) -> bool | None:
        """What a condition comes to by the choices made so far; None when it depends on more."""
        before, self.world.asked_again = self.world.asked_again, False
        chosen = len(self.world.counts)
        try:
            value = self.value(module, test)
            known = operations.is_known(value) and len(self.world.counts) == chosen
            return bool(value) if known and self.world.asked_again else None
        except (UnknownError, ImpossibleError):
            return None
        finally:
            self.world.asked_again = before

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
        if self.world.has_chosen(first):
            raise UnknownError  # asked for from inside itself
        for index in range(len(self.elements(self.value(module, first.iter)))):
            with self.world.given(first, index):
                tests = [self.soft(module, test) for test in first.ifs]
                if all(test is UNKNOWN or bool(test) for test in tests):
                    yield from self._turns(module, node, rest)

    def _named(self, module: Module, node: ast.NamedExpr) -> Any:
        return self.value(module, node.value)

    def _lambda(self, module: Module, node: ast.Lambda) -> Definition:
        return Definition(module, node)

    WORK: ClassVar[Mapping[type[ast.expr], Work]] = {
        ast.Constant: _constant,
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


def _unique(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
