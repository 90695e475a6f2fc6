"""The dependencies that a module's docstring names, one well-formed call after the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = r"""(?:"[^"\\\n]*"|'[^'\\\n]*')"""
_LITERALS = rf"{_STRING}(?:\s*,\s*(?:(?:v|version)\s*=\s*)?(?:{_STRING}|\d+))*"
_CALLS = {
    kind: re.compile(rf"(?<!\w){kind}\(\s*{_LITERALS}\s*,?\s*\)") for kind in ("ref", "source")
}
_NAMES = {"ref": (1, 2), "source": (2,)}


class Mention(NamedTuple):
    """One call in a docstring; ``line`` counts the docstring's own lines from 0."""

    kind: str
    arguments: list[str]
    version: int | str | None
    text: str
    line: int


def is_complete(kind: str, names: list[str]) -> bool:
    """Whether dbt can make something of a call with these names."""
    return len(names) in _NAMES[kind] and all(names)


def mentions(docstring: str) -> Iterator[Mention]:
    """Line by line, of each line the refs first."""
    for line, text in enumerate(docstring.split("\n")):
        for kind, pattern in _CALLS.items():
            for match in pattern.finditer(text):
                mention = _mention(kind, match.group(), line)
                if mention is not None:
                    yield mention


def _mention(kind: str, text: str, line: int) -> Mention | None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    names = [a.value for a in call.args if isinstance(a, ast.Constant)]
    arguments = [name for name in names if isinstance(name, str)]
    versions = [k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)]
    allowed = 1 if kind == "ref" else 0
    if len(arguments) < len(names) or len(versions) > allowed or not is_complete(kind, arguments):
        return None
    version = versions[0] if versions else None
    assert version is None or isinstance(version, (int, str))
    return Mention(kind, arguments, version, text, line)
