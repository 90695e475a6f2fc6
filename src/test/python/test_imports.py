"""``from fal import …`` outside a run: type checkers, ``python file.py`` and pytest, as docs/python-models.md says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from conftest import PACKAGE, Project

ROOT = PACKAGE.parents[2]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir())
PAGE = (ROOT / "docs" / "python-models.md").read_text(encoding="utf-8")

KINDS = """
from collections.abc import Iterator

import pandas as pd
import polars as pl
import pyarrow as pa
from typing_extensions import assert_type

from fal import context, env_var, ref, source, write_to_model

assert_type(ref("x"), pd.DataFrame)
assert_type(ref("package", "x", version=2, dtypes="arrow"), pd.DataFrame)
assert_type(ref("x", frame="polars"), pl.DataFrame)
assert_type(ref("x", frame="arrow"), pa.Table)
assert_type(ref("x", frame="batches", batch_size=3), Iterator[pd.DataFrame])
assert_type(source("s", "t"), pd.DataFrame)
assert_type(source("s", "t", frame="polars"), pl.DataFrame)
assert_type(source("s", "t", frame="arrow"), pa.Table)
assert_type(source("s", "t", frame="batches"), Iterator[pd.DataFrame])
assert_type(context.ref("x"), pd.DataFrame)
assert_type(env_var("x"), str)

write_to_model(ref("x"), dtype={"a": "int"}, mode="append")
write_to_model(ref("x", frame="polars").lazy())
write_to_model(ref("x", frame="arrow").to_reader())
write_to_model(ref("x", frame="batches"))
write_to_model(frame for frame in [ref("x")])
write_to_model(pd.read_csv("x", chunksize=4))
"""

GLOBALS = """
from fal.dbt.typing import *

from typing_extensions import assert_type
import pandas as pd

import fal.typing
from fal import FalDbt
from fal.dbt.typing import Context, DbtModel

df = ref("orders")
assert_type(df, pd.DataFrame)
write_to_model(df, mode="append")
write_to_source(df, "raw", "events")
assert_type(list_models(), list[DbtModel])
assert_type(context, Context)
name: str = list_tests()[0].name
shop = FalDbt("shop", args_vars={"day": 1})
assert_type(shop.ref("orders", version=2), pd.DataFrame)
assert_type(shop.models, list[DbtModel])
shop.write_to_model(df, "package", "model", mode="overwrite")
"""

GLOBALS_MISTAKES = """
from fal.typing import *
from fal import FalDbt

ref(1)
write_to_model()
write_to_source(ref("a"), "raw")
nothing()
FalDbt().write_to_model(ref("a"))
FalDbt().ref("a", frame="arow")
"""

MISTAKES = """
from fal import ref, source, write_to_model

ref("x", frame="arow")
ref("x", frame="arrow", batch_size=1)
source("x")
write_to_model({"a": [1]})
write_to_model(None)
write_to_model(ref("x"), mode="apend")
"""


def python(
    *arguments: str, folder: Path, executable: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """As a user whose Python knows of fal's package."""
    return subprocess.run(
        [executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("mypy"))


def mypy(folder: Path, cache: str) -> str:
    """What the strict type checker says of a folder's files, the packages of examples not being here."""
    options = ["--strict", "--ignore-missing-imports", "--config-file=", f"--cache-dir={cache}"]
    files = map(str, sorted(folder.rglob("*.py")))
    return python("-m", "mypy", *options, "--no-error-summary", *files, folder=folder).stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_strict_type_checker_passes_on_every_example(example: str, mypy_cache: str) -> None:
    assert mypy(ROOT / "examples" / example, mypy_cache) == ""


def test_a_type_checker_knows_what_comes_and_what_may_go(tmp_path: Path, mypy_cache: str) -> None:
    (tmp_path / "kinds.py").write_text(KINDS)
    assert mypy(tmp_path, mypy_cache) == ""


def test_a_type_checker_finds_every_mistake(tmp_path: Path, mypy_cache: str) -> None:
    (tmp_path / "mistakes.py").write_text(MISTAKES)
    found = re.findall(r"mistakes\.py:(\d+): error: ", mypy(tmp_path, mypy_cache))
    assert found == ["4", "5", "6", "7", "8", "9"]


def test_a_type_checker_knows_a_scripts_globals(tmp_path: Path, mypy_cache: str) -> None:
    (tmp_path / "globals.py").write_text(GLOBALS)
    assert mypy(tmp_path, mypy_cache) == ""
    (tmp_path / "globals.py").write_text(GLOBALS_MISTAKES)
    found = re.findall(r"globals\.py:(\d+): error: ", mypy(tmp_path, mypy_cache))
    assert found == ["5", "6", "7", "8", "9", "10"]


def test_a_strict_type_checker_passes_on_the_page_about_applications(
    tmp_path: Path, mypy_cache: str
) -> None:
    page = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
    *pieces, script = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "application.py").write_text("\n".join(pieces))
    (tmp_path / "script.py").write_text(script)
    assert len(pieces) == 4
    assert mypy(tmp_path, mypy_cache) == ""


def test_importing_fal_imports_no_packages(tmp_path: Path) -> None:
    code = (
        "import sys, fal; print(sorted({'numpy', 'pandas', 'polars', 'pyarrow'} & {*sys.modules}))"
    )
    assert python("-c", code, folder=tmp_path).stdout == "[]\n"


def test_a_model_run_as_a_script_says_how_to_run_it() -> None:
    result = python("models/model_b.py", folder=ROOT / "examples" / "quickstart")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "fal.FalError: ref() works only while fal runs this file: `fal flow run --select <model>`."
        " In a notebook or an application FalDbt() has the same functions."
    )
    assert 'models/model_b.py", line 3, in <module>' in result.stderr


def test_the_pages_test_of_a_model_passes(tmp_path: Path) -> None:
    model = (ROOT / "examples" / "quickstart" / "models" / "model_b.py").read_text()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "model_b.py").write_text(model)
    (tmp_path / "test_model_b.py").write_text(snippet("python", "def test_"))
    result = python("-m", "pytest", "-p", "no:cacheprovider", folder=tmp_path)
    assert "1 passed" in result.stdout, result.stdout

    (tmp_path / "models" / "model_b.py").write_text(model.replace("= 1", "= 2"))
    assert "1 failed" in python("-m", "pytest", folder=tmp_path).stdout


def test_the_pages_command_lets_an_environment_import_fal(tmp_path: Path) -> None:
    cache = tmp_path / "cache with blanks"
    (cache / "package").mkdir(parents=True)
    (cache / "package" / "current").symlink_to(PACKAGE)
    venv.create(tmp_path / "venv", symlinks=True)
    bin_folder = tmp_path / "venv" / "bin"
    variables = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "FAL_CACHE_DIR": str(cache)}
    subprocess.run(["sh", "-euc", snippet("sh", "fal.pth")], check=True, env=variables)
    imported = subprocess.run(
        [bin_folder / "python", "-c", "import fal; print(fal.__file__)"],
        env=variables,
        capture_output=True,
        text=True,
    )
    assert imported.stdout == f"{cache}/package/current/fal/__init__.py\n", imported.stderr


def snippet(language: str, holding: str) -> str:
    """The page's one piece of code that has this in it."""
    pieces = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [piece for piece in pieces if holding in piece]
    return str(found)


def test_a_module_of_the_name_of_pythons_own_is_pythons(project: Project) -> None:
    project.file("models/calendar.py", "MINE = True\n")
    result = project.model("import calendar\nprint(hasattr(calendar, 'MINE'))")
    assert result.stdout == "False\n"
