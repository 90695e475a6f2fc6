"""What write_to_model() refuses, and what it does when memory runs out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import Project, write


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("df = [1]", "it was given a list (pandas.DataFrame(rows) makes a frame of it)"),
        ("df = None", "it was given a NoneType (a method called with inplace=True"),
        ("df = pd.Series([1])", "Series (series.to_frame() makes a frame of it)"),
        ("df = pd.DataFrame({'a': [1]}).groupby('a')", "DataFrameGroupBy (call .agg()"),
        ("df = pd.DataFrame()", "it has no columns"),
        ("df = pa.table({})", "it has no columns"),
        ("df = pd.DataFrame([[1, 2]], columns=['a', 'a'])", "more than one column is called 'a'"),
        ("df = pa.Table.from_arrays([pa.array([1])] * 2, ['a', 'a'])", "is called 'a'"),
        ("df = pd.DataFrame([[1, 2]])", "`df.columns = df.columns.astype(str)` makes them so"),
        ("df = pd.DataFrame({('a', 'b'): [1]})", '"_".join'),
        (
            "df = pd.DataFrame({'m': [None, 1, 2, 'x', 3]})",
            "column 'm' mixes types: int in row 1 (1), str in row 3 ('x'); .astype(…) makes them one",
        ),
        (
            "df = pd.DataFrame({'m': pd.Series([b'a', 'b'], index=['x', 'y'])})",
            "bytes in row 0 (index 'x') (b'a'), str in row 1 (index 'y') ('b')",
        ),
        ("df = pd.DataFrame({'m': [True, 1]}, dtype=object)", "bool in row 0 (True), int in row 1"),
        ("df = pd.DataFrame({'m': [Decimal(1), 1.5]})", "decimal.Decimal in row 0"),
        (
            "df = pd.DataFrame({'m': [datetime.date(2024, 1, 1), pd.Timestamp(0)]}, dtype=object)",
            "datetime.date in row 0",
        ),
        (
            "class Thing: pass\ndf = pd.DataFrame({'m': [None, Thing()]})",
            "column 'm': row 1 holds a __main__.Thing, which can't be written to a table",
        ),
        ("df = pd.DataFrame({'m': [1j]})", "column 'm': complex128 can't be written to a table"),
        ("df = pd.DataFrame({'m': [10**40]})", "integers of more than 38 digits"),
        ("df = pd.DataFrame({'m': [[1], ['x']]})", "column 'm'"),
    ],
)
def test_refuses_what_is_no_table(project: Project, frame: str, message: str) -> None:
    result = write(project, frame)
    assert message in result.message
    last = result.error["frames"][-1]
    assert (last["text"], last["name"]) == ("write_to_model(df)", "<module>")
    assert result.error["class"] in ("fal.FalError", "fal.FalTypeError")
    assert not list((project.folder / "data").iterdir())


def test_tells_all_problems_of_a_frame_at_once(project: Project) -> None:
    message = write(project, "df = pd.DataFrame({1: [1, 2], 'm': [1, 'x'], 'c': [1j, 2]})").message
    assert message.startswith("write_to_model() can't write this frame, for 3 reasons:\n  - ")
    assert "column names that aren't text: 1" in message
    assert "column 'm' mixes" in message and "column 'c': complex128" in message


@pytest.mark.parametrize(
    ("call", "name", "message"),
    [
        ("write_to_model(df, 'x')", "TypeError", "takes 1 positional argument but 2 were given"),
        (
            "write_to_model(df, mode='merge')",
            "fal.FalError",
            "the modes are 'overwrite' and 'append'",
        ),
        ("write_to_model(df, mode=None)", "fal.FalError", "the modes are"),
        ("write_to_model(df, dtype={'z': 'int'})", "fal.FalError", "doesn't have: 'z'"),
        ("write_to_model(df, dtype=['int'])", "fal.FalTypeError", "takes a map"),
        ("write_to_model()", "TypeError", "missing 1 required positional argument"),
    ],
)
def test_refuses_wrong_calls(project: Project, call: str, name: str, message: str) -> None:
    result = project.model(f"import pandas as pd\ndf = pd.DataFrame({{'a': [1]}})\n{call}\n")
    assert result.error["class"] == name
    assert message in result.message
    assert result.error["frames"][-1]["line"] == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """4 MB of shared memory, as containers have 64."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "fal", str(folder)], check=False
    )
    if made.returncode != 0:
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_shared_memory_is_no_error(project: Project, small_disk: Path) -> None:
    frame = "df = pd.DataFrame({'a': np.arange(2_000_000), 'b': ['x'] * 2_000_000})"
    result = write(project, frame, data_dir=str(small_disk))
    table = result.written()
    assert table.num_rows == 2_000_000
    assert table.column("a").to_pylist()[-1] == 1_999_999
    assert not any(file.startswith(str(small_disk)) for file in result.write["files"])
    assert result.file_modes == {0o600}
    assert os.listdir(small_disk) == []
    assert result.notices == []


def test_a_reader_goes_on_where_the_shared_memory_ended(project: Project, small_disk: Path) -> None:
    frame = """
def batches():
    for i in range(20):
        yield pa.record_batch({'a': np.full(50_000, i)})
df = pa.RecordBatchReader.from_batches(pa.schema({'a': pa.int64()}), batches())
"""
    table = write(project, frame, data_dir=str(small_disk)).written()
    assert table.column("a").to_pylist() == [i for i in range(20) for _ in range(50_000)]


def test_no_room_anywhere_is_an_error_that_says_where(project: Project, small_disk: Path) -> None:
    frame = "df = pd.DataFrame({'a': np.arange(2_000_000)})"
    result = write(project, frame, data_dir=str(small_disk), spill_dir=str(small_disk))
    assert "found no room for the frame" in result.message and str(small_disk) in result.message
    assert os.listdir(small_disk) == []
