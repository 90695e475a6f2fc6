"""Notebooks as Python: what stays, what goes, and that every line keeps its number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fal._notebook import Cell, NotebookError, neutralise, read_cells


def notebook(path: Path, *cells: dict[str, Any]) -> str:
    file = path / "n.ipynb"
    file.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    return str(file)


def code(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source}


def test_numbers_code_cells_only(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        {"cell_type": "markdown", "source": "# Title"},
        code("a = 1"),
        {"cell_type": "raw", "source": "x"},
        code(["b = 2\n", "\n", "c = 3"]),
        code([]),
    )
    assert read_cells(path) == [Cell(1, "a = 1"), Cell(2, "b = 2\n\nc = 3"), Cell(3, "")]


def test_reads_the_old_format(tmp_path: Path) -> None:
    file = tmp_path / "old.ipynb"
    cells = [{"cell_type": "code", "input": ["a = 1"]}]
    file.write_text(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}))
    assert read_cells(str(file)) == [Cell(1, "a = 1")]


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%init_fal project_dir=. profiles_dir=.\ndf = 1", "\ndf = 1"),
        ("%load_ext faldbt.magics", ""),
        ("!pip install x\n?print\nprint?\nstr.join??  # help", "\n\n\n"),
        ("if a:\n    %matplotlib inline\n    !ls\nb = 1", "if a:\n    pass\n    pass\nb = 1"),
        ("!pip install \\\n  pandas \\\n  numpy\na = 1", "\n\n\na = 1"),
        ("from faldbt.magics import init_fal\na = 1", "\na = 1"),
        ("import faldbt.magics", ""),
        ("from fal.dbt.magics import (\n    init_fal,\n)\na = 1", "\n\n\na = 1"),
        ("if a:\n    from fal.magics import (\n        x)\nb", "if a:\n    pass\n\nb"),
        ("%time df = ref('a')", "df = ref('a')"),
        ("for a in b:\n  %time c(\n    %d\n  )", "for a in b:\n  c(\n    %d\n  )"),
        ("%timeit df.sum()\n%time\na = 1", "\n\na = 1"),
        ("%%time\ndf = 1", "\ndf = 1"),
        ("\n%%capture out\n%%time\n%matplotlib inline\ndf = 1", "\n\n\n\ndf = 1"),
        ("%%bash\nls -l\necho $HOME\n", "\n\n\n"),
        ("%%html\n<b>x</b>", "\n"),
        ("%%writefile a.py\nwrite_to_model(df)", "\n"),
        ("a = 1\r\n%magic\r\nb = 2", "a = 1\n\nb = 2"),
    ],
)
def test_takes_out_what_only_ipython_understands(source: str, python: str) -> None:
    assert neutralise(source) == python


@pytest.mark.parametrize(
    "source",
    [
        "a = 7 % 2",
        "a = 7 \\\n  % 2",
        "a = (7\n% 2)",
        "a = [\n  1\n%\n  2]",
        's = """\n%not magic\n!not shell\nwhat?\n"""',
        "s = '''it's\n%s\n''' % x",
        "s = 'a\\\n%b'",
        "s = r'\\\\' + '''\n%x\n'''",
        "a = \"([\"\n# ( not open \" '''\nb = 1",
        "s = f'{x!r} %s'  # why?",
        "# what?\n# %magic",
        "a = x != y",
        "faldbt = 1\nfrom falx.magics import y\nfrom fal import ref",
        "d = {'%': '!', \"?\": 1}\n",
    ],
)
def test_leaves_python_alone(source: str) -> None:
    assert neutralise(source) == source


def test_recovers_after_a_string_that_is_never_closed() -> None:
    assert neutralise("a = 'x\n%magic\nb = 1") == "a = 'x\n\nb = 1"


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ('{"cells": [', "not valid JSON", 1),
        ('{\n "cells": [}', "not valid JSON", 2),
        ("", "not valid JSON", 1),
        ("[]", "no list of cells", 0),
        ('{"cells": 1}', "no list of cells", 0),
        ('{"cells": [1]}', "no list of cells", 0),
        ('{"worksheets": [{"cells": null}]}', "no list of cells", 0),
        ('{"cells": [{"cell_type": "code", "source": 1}]}', "neither text nor lines", 0),
        ('{"cells": [{"cell_type": "code", "source": [1]}]}', "neither text nor lines", 0),
        ("[" * 100_000, "cannot be read", 0),
    ],
)
def test_says_what_is_wrong_with_a_file(
    tmp_path: Path, content: str, message: str, line: int
) -> None:
    file = tmp_path / "broken.ipynb"
    file.write_text(content)
    with pytest.raises(NotebookError, match=message) as caught:
        read_cells(str(file))
    assert caught.value.line == line


def test_needs_utf8_and_allows_its_mark(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_bytes(b'{"cells": [], "x": "\xe9"}')
    with pytest.raises(NotebookError, match="not UTF-8"):
        read_cells(str(file))
    file.write_bytes(b'\xef\xbb\xbf{"cells": []}')
    assert read_cells(str(file)) == []
