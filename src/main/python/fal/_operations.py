"""What may be done with known values: Python's own operations, where they are pure and their results are small."""

from __future__ import annotations

import ast
import operator
import os
import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from fal._worlds import UnknownError

_SCALARS = (str, int, float, bool, type(None), PurePath)
_LARGEST = 2_000
_WIDE = re.compile(r"%[-+ #0]*(\*|[\d.]*\d{4})|\{[^{}]*(\{|:[^{}]*\d{4})")
_WIDENING = frozenset(("ljust", "rjust", "center", "zfill", "expandtabs"))

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
}
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}

# Of what they get these look at the shape alone: an element that is not known may pass through.
_SHAPING: dict[str, Callable[..., Any]] = {
    "builtins.list": list,
    "builtins.tuple": tuple,
    "builtins.set": lambda many=(): list(dict.fromkeys(many)),
    "builtins.frozenset": lambda many=(): list(dict.fromkeys(many)),
    "builtins.dict": dict,
    "builtins.enumerate": lambda many, start=0: list(enumerate(many, start)),
    "builtins.zip": lambda *many, strict=False: list(zip(*many)),  # noqa: B905 - as the model says
    "builtins.reversed": lambda many: list(reversed(many)),
    "builtins.len": len,
    "builtins.range": range,
}
_PURE: dict[str, Callable[..., Any]] = {
    "builtins.str": str,
    "builtins.repr": repr,
    "builtins.int": int,
    "builtins.bool": bool,
    "builtins.format": format,
    "builtins.sorted": sorted,
    "builtins.min": min,
    "builtins.max": max,
    "pathlib.Path": PurePath,
    "pathlib.PurePath": PurePath,
    "os.fspath": os.fspath,
    "os.path.basename": os.path.basename,
    "os.path.dirname": os.path.dirname,
    "os.path.splitext": os.path.splitext,
    "os.path.split": os.path.split,
    "os.path.join": os.path.join,
    "os.path.abspath": lambda path: path if os.path.isabs(path) else _unknown(),
    "os.path.realpath": lambda path: path if os.path.isabs(path) else _unknown(),
}
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(name for name in dir(str) if name[0] != "_"),
    dict: frozenset(("get", "items", "keys", "values", "copy")),
    list: frozenset(("index", "count", "copy")),
    tuple: frozenset(("index", "count")),
    PurePath: frozenset(("with_suffix", "with_name", "with_stem", "joinpath", "as_posix")),
}
_ATTRIBUTES = frozenset(("stem", "name", "suffix", "parent", "parts", "parents", "suffixes"))
MUTATORS = frozenset(
    ("append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault", "popitem")
) | frozenset(("add", "discard", "sort", "reverse", "difference_update", "intersection_update"))


def _unknown() -> Any:
    raise UnknownError


def is_scalar(value: Any) -> bool:
    """Whether nothing in it can be unknown."""
    return isinstance(value, _SCALARS)


def is_known(value: Any) -> bool:
    """Whether it is made of plain values all the way down."""
    if isinstance(value, dict):
        return all(is_known(each) for pair in value.items() for each in pair)
    if isinstance(value, (list, tuple)):
        return all(map(is_known, value))
    return isinstance(value, (range, *_SCALARS))


def binary(kind: type[ast.AST], left: Any, right: Any) -> Any:
    """``left + right`` and the like."""
    if isinstance(left, list) and isinstance(right, list) and kind is ast.Add:
        return left + right
    if kind is ast.Mult and _is_wide((left, right)):
        raise UnknownError
    if kind is ast.Mod and isinstance(left, str) and _WIDE.search(left):
        raise UnknownError
    return _small(_BINARY.get(kind), left, right)


def unary(kind: type[ast.AST], value: Any) -> Any:
    return _small(_UNARY.get(kind), value)


def compare(kind: type[ast.AST], left: Any, right: Any) -> bool:
    return bool(_small(_COMPARE.get(kind), left, right))


def text(value: Any, conversion: int, spec: str) -> str:
    """A replacement field of an f-string."""
    if conversion == ord("r"):
        value = _small(repr, value)
    elif conversion == ord("a"):
        value = _small(ascii, value)
    elif conversion == ord("s"):
        value = _small(str, value)
    if _WIDE.search("{:" + spec):
        raise UnknownError
    return str(_small(format, value, spec))


def has_attribute(value: Any, name: str) -> bool:
    return isinstance(value, PurePath) and name in _ATTRIBUTES


def attribute(value: Any, name: str) -> Any:
    found = getattr(value, name)
    return list(found) if name == "parents" else found


def method(value: Any, name: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Any:
    """``value.name(…)`` of a text, a container or a path."""
    for kind, names in _METHODS.items():
        if isinstance(value, kind) and name in names:
            if kind is dict:
                found = getattr(value, name)(*arguments, **keywords)
                return list(found) if name in ("items", "keys", "values") else found
            if name in _WIDENING and _is_wide(arguments):
                raise UnknownError
            if name in ("format", "format_map") and _WIDE.search(str(value)):
                raise UnknownError
            return _small(getattr(value, name), *arguments, of=value, **keywords)
    raise UnknownError


def call(name: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Any:
    """A function by its dotted name."""
    if name in _SHAPING:
        try:
            if name == "builtins.range" and (not is_known(arguments) or _is_wide(arguments)):
                raise UnknownError
            return _SHAPING[name](*arguments, **keywords)
        except (TypeError, ValueError) as error:
            raise UnknownError from error
    return _small(_PURE.get(name), *arguments, **keywords)


def _small(operation: Callable[..., Any] | None, *arguments: Any, of: Any = "", **more: Any) -> Any:
    """The result; unknown when the operation fails, or when an operand is not plain or not small."""
    operands = [*arguments, *more.values()]
    if operation is None or not all(map(is_known, (of, *operands))):
        raise UnknownError
    if not _is_small([of, *operands]):
        raise UnknownError
    try:
        return operation(*arguments, **more)
    except Exception as error:  # what the run will raise in its turn
        raise UnknownError from error


def _is_small(values: Any) -> bool:
    for value in values:
        if isinstance(value, (str, list, tuple, dict, range)) and len(value) > _LARGEST:
            return False
        if isinstance(value, (list, tuple)) and not _is_small(value):
            return False
        if isinstance(value, int) and abs(value) > _LARGEST**5:
            return False
    return True


def _is_wide(values: Any) -> bool:
    return any(isinstance(value, int) and abs(value) > _LARGEST for value in values)
