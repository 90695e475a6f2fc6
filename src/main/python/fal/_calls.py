"""What the calls of ``ref``, ``source`` and ``write_to_model`` that a model reaches come to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fal._docstring import is_complete
from fal._evaluator import Evaluator
from fal._flow import CALLED, Application
from fal._modules import Module
from fal._program import Program
from fal._values import UNKNOWN, Argument, Definition, Magic, Member, Partial, arguments_of
from fal._view import Call, Finding, View
from fal._worlds import ImpossibleError, UnknownError, World, worlds

_FOLD = 80
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Calls:
    """Of one model."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def findings(self) -> Iterator[tuple[Module, ast.expr, Finding]]:
        """Of the model's own file first, then of each module in the order it is reached."""
        for module in self._program.reached:
            view = self._program.view(module)
            for application in view.flow.applications:
                if self._program.runs(module, application.node):
                    yield module, application.node, self._finding(module, view, application)

    def _finding(self, module: Module, view: View, application: Application) -> Finding:
        if application.node not in view.findings:
            finding, is_everyones = self._find(module, view, application)
            if not is_everyones:
                return finding
            view.findings[application.node] = finding
        return view.findings[application.node]

    def _find(self, module: Module, view: View, application: Application) -> tuple[Finding, bool]:
        """The finding, and whether it is the same for every model that reaches the place."""
        program = self._program
        program.asked_vars, program.asked_environment = set(), set()
        finding = Finding(
            asked_vars=program.asked_vars, asked_environment=program.asked_environment
        )
        is_everyones = True
        if self._is_cold(module, view, application):
            return finding, True
        for world in worlds(program.patience):
            look = _Look(module, view, Evaluator(program, world), world, finding)
            try:
                look.at(application)
            except ImpossibleError:
                pass
            except (UnknownError, RecursionError):
                finding.is_unresolved = True
            is_everyones = is_everyones and not world.asked_callers
        return finding, is_everyones

    def _is_cold(self, module: Module, view: View, application: Application) -> bool:
        """Whether a name of ours plainly means something else there, as ``source`` often does."""
        node = application.node
        name = node.func if isinstance(node, ast.Call) else node
        if application.how == "map" or not isinstance(name, ast.Name):
            return False
        bindings = module.scopes.nearest(name.id, name)
        if application.how == "call" and bindings and module.scopes.is_global(name.id, name):
            return False  # before that binding the name may have been ours
        is_passed = application.how == "pass" and module is self._program.module
        return bool(bindings) and all(
            view.flow.is_cold(binding, counts_parameters=is_passed) for binding in bindings
        )


@dataclass(frozen=True)
class _Look:
    """At one place in one world; what is found goes into ``finding``."""

    module: Module
    view: View
    evaluator: Evaluator
    world: World
    finding: Finding

    def at(self, application: Application) -> None:
        if application.how == "pass":
            self._passed(application.node)
        elif isinstance(application.node, ast.Call):
            work = self._mapped if application.how == "map" else self._called
            work(application.node)

    def _called(self, call: ast.Call) -> None:
        try:
            function = self.evaluator.value(self.module, call.func)
        except (UnknownError, RecursionError):
            if self.view.flow.is_told_by_name(call.func) and self._may_be_ours(call):
                raise
            return
        self._apply(function, arguments_of(self.module, call), call)

    def _may_be_ours(self, call: ast.Call) -> bool:
        """Whether a name that cannot be followed is not plainly bound to something else."""
        if not isinstance(call.func, ast.Name):
            return True
        try:
            binding = self.module.scopes.find(call.func.id, call.func, self.world)
        except UnknownError:
            return True
        if isinstance(binding, ast.arg):
            return True
        parent = self.module.source.parents.get(binding) if binding is not None else None
        value = getattr(parent, "value", None) or getattr(parent, "iter", None)
        return isinstance(value, ast.expr) and self.view.flow.may_be_magic(value)

    def _mapped(self, call: ast.Call) -> None:
        """``map(ref, names)``: a call for each element."""
        try:
            function = self.evaluator.value(self.module, call.args[0])
        except UnknownError:
            return
        if not _is_read(function):
            return
        try:
            arguments = self._turn(call)
        except UnknownError:
            self.finding.kinds.add(_kind(function))
            raise
        self._apply(function, arguments, call)

    def _turn(self, call: ast.Call) -> tuple[Argument, ...]:
        """What one turn of ``map`` passes."""
        if call.keywords or len(call.args) == 1:
            raise UnknownError
        values = [self.evaluator.value(self.module, each) for each in call.args[1:]]
        turns = list(zip(*map(self.evaluator.elements, values), strict=False))
        turn = turns[self.world.choose(call, len(turns))]
        return tuple(Argument(self.module, None, value) for value in turn)

    def _passed(self, node: ast.expr) -> None:
        """One of the functions itself, handed to code that is not followed."""
        try:
            function = self.evaluator.value(self.module, node)
        except UnknownError:
            return
        if not _is_read(function) or self._is_followed(node):
            return
        self.finding.kinds.add(_kind(function))
        if _kind(function) != "write_to_model":
            raise UnknownError

    def _is_followed(self, node: ast.expr) -> bool:
        """Whether it goes to a function of the project that calls its parameter by one of our names."""
        parent = self.module.source.parents.get(node)
        if isinstance(parent, ast.keyword):
            parent = self.module.source.parents.get(parent)
        if not isinstance(parent, ast.Call):
            return False
        function = self.evaluator.soft(self.module, parent.func)
        if not isinstance(function, Definition) or isinstance(function.node, ast.ClassDef):
            return False
        names = {each.arg for each in ast.walk(function.node) if isinstance(each, ast.arg)}
        return any(name in CALLED for name in names)

    def _apply(self, function: Any, arguments: tuple[Argument, ...], node: ast.expr) -> None:
        while isinstance(function, Partial):
            arguments = (*function.arguments, *arguments)
            function = function.function
        if not isinstance(function, Magic) or function.name not in CALLED:
            return
        if function.name == "write_to_model":
            self.finding.kinds.add(function.name)
            return
        try:
            call = _read(function.name, arguments, self.evaluator)
        except UnknownError:
            self._throw_if_left_out(node)
            self.finding.kinds.add(function.name)
            raise
        self._throw_if_left_out(node)
        self.finding.kinds.add(function.name)
        if call not in self.finding.calls:
            self.finding.calls.append(call)

    def _throw_if_left_out(self, node: ast.AST) -> None:
        """Raises ImpossibleError when a condition around the place excludes it in this world."""
        if not self.world.counts:
            return
        parents = self.module.source.parents
        child, parent = node, parents.get(node)
        while parent is not None or isinstance(child, ast.stmt):
            if isinstance(child, ast.stmt):
                for statement in _before(child, parent, self.module):
                    if _leaves(statement) and self._decides(statement.test, True):
                        raise ImpossibleError
            for test, wanted in _conditions(parent, child):
                if self._decides(test, not wanted):
                    raise ImpossibleError
            if parent is None:
                return
            child, parent = parent, parents.get(parent)

    def _decides(self, test: ast.expr, outcome: bool) -> bool:
        return self.evaluator.decided(self.module, test) is outcome


