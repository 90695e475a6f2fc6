"""Frames read and written piece by piece: the rules of docs/types.md for batches."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from conftest import Project, write
from fal import _arrow_file

KEY = b"fal:database_type"
ROW_GROUP = _arrow_file.ROWS


def numbers(count: int) -> dict[str, pa.Table]:
    return {"t": pa.table({"i": pa.array(range(count), pa.int32())})}


def test_a_table_is_read_in_batches_of_the_size_asked_for(project: Project) -> None:
    text = "print([len(df) for df in ref('t', frame='batches'%s)])"
    for size, lengths in {"": [ROW_GROUP, 1], ", batch_size=100_000": [100_000, 22_881]}.items():
        result = project.model(text % size, numbers(ROW_GROUP + 1))
        assert result.stdout.strip() == str(lengths)
    small = project.model(text % ", batch_size=4", numbers(10))
    assert small.stdout.strip() == "[4, 4, 2]"
    assert [each["type"] for each in small.messages].count("next") == 2  # not one for each


def test_a_part_is_asked_for_when_the_one_before_is_used_up(project: Project) -> None:
    text = "batches = ref('t', frame='batches')\nnext(batches)\n"
    result = project.model(text, numbers(3 * ROW_GROUP))
    assert [each["type"] for each in result.messages] == ["stream", "next", "done"]


def test_an_empty_table_is_one_batch_with_its_columns(project: Project) -> None:
    text = "print([(len(df), list(df)) for df in ref('t', frame='batches')])"
    assert project.model(text, numbers(0)).stdout.strip() == "[(0, ['i'])]"


@pytest.mark.parametrize("dtypes", ["default", "exact", "numpy", "arrow"])
def test_every_batch_has_the_same_dtypes(project: Project, dtypes: str) -> None:
    """Each column holds in one batch what would give its frame another dtype than in the other."""
    columns = {
        "i": (pa.int32(), [1, 2, None, 4]),
        "u": (pa.uint64(), [1, 2, None, 2**64 - 1]),
        "b": (pa.bool_(), [True, False, None, True]),
        "wide": (pa.decimal128(38, 2), [Decimal(1), Decimal(2), None, Decimal("1.25")]),
        "d": (pa.decimal128(9, 2), [Decimal(1), Decimal(2), None, Decimal("1.25")]),
        "s": (pa.string(), [None, None, "x", "y"]),
        "day": (pa.date32(), [None, None, 1, 2]),
        "e": (pa.dictionary(pa.int8(), pa.string()), ["a", "a", "b", None]),
    }
    table = pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})
    unlimited = pa.field("n", pa.string(), metadata={KEY: b"numeric"})
    table = table.append_column(unlimited, pa.array(["1", "2", "NaN", "1.005"]))
    text = f"""
    batches = ref('t', frame='batches', batch_size=2, dtypes='{dtypes}')
    one, other = [df.dtypes.to_dict() for df in batches]
    assert one == other, [(name, one[name], other[name]) for name in one if one[name] != other[name]]
    print({{name: str(one[name]) for name in one}})
    """
    result = project.model(text, {"t": table})
    assert result.last["type"] == "done", result.last["error"]["traceback"]
    given = eval(result.stdout)
    expected = {
        "default": {"i": "Int64", "u": "UInt64", "b": "boolean", "wide": "float64", "n": "float64"},
        "exact": {"i": "Int32", "u": "UInt64", "b": "boolean", "wide": "object", "n": "object"},
        "numpy": {"i": "float64", "u": "float64", "b": "object", "wide": "float64", "n": "float64"},
        "arrow": {"i": "int32[pyarrow]", "n": "double[pyarrow]"},
    }
    assert given.items() >= expected[dtypes].items()


def test_parts_are_handed_over_as_they_are_made(project: Project) -> None:
    """Each part of a row group is taken before the next is begun; short frames go together."""
    text = """
    import pandas as pd
    def frames():
        df = pd.DataFrame({'a': range(60_000)})
        for number in range(5):
            yield df
            df['a'] += 60_000  # the frame is the model's own again
    write_to_model(frames())
    """
    result = project.model(text)
    assert result.written().column("a").to_pylist() == list(range(300_000))
    handed = [each["number"] for each in result.messages if each["type"] == "part"]
    assert handed == [1, 2]
    assert result.write["files"] == []
    assert os.listdir(project.folder / "data") == []


def test_any_frame_may_be_a_part(project: Project) -> None:
    pytest.importorskip("polars")
    frame = """
