"""A line more in a docstring, and nothing else changed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fal import _add_dependency
from fal._add_dependency import Unfixable, add

CALL = "ref('b')"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", '"""\n- ref(\'b\')\n"""\n\nx = 1\n'),
        (
            "#!/usr/bin/env python\n# mine\n\nx = 1\n",
            '#!/usr/bin/env python\n# mine\n\n"""\n- ref(\'b\')\n"""\n\nx = 1\n',
        ),
        ('"""Orders."""\nx = 1\n', '"""Orders.\n\n- ref(\'b\')\n"""\nx = 1\n'),
        ('"""Orders.\n"""\nx = 1\n', '"""Orders.\n\n- ref(\'b\')\n"""\nx = 1\n'),
        (
            '"""Orders.\n\n  * ref("a")\n  * source("s", "t") too\n\nThat is all.\n"""\n',
            '"""Orders.\n\n  * ref("a")\n  * source("s", "t") too\n  * ref(\'b\')\n\nThat is all.\n"""\n',
        ),
        ('"""\nref("a")\n"""\n', '"""\nref("a")\n- ref(\'b\')\n"""\n'),
        ('"""Reads ref("a")."""\n', '"""Reads ref("a").\n\n- ref(\'b\')\n"""\n'),
        ("r'''Raw \\d'''\n", "r'''Raw \\d\n\n- ref('b')\n'''\n"),
        ("'Short \\\\ one'  # why\n", '"""Short \\\\ one\n\n- ref(\'b\')\n"""  # why\n'),
        ('"one "\\\n"two"\nx = 1\n', '"""one two\n\n- ref(\'b\')\n"""\nx = 1\n'),
        ('"""Größe: ä."""; x = 1\n', '"""Größe: ä.\n\n- ref(\'b\')\n"""; x = 1\n'),
        ("", '"""\n- ref(\'b\')\n"""\n'),
    ],
)
def test_only_the_line_is_added(before: str, after: str) -> None:
    added = add(before, CALL)
    assert added.text == after
    assert CALL in after.split("\n")[added.line - 1]
    assert CALL in (ast.get_docstring(ast.parse(after)) or "")
    assert ast.dump(ast.parse(before)).count("Assign") == ast.dump(ast.parse(after)).count("Assign")


def test_another_one_follows_the_first() -> None:
    once = add("x = 1\n", "ref('a')").text
    assert add(once, CALL).text == '"""\n- ref(\'a\')\n- ref(\'b\')\n"""\n\nx = 1\n'


@pytest.mark.parametrize("source", ["x = (\n", '("in brackets"\n)\n', '\'says """ so\'\n'])
def test_what_cannot_be_changed_safely_is_not(source: str) -> None:
    with pytest.raises(Unfixable):
        add(source, CALL)


def run(path: Path) -> dict[str, object]:
    command = [sys.executable, "-I", "-S", _add_dependency.__file__, str(path), CALL]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_encoding_line_ends_mode_and_links_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.py"
    real.write_bytes("# coding: latin-1\r\n'''Größe'''\r\nx = 1\r\n".encode("latin-1"))
    real.chmod(0o640)
    link = tmp_path / "model.py"
    link.symlink_to(real)
    assert run(link) == {"line": 4, "cell": None}
    expected = "# coding: latin-1\r\n'''Größe\r\n\r\n- ref('b')\r\n'''\r\nx = 1\r\n"
    assert real.read_bytes() == expected.encode("latin-1")
    assert real.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.py", "real.py"]


def test_a_notebook_keeps_its_layout(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Größe"]},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["%matplotlib inline\n"],
        },
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": 3,
            "source": ["!ls\n", "x = 1\n", "y = 2"],
        },
    ]
    notebook = {"cells": cells, "metadata": {"a": 1}, "nbformat": 4, "nbformat_minor": 5}
    file = tmp_path / "model.ipynb"
    file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert run(file) == {"line": 2, "cell": 2}
    cells[2]["source"] = ['"""\n', "- ref('b')\n", '"""\n', "\n", "!ls\n", "x = 1\n", "y = 2"]
    assert (
        file.read_text(encoding="utf-8")
        == json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    )


def test_a_file_that_is_left_says_why(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text("x = (\n")
    assert str(run(file)["problem"]).startswith("it can't be parsed")
    assert file.read_text() == "x = (\n"
