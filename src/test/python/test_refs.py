"""The corpus of ``src/test/projects/refs``: each case is analysed, and run in a real worker; its README says how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from conftest import PACKAGE, Project

CORPUS = Path(__file__).resolve().parents[1] / "projects" / "refs"


@dataclass
class Case:
    """One case; ``finds`` are its expectations as written."""

    name: str
    files: dict[str, str]
    finds: list[str]
    vars: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> str:
        return next(file for file in self.files if file.startswith("models/m."))

    def expected(self, *kinds: str) -> list[str]:
        return sorted(line for line in self.finds if line.split(" ", 1)[1].startswith(kinds))

    @property
    def declared(self) -> list[str]:
        lines = [line for line in self.expected("ref(", "source(") if line[0] != "!"]
        return sorted(line.replace("? ", " ", 1) for line in lines)

    @property
    def runs(self) -> set[str]:
        lines = self.expected("ref(", "source(")
        return {line.split(" ", 1)[1] for line in lines if "? " not in line.split("(")[0] + " "}


def cases() -> Iterator[Case]:
    for corpus in sorted(CORPUS.glob("*.txt")):
        for text in corpus.read_text(encoding="utf-8").split("=== ")[1:]:
            name, _, rest = text.partition("\n")
            first, *sections = rest.split("\n--- ")
            files = {"models/m.py": first + "\n"} if not first.startswith("--- ") else {}
            if not files:
                sections = [first.removeprefix("--- "), *sections]
            case = Case(f"{corpus.stem}: {name}", files, [])
            for section in sections:
                title, _, body = section.partition("\n")
                if title == "finds":
                    case.finds = body.strip().splitlines()
                elif title in ("vars", "env"):
                    setattr(case, title, json.loads(body))
                else:
                    files[title] = body + "\n"
            yield case


CASES = list(cases())


def written(case: Case, folder: Path) -> None:
    for file, text in case.files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def analysed(case: Case, folder: Path) -> dict[str, Any]:
    helpers = [file for file in case.files if file.endswith(".py") and file != case.model]
    modules = {str(folder / file): file for file in helpers}
    question = {
        "path": str(folder / case.model),
        "file": case.model,
        "search": [str(folder / "models"), str(folder)],
    }
    lines = [{"modules": modules, "vars": case.vars}, question]
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PACKAGE / "fal" / "_analysis.py")],
        input="".join(json.dumps(line) + "\n" for line in lines).encode(),
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, **case.env},
    )
    assert done.stderr == b""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def place(where: dict[str, Any], case: Case) -> str:
    file = "" if where["file"] == case.model else f"{where['file']}:"
    cell = f"[{where['cell']}]" if where["cell"] else ""
    return f"{file}{cell}{where['line']}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_finds_what_the_case_says(case: Case, tmp_path: Path) -> None:
    written(case, tmp_path)
    answer = analysed(case, tmp_path)
    assert answer["problems"] == []
    found = [f"{place(each, case)} {each['text']}" for each in answer["dependencies"]]
    assert sorted(found) == case.declared
    unresolved = [f"{place(each, case)} unresolved" for each in answer["unresolved"]]
    assert sorted(unresolved) == case.expected("unresolved")
    assert [f"{place(each, case)} write" for each in answer["writes"]] == case.expected("write")
    origins = {each["origin"] for each in answer["dependencies"] if each["file"] != case.model}
    assert origins <= {"helper"}


class AnyTable(dict[str, pa.Table]):
    """Whatever is asked for is there."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> pa.Table:
        return pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})


def text(message: dict[str, Any]) -> str:
    words = [repr(name) for name in message["arguments"]]
    if message["version"] is not None:
        words.append(f"v={message['version']}")
    return f"{message['kind']}({', '.join(words)})"


def same(call: str) -> str:
    """A call as the worker asks for it, whose versions are texts."""
    name, separator, version = call.replace("version=", "v=").partition("v=")
    return (name + separator + version.replace("'", "")).replace('"a"', "'a'")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reads_what_was_declared_when_it_runs(
    case: Case, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(case, project.folder)
    for name, value in case.env.items():  # the fork server has its environment already
        lines = f"import os; os.environ[{name!r}] = {value!r}\n"
        (project.folder / case.model).write_text(lines + case.files[case.model])
    result = project.run(case.model, AnyTable(), vars=case.vars)
    assert result.last["type"] == "done", result.last["error"]["traceback"]
    read = {text(each) for each in result.messages if each["type"] in ("read", "stream")}
    assert read == {same(call) for call in case.runs}
    writes = [each for each in result.messages if each["type"] == "write"]
    assert len(writes) == len(case.expected("write"))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)