import polars as pl
df = iter([
    pd.DataFrame({'a': [1], 's': ['x']}),
    pl.DataFrame({'s': ['y'], 'a': [2]}),
    pa.table({'a': [3], 's': ['z']}),
    pa.record_batch({'a': pa.array([None], pa.int64()), 's': [None]}),
])
"""
    rows = write(project, frame).written().to_pylist()
    assert [(row["a"], row["s"]) for row in rows] == [(1, "x"), (2, "y"), (3, "z"), (None, None)]


def test_a_batch_that_is_not_changed_goes_back_in_its_type(project: Project) -> None:
    result = project.model("write_to_model(ref('t', frame='batches', batch_size=3))", numbers(10))
    assert result.written() == numbers(10)["t"]


def test_later_parts_take_the_types_of_the_first(project: Project) -> None:
    frame = "df = (pd.DataFrame({'f': [x], 'n': [x]}) for x in (0.5, None, 2))"
    assert write(project, frame).written().column("f").to_pylist() == [0.5, None, 2.0]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("{'a': [1]}", "column 'b' is not in it, and the first part has it"),
        ("{'a': [1], 'b': [1], 'c': [1]}", "it has a column 'c', and the first part has none"),
        ("{'a': ['x'], 'b': [1]}", "string that don't fit int64, which it is in the first part"),
        ("{'a': [1.5], 'b': [1]}", "column 'a' has values of double that don't fit int64"),
        ("{'a': [1, 'x'], 'b': [1, 1]}", "column 'a' mixes types"),
    ],
)
def test_a_part_that_differs_is_an_error_that_names_it(
    project: Project, second: str, message: str
) -> None:
    frame = f"df = (pd.DataFrame(each) for each in ({{'a': [1], 'b': [1]}}, {second}))"
    result = write(project, frame)
    assert result.error["code"] == "bad-frame"
    assert result.message.startswith("part 2: ")
    assert message in result.message
    assert os.listdir(project.folder / "data") == []


def test_dtype_gives_a_column_the_type_that_its_first_part_does_not_tell(project: Project) -> None:
    frame = "df = (pd.DataFrame({'a': [x]}) for x in (None, 5))"
    result = write(project, frame)
    assert "having no values there; dtype={'a': …} names its type" in result.message
    text = "import pandas as pd\nwrite_to_model((pd.DataFrame({'a': [x]}) for x in (None, 5)), dtype={'a': 'bigint'})"
    assert project.model(text).written().column("a").to_pylist() == [None, 5]


def test_dtype_makes_room_in_a_column_that_was_read(project: Project) -> None:
    text = """
    def doubled():
        for df in ref('t', frame='batches', batch_size=1):
            df['i'] *= 10**9
            yield df
    write_to_model(doubled()%s)
    """
    assert "don't fit int32" in project.model(text % "", numbers(4)).message
    result = project.model(text % ", dtype={'i': 'bigint'}", numbers(4))
    assert result.written().column("i").to_pylist() == [0, 10**9, 2 * 10**9, 3 * 10**9]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("df = iter([])", "an iterator without a frame"),
        ("df = iter([{'a': 1}])", "part 1: write_to_model() takes a pandas DataFrame"),
        ("def df(): yield 1", "call it, so that it gives what it makes"),
    ],
)
def test_what_is_no_iterator_of_frames(project: Project, frame: str, message: str) -> None:
    assert message in write(project, frame).message


def test_what_a_generator_raises_is_the_models_error(project: Project) -> None:
    frame = """
def frames():
    yield pd.DataFrame({'a': range(200_000)})
    yield pd.DataFrame({'a': range(10)})
    raise ValueError('no more')
df = frames()
"""
    result = write(project, frame)
    assert (result.error["class"], result.message) == ("ValueError", "no more")
    assert [each["type"] for each in result.messages] == ["part", "failed"]
    assert os.listdir(project.folder / "data") == []


def test_what_the_database_says_of_a_part_is_raised_at_the_call(project: Project) -> None:
    frame = "df = (pd.DataFrame({'a': range(200_000)}) for _ in range(5))"
    result = write(project, frame, refused_part=2)
    assert (result.message, result.error["code"]) == ("refused by the database", "Refused")
    assert len([each for each in result.messages if each["type"] == "part"]) == 2


def test_what_is_beyond_the_share_of_shared_memory_goes_to_disk(
    project: Project, tmp_path: Path
) -> None:
    spill = tmp_path / "spill"
    spill.mkdir()
    text = "import os, numpy as np, pandas as pd\nwrite_to_model(pd.DataFrame({'a': np.arange(1_000_000)}))"
    for size, folder in {0: spill, 4_000_000: spill, 100_000_000: project.folder / "data"}.items():
        result = project.model(text, data_size=size, spill_dir=str(spill))
        assert result.written().num_rows == 1_000_000
        assert {Path(file).parent for file in result.write["files"]} >= {folder}, size
    assert os.listdir(spill) == []
