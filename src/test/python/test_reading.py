"""What ref() and source() give, by the table of docs/types.md."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from conftest import Project

DTYPES = """
import json
df = ref('t'{options})
print(json.dumps({{name: str(dtype) for name, dtype in df.dtypes.items()}}))
"""


def dtypes(project: Project, table: pa.Table, options: str = "", **fields: Any) -> dict[str, str]:
    result = project.model(DTYPES.format(options=options), {"t": table}, **fields)
    assert result.last["type"] == "done", result.error["traceback"]
    found: dict[str, str] = json.loads(result.stdout)
    return found


def column(kind: pa.DataType, *values: Any) -> pa.Array:
    return pa.array(values, kind)


TEXT = str(pd.Series(["a"]).dtype)  # object in pandas 2, str in pandas 3


def test_default_dtypes(project: Project) -> None:
    day = datetime.date(2024, 2, 29)
    now = datetime.datetime(2024, 2, 29, 1, 2, 3, 456789)
    table = pa.table(
        {
            "i8": column(pa.int8(), 1, 2),
            "i32": column(pa.int32(), 1, 2),
            "i32_null": column(pa.int32(), 1, None),
            "u8": column(pa.uint8(), 1, 2),
            "u64": column(pa.uint64(), 1, 2),
            "u64_big": column(pa.uint64(), 1, 2**64 - 1),
            "u64_big_null": column(pa.uint64(), None, 2**64 - 1),
            "bool": column(pa.bool_(), True, False),
            "bool_null": column(pa.bool_(), True, None),
            "f32": column(pa.float32(), 1.5, None),
            "f64": column(pa.float64(), 1.5, None),
            "dec": column(pa.decimal128(10, 2), Decimal("1.10"), None),
            "sum": column(pa.decimal128(38, 0), Decimal(3), Decimal(4)),
            "sum_null": column(pa.decimal128(38, 0), Decimal(3), None),
            "sum_dec": column(pa.decimal128(38, 2), Decimal("3.25"), None),
            "sum_big": column(pa.decimal128(38, 0), Decimal(10**20), None),
            "day": column(pa.date32(), day, None),
            "ts": column(pa.timestamp("us"), now, None),
            "ts_ns": column(pa.timestamp("ns"), now, None),
            "tz": column(pa.timestamp("us", "Europe/Berlin"), now, None),
            "time": column(pa.time64("us"), datetime.time(1, 2), None),
            "text": column(pa.string(), "a", None),
            "bytes": column(pa.binary(), b"a", None),
            "list": column(pa.list_(pa.int32()), [1], None),
            "struct": column(pa.struct({"a": pa.int32()}), {"a": 1}, None),
            "enum": column(pa.string(), "a", None).dictionary_encode(),
            "delta": column(pa.duration("us"), datetime.timedelta(1), None),
        }
    )
    expected = {
        **dict.fromkeys(("i8", "i32", "u8", "u64", "sum"), "int64"),
        **dict.fromkeys(("i32_null", "sum_null"), "Int64"),
        "u64_big": "uint64",
        "u64_big_null": "UInt64",
        "bool": "bool",
        "bool_null": "boolean",
        "f32": "float32",
        **dict.fromkeys(("f64", "sum_dec", "sum_big"), "float64"),
        **dict.fromkeys(("dec", "time", "bytes", "list", "struct"), "object"),
        **dict.fromkeys(("day", "ts"), "datetime64[us]"),
        "ts_ns": "datetime64[ns]",
        "tz": "datetime64[us, Europe/Berlin]",
        "text": TEXT,
        "enum": "category",
        "delta": "timedelta64[us]",
    }
    assert dtypes(project, table) == expected


def test_columns_without_a_value_keep_a_dtype_of_their_type(project: Project) -> None:
    kinds = {
        "i": pa.int32(),
        "b": pa.bool_(),
        "f": pa.float64(),
        "s": pa.string(),
        "d": pa.date32(),
        "t": pa.timestamp("us", "UTC"),
        "sum": pa.decimal128(38, 0),
    }
    nulls = pa.table({name: pa.nulls(2, kind) for name, kind in kinds.items()})
    assert dtypes(project, nulls) == {
        "i": "Int64",
        "b": "boolean",
        "f": "float64",
        "s": TEXT,
        "d": "datetime64[us]",
        "t": "datetime64[us, UTC]",
        "sum": "Int64",
    }
    empty = dtypes(project, nulls.slice(0, 0))
    assert (empty["i"], empty["b"], empty["s"], empty["sum"]) == ("int64", "bool", TEXT, "int64")


TYPED = pa.table(
    {
        "i": column(pa.int32(), 1, None),
        "n": column(pa.int16(), 1, 2),
        "b": column(pa.bool_(), True, None),
        "f": column(pa.float32(), 1.5, None),
        "dec": column(pa.decimal128(10, 2), Decimal("1.10"), None),
        "sum": column(pa.decimal128(38, 0), Decimal(3), None),
        "day": column(pa.date32(), datetime.date(2024, 1, 1), None),
        "s": column(pa.string(), "a", None),
    }
)


def test_exact_dtypes_depend_on_the_types_alone(project: Project) -> None:
    expected = {
        "i": "Int32",
        "n": "Int16",
        "b": "boolean",
        "f": "Float32",
        "dec": "object",
        "sum": "object",
        "day": "object",
        "s": TEXT,
    }
    assert dtypes(project, TYPED, ", dtypes='exact'") == expected
    assert dtypes(project, TYPED.slice(0, 1), ", dtypes='exact'") == expected
    assert dtypes(project, TYPED.slice(0, 0), dtypes="exact") == expected


def test_numpy_and_arrow_dtypes(project: Project) -> None:
    assert dtypes(project, TYPED, ", dtypes='numpy'") == {
        "i": "float64",
        "n": "int16",
        "b": "object",
        "f": "float32",
        "dec": "float64",
        "sum": "float64",
        "day": "datetime64[us]",
        "s": "object",
    }
    arrow = dtypes(project, TYPED, ", dtypes='arrow'")
    assert all(dtype.endswith("[pyarrow]") for dtype in arrow.values()), arrow


def test_values_are_exact(project: Project) -> None:
    table = pa.table(
        {
            "big": column(pa.int64(), 2**60 + 1, None),
            "dec": column(pa.decimal128(20, 10), Decimal("1.0000000001"), None),
            "ts": column(
                pa.timestamp("us"), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), None
            ),
            "old": column(pa.date32(), datetime.date(1, 1, 1), None),
        }
    )
    result = project.model("print(ref('t').iloc[0].tolist())", {"t": table})
    assert str(2**60 + 1) in result.stdout
    assert "Decimal('1.0000000001')" in result.stdout
    assert "9999-12-31 23:59:59.999999" in result.stdout
    assert "1-01-01 00:00:00" in result.stdout


def test_a_sum_read_as_a_float_is_said_once_per_column(project: Project) -> None:
    field = pa.field("total", pa.decimal128(38, 2), metadata={"fal:database_type": "DECIMAL(38,2)"})
    table = pa.table([column(field.type, Decimal("1.25"))], schema=pa.schema([field]))
    result = project.model("ref('t')\nwrite_to_model(ref('t'))", {"t": table})
    assert result.notices == [
        "column 'total' (DECIMAL(38,2)) is read as float64, which keeps about 15 digits;"
        " ref(…, dtypes='exact') keeps decimals"
    ]
    assert result.written().schema.field("total") == field


def test_a_nan_in_the_warehouse_is_said_to_be_lost(project: Project) -> None:
    table = pa.table({"f": [1.0, float("nan"), None]})
    result = project.model("write_to_model(ref('t'))", {"t": table})
    assert result.written().column("f").to_pylist() == [1.0, None, None]
    assert len(result.notices) == 1 and "'f' holds NaN" in result.notices[0]
    result = project.model("write_to_model(ref('t', dtypes='arrow'))", {"t": table})
    assert str(result.written().column("f").to_pylist()) == "[1.0, nan, None]"
    assert result.notices == []


# Each must do to a frame of ours what it does to one that pandas made itself.
CHANGES = [
    "df.iloc[0, 0] = 5",
    "df.loc[1, 'f'] = 2.5",
    "df.at[1, 'i'] = 9",
    "df['f'].to_numpy()[0] = 7.0",
    "df['f'].values[0] = 7.0",
    "df.values[0, 0] = 1",
    "df['i'] += 1",
    "df['i'] *= 2",
    "df.fillna({'f': 0.0}, inplace=True)",
    "df['f'] = df['f'].fillna(0)",
    "df.sort_values('i', ascending=False, inplace=True)",
    "df.sort_index(ascending=False, inplace=True)",
    "df.drop(columns=['f'], inplace=True)",
    "df.rename(columns={'i': 'j'}, inplace=True)",
    "df.reset_index(inplace=True)",
    "df.set_index('i', inplace=True)",
    "df.dropna(inplace=True)",
    "df.drop_duplicates(inplace=True)",
    "df.loc[df['i'] > 1, 's'] = 'z'",
    "df.loc[len(df)] = df.loc[0]",
    "df.insert(0, 'new', 1)",
    "df.replace({'a': 'q'}, inplace=True)",
    "df['s'] = df['s'].str.upper()",
    "df.mask(df['i'] > 1, inplace=True)",
    "df.where(df['i'] > 1, inplace=True)",
    "df.update(pd.DataFrame({'f': [3.0]}))",
    "df.eval('k = i + f', inplace=True)",
    "del df['f']",
    "df.pop('s')",
    "df['t'] = df['t'] + pd.Timedelta('1D')",
    "df['b'] = ~df['b']",
    "df.loc[0, 'b'] = True",
    "df.iloc[:, 1] = 0.0",
    "df['i'].iloc[0] = 3",
    "df['i'].array[0] = 3",
    "df[['i', 'f']] = df[['f', 'i']].to_numpy()",
    "np.add(df['f'].to_numpy(), 1, out=df['f'].to_numpy())",
    "df['f'].clip(0, 1, inplace=True)",
    "df.interpolate(inplace=True)",
    "df.columns = list('abcdefg')[:len(df.columns)]",
    "df.sort_values('f', inplace=True, ignore_index=True)",
]


@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize("lone", [False, True])
def test_frames_can_be_changed_by_every_means_pandas_has(
    project: Project, nulls: bool, lone: bool
) -> None:
    last = None if nulls else 2
    table = pa.table(
        {
            "i": column(pa.int64(), 1, 2, last),
            "f": column(pa.float64(), 1.0, None, 2.0),
            "s": column(pa.string(), "a", "b", None),
            "t": column(pa.timestamp("us"), 0, 1, None),
            "b": column(pa.bool_(), True, False, True),
            **({} if lone else {"f2": column(pa.float64(), 1.0, 2.0, 3.0)}),
            **({} if lone else {"i2": column(pa.int64(), 1, 2, 3)}),
        }
    )
    result = project.model(
        f"""
        import warnings, numpy as np, pandas as pd
        warnings.simplefilter("ignore")
        def made():
            df = ref('t')
            return pd.DataFrame({{name: pd.Series(df[name].tolist(), dtype=df[name].dtype) for name in df}})
        def outcome(df, change):
            try:
                exec(change, {{"df": df, "pd": pd, "np": np}})
            except Exception as error:
                return type(error).__name__, str(error)
            return df
        for change in {CHANGES!r}:
            ours, theirs = outcome(ref('t'), change), outcome(made(), change)
            if isinstance(theirs, tuple) or isinstance(ours, tuple):
                if type(ours) is not type(theirs) or ours[0] != theirs[0]:
                    print(change, ours, theirs)
            else:
                pd.testing.assert_frame_equal(ours, theirs)
        """,
        {"t": table},
    )
    assert result.last["type"] == "done", result.error["traceback"]
    assert result.stdout == ""


def test_two_reads_are_two_frames(project: Project) -> None:
    table = pa.table({"f": [1.0, 2.0]})
    result = project.model(
        """
        one, two = ref('t'), ref('t')
        one.iloc[0, 0] = 9.0
        print(two.iloc[0, 0], ref('t').iloc[0, 0])
        """,
        {"t": table},
    )
    assert result.stdout == "1.0 1.0\n"
    assert [each["type"] for each in result.messages] == ["read", "done"]


def test_other_frames(project: Project) -> None:
    pytest.importorskip("polars")
    table = pa.table({"i": column(pa.int32(), 1, None), "s": ["a", "b"]})
    result = project.model(
        """
        import polars
        p, a = ref('t', frame='polars'), source('s', 't', frame='arrow')
        print(p.schema["i"], type(p).__name__, a.schema.field("i").type, type(a).__name__)
        """,
        {"t": table},
    )
    assert result.stdout == "Int32 DataFrame int32 Table\n"