def _conditions(parent: ast.AST | None, child: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """What has to hold for the child to run."""
    if isinstance(parent, ast.IfExp) and child is not parent.test:
        yield parent.test, child is parent.body
    elif isinstance(parent, ast.If) and isinstance(child, ast.stmt):
        yield parent.test, child in parent.body
    elif not isinstance(child, ast.comprehension):
        for generator in getattr(parent, "generators", ()):
            for test in generator.ifs:
                yield test, True


def _before(child: ast.stmt, parent: ast.AST | None, module: Module) -> Iterator[ast.If]:
    blocks = [module.source.body] if parent is None else []
    if parent is not None:
        blocks = [getattr(parent, name, []) for name in ("body", "orelse", "finalbody")]
    for block in blocks:
        if isinstance(block, list) and child in block:
            for statement in block[: block.index(child)]:
                if isinstance(statement, ast.If):
                    yield statement


def _leaves(statement: ast.If) -> bool:
    return not statement.orelse and isinstance(statement.body[-1], _LEAVING)


def _kind(function: Any) -> str:
    while isinstance(function, Partial):
        function = function.function
    return function.name if isinstance(function, Magic) else ""


def _is_read(function: Any) -> bool:
    return _kind(function) in CALLED


def _read(kind: str, arguments: tuple[Argument, ...], evaluator: Evaluator) -> Call:
    given, keywords = _laid_out(arguments, evaluator)
    if kind == "source":
        given += [keywords[name] for name in ("source_name", "table_name") if name in keywords]
    names = [_plain(evaluator.argument(each), evaluator) for each in given]
    if not is_complete(kind, names):
        raise UnknownError
    text = [repr(name) for name in names]
    version = None
    key = next((key for key in ("v", "version") if key in keywords), None)
    if kind == "ref" and key is not None:
        version = evaluator.argument(keywords[key])
        if version is not None:
            version = _version(version, evaluator)
            text.append(f"{key}={version!r}")
    return Call(kind, tuple(names), version, _text(kind, text), _batches(keywords, evaluator))


def _laid_out(
    arguments: tuple[Argument, ...], evaluator: Evaluator
) -> tuple[list[Argument], dict[str, Argument]]:
    """An expansion of options that only the run knows stands for itself."""
    try:
        return evaluator.arguments(arguments)
    except UnknownError:
        plain = tuple(each for each in arguments if each.name != "**")
        given, keywords = evaluator.arguments(plain)
        return given, {**keywords, "**": Argument(arguments[0].module, None, UNKNOWN)}


def _plain(value: Any, evaluator: Evaluator) -> str:
    if isinstance(value, Member) and evaluator.is_text(value.owner):
        value = value.value
    if not isinstance(value, str):
        raise UnknownError
    return value


def _version(value: Any, evaluator: Evaluator) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _plain(value, evaluator)


def _batches(keywords: dict[str, Argument], evaluator: Evaluator) -> bool:
    """Whether the rows may be asked for batch by batch."""
    if "frame" not in keywords:
        return "**" in keywords
    try:
        return bool(evaluator.argument(keywords["frame"]) == "batches")
    except UnknownError:
        return True


def _text(kind: str, arguments: list[str]) -> str:
    """The call as the old tool's unparser wrote it, which folded lines of 80 columns and more."""
    text = f"{kind}({', '.join(arguments)})"
    if len(text) < _FOLD:
        return text
    if len(arguments) > 1 and len(text) > _FOLD:
        text = f"{kind}({arguments[0]},\n    {', '.join(arguments[1:])})"
    if len(text.rsplit("\n", 1)[-1]) < _FOLD:
        return text
    return f"{text[:-1]}\n    )"
