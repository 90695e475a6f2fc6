"""What write_to_model() makes of a frame, by the table of docs/types.md."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from conftest import Project, write

D = Decimal
KEY = b"fal:database_type"


def source(**columns: tuple[pa.DataType, str, list[Any]]) -> dict[str, pa.Table]:
    """A table t whose fields carry their warehouse's types."""
    schema = pa.schema(
        [
            pa.field(name, kind, metadata={KEY: database_type})
            for name, (kind, database_type, _) in columns.items()
        ]
    )
    return {
        "t": pa.table(
            [pa.array(values, kind) for kind, _, values in columns.values()], schema=schema
        )
    }


def kinds(table: pa.Table) -> dict[str, str]:
    return {field.name: str(field.type).replace("large_string", "string") for field in table.schema}


def database_types(table: pa.Table) -> dict[str, str | None]:
    return {
        field.name: (field.metadata or {}).get(KEY, b"").decode() or None for field in table.schema
    }


def test_types_of_new_columns(project: Project) -> None:
    values: dict[str, tuple[str, str, list[Any]]] = {
        "i": ("[1, 2]", "int64", [1, 2]),
        "i32": ("pd.array([1, 2], dtype='int32')", "int32", [1, 2]),
        "u64": ("np.array([1, 2**64 - 1], dtype='uint64')", "uint64", [1, 2**64 - 1]),
        "Int64": ("pd.array([1, None], dtype='Int64')", "int64", [1, None]),
        "f": ("[1.5, float('nan')]", "double", [1.5, None]),
        "f32": ("pd.array([1.5, 2], dtype='float32')", "float", [1.5, 2.0]),
        "b": ("[True, False]", "bool", [True, False]),
        "boolean": ("pd.array([True, None], dtype='boolean')", "bool", [True, None]),
        "b_obj": ("pd.Series([True, None], dtype=object)", "bool", [True, None]),
        "s": ("['a', None]", "string", ["a", None]),
        "s_obj": ("pd.Series(['a', float('nan')], dtype=object)", "string", ["a", None]),
        "s_np": ("pd.Series([np.str_('a'), 'b'], dtype=object)", "string", ["a", "b"]),
        "cat": ("pd.Categorical(['x', None])", "string", ["x", None]),
        "cat_int": ("pd.Categorical([3, None])", "int64", [3, None]),
        "cat_dt": (
            "pd.Categorical(pd.to_datetime(['2024-01-01', None]))",
            "timestamp[us]",
            [datetime.datetime(2024, 1, 1), None],
        ),
        "ns": (
            "pd.array(['2024-01-01', None], dtype='datetime64[ns]')",
            "timestamp[us]",
            [datetime.datetime(2024, 1, 1), None],
        ),
        "ns_fine": (
            "pd.to_datetime(pd.Series([1, 2], dtype='int64'), unit='ns')",
            "timestamp[ns]",
            [pd.Timestamp(1), pd.Timestamp(2)],
        ),
        "tz": (
            "pd.to_datetime(['2024-01-01', None]).tz_localize('Europe/Berlin')",
            "timestamp[us, tz=Europe/Berlin]",
            [pd.Timestamp("2024-01-01", tz="Europe/Berlin"), None],
        ),
        "dt_obj": (
            "pd.Series([datetime.datetime(2024, 1, 1), pd.NaT], dtype=object)",
            "timestamp[us]",
            [datetime.datetime(2024, 1, 1), None],
        ),
        "month": (
            "pd.period_range('2024-01', periods=2, freq='M')",
            "date32[day]",
            [datetime.date(2024, 1, 1), datetime.date(2024, 2, 1)],
        ),
        "hour": (
            "pd.period_range('2024-01-01 05:00', periods=2, freq='h')",
            "timestamp[us]",
            [datetime.datetime(2024, 1, 1, 5), datetime.datetime(2024, 1, 1, 6)],
        ),
        "delta": (
            "pd.to_timedelta(['1h', None])",
            "duration[us]",
            [datetime.timedelta(hours=1), None],
        ),
        "dec": ("[Decimal('1.10'), None]", "decimal128(18, 2)", [D("1.10"), None]),
        "dec_int": ("[Decimal('1.10'), 2]", "decimal128(18, 2)", [D("1.10"), D(2)]),
        "dec_big": (
            "[Decimal(10)**20, None]",
            "decimal128(28, 0)",
            [D(10) ** 20, None],
        ),
        "int_big": ("[2**70, None]", "decimal128(38, 0)", [D(2**70), None]),
        "date": (
            "[datetime.date(2024, 1, 1), None]",
            "date32[day]",
            [datetime.date(2024, 1, 1), None],
        ),
        "time": ("[datetime.time(1, 2), None]", "time64[us]", [datetime.time(1, 2), None]),
        "bytes": ("[b'a', None]", "binary", [b"a", None]),
        "uuid": (
            "[uuid.UUID(int=1), None]",
            "string",
            [str(uuid.UUID(int=1)), None],
        ),
        "list": ("[[1, 2], None]", "list<item: int64>", [[1, 2], None]),
        "list_np": ("[np.array([1.5]), None]", "list<item: double>", [[1.5], None]),
        "dict": (
            "[{'a': 1}, {'b': 'x'}]",
            "struct<a: int64, b: string>",
            [{"a": 1, "b": None}, {"a": None, "b": "x"}],
        ),
        "interval": ("pd.cut([1, 2], [0, 1, 2])", "string", ["(0, 1]", "(1, 2]"]),
        "sparse": ("pd.arrays.SparseArray([0, 1])", "int64", [0, 1]),
        "arrow": (
            "pd.array([1, None], dtype=pd.ArrowDtype(pa.int16()))",
            "int16",
            [1, None],
        ),
        "arrow_s": (
            "pd.array(['a', None], dtype='string[pyarrow]')",
            "string",
            ["a", None],
        ),
    }
    columns = ", ".join(f"{name!r}: {text}" for name, (text, _, _) in values.items())
    table = write(project, f"df = pd.DataFrame({{{columns}}})").written()
    assert kinds(table) == {name: kind for name, (_, kind, _) in values.items()}
    for name, (_, _, expected) in values.items():
        assert table.column(name).to_pylist() == expected, name


def test_unchanged_columns_go_back_in_the_types_they_came_in(project: Project) -> None:
    moment = datetime.datetime(2024, 1, 1, 2, 3, 4, 5)
    tables = source(
        i=(pa.int32(), "INTEGER", [1, None, 3]),
        tiny=(pa.uint8(), "UTINYINT", [1, 2, 3]),
        huge=(pa.decimal128(38, 0), "HUGEINT", [D(1), None, D(3)]),
        total=(pa.decimal128(38, 2), "DECIMAL(38,2)", [D("0.10"), None, D("1234567.89")]),
        dec=(pa.decimal128(10, 2), "DECIMAL(10,2)", [D("1.10"), None, D("3.00")]),
        b=(pa.bool_(), "BOOLEAN", [True, None, False]),
        f=(pa.float32(), "FLOAT", [0.1, None, 2.0]),
        day=(pa.date32(), "DATE", [datetime.date(2024, 1, 1), None, datetime.date(1, 1, 1)]),
        ts=(pa.timestamp("s"), "TIMESTAMP_S", [moment.replace(microsecond=0), None, None]),
        tz=(pa.timestamp("us", "UTC"), "TIMESTAMP WITH TIME ZONE", [moment, None, None]),
        time=(pa.time64("us"), "TIME", [datetime.time(1), None, None]),
        s=(pa.string(), "VARCHAR", ["a", None, "c"]),
        id=(pa.string(), "UUID", [str(uuid.UUID(int=1)), None, None]),
        enum=(pa.dictionary(pa.int8(), pa.string()), "ENUM('x', 'y')", ["x", None, "y"]),
        bin=(pa.binary(), "BLOB", [b"a", None, b""]),
        list=(pa.list_(pa.int32()), "INTEGER[]", [[1], None, []]),
        map=(pa.map_(pa.string(), pa.int32()), "MAP(VARCHAR, INTEGER)", [[("k", 1)], None, []]),
        struct=(pa.struct({"a": pa.int8()}), "STRUCT(a TINYINT)", [{"a": 1}, None, {"a": None}]),
        nest=(
            pa.struct({"l": pa.list_(pa.int16()), "d": pa.list_(pa.decimal128(9, 2))}),
            "STRUCT(l SMALLINT[], d DECIMAL(9,2)[])",
            [{"l": [1], "d": [D("1.50")]}, None, {"l": [], "d": None}],
        ),
        lists=(pa.list_(pa.list_(pa.int8())), "TINYINT[][]", [[[1], [2, 3]], None, []]),
        interval=(pa.month_day_nano_interval(), "INTERVAL", [(1, 2, 3000), None, None]),
        none=(pa.int16(), "SMALLINT", [None, None, None]),
        none_s=(pa.string(), "VARCHAR(5)", [None, None, None]),
    )
    given = tables["t"]
    plain = {"enum": "string"}
    for frame in (
        "ref('t')",
        "ref('t')[::-1][::-1].copy()",
        "ref('t', dtypes='exact')",
        "ref('t', frame='arrow')",
    ):
        table = write(project, f"df = {frame}", tables).written()
        assert kinds(table) == kinds(given) | plain, frame
        assert database_types(table) == database_types(given), frame
        assert table.to_pylist() == given.to_pylist(), frame
    table = write(project, "df = ref('t').iloc[:0]", tables).written()
    assert kinds(table) == kinds(given) | plain
    assert database_types(table) == database_types(given)


def test_an_enum_with_a_new_value_goes_as_text(project: Project) -> None:
    tables = source(enum=(pa.dictionary(pa.int8(), pa.string()), "ENUM('x', 'y')", ["x", "y"]))
    frame = "df = pa.table({'enum': pa.array(['x', 'z']).dictionary_encode()})"
    table = write(project, f"ref('t')\n{frame}", tables).written()
    assert database_types(table) == {"enum": None}
    assert table.to_pylist() == [{"enum": "x"}, {"enum": "z"}]


def test_changed_columns_have_the_type_of_their_values(project: Project) -> None:
    tables = source(
        i=(pa.int32(), "INTEGER", [1, 2]),
        wide=(pa.int8(), "TINYINT", [1, 2]),
        day=(pa.date32(), "DATE", [datetime.date(2024, 1, 1)] * 2),
        total=(pa.decimal128(38, 1), "DECIMAL(38,1)", [D("0.1"), D("0.2")]),
        enum=(pa.dictionary(pa.int8(), pa.string()), "ENUM('x', 'y')", ["x", "y"]),
        s=(pa.string(), "VARCHAR", ["a", "b"]),
    )
    table = write(
        project,
        """
df = ref('t')
df['i'] = df['i'] / 2
df['wide'] = df['wide'] * 1000
df['day'] = df['day'] + pd.Timedelta('1h')
df['total'] = df['total'] / 3
df['enum'] = df['enum'].cat.rename_categories({'x': 'z'})
df['s'] = [1, 2]
""",
        tables,
    ).written()
    assert kinds(table) == {
        "i": "double",
        "wide": "int64",
        "day": "timestamp[us]",
        "total": "double",
        "enum": "string",
        "s": "int64",
    }
    assert set(database_types(table).values()) == {None}


def test_integers_that_a_merge_made_floats_are_integers_again(project: Project) -> None:
    tables = {
        "l": pa.table({"k": [1, 2]}),
        **source(k=(pa.int64(), "BIGINT", [1]), n=(pa.int32(), "INTEGER", [7])),
    }
    result = write(project, "df = ref('l').merge(ref('t'), on='k', how='left')", tables)
    table = result.written()
    assert table.column("n").to_pylist() == [7, None]
    assert table.schema.field("n").type == pa.int32()
    assert len(result.notices) == 1 and "go back as integers" in result.notices[0]


def test_inputs_that_disagree_about_a_name_leave_it_to_the_frame(project: Project) -> None:
    tables = {
        "t": pa.table({"id": pa.array([1], pa.int32())}),
        "u": pa.table({"id": pa.array([1], pa.int16())}),
    }
    table = write(project, "df = pd.concat([ref('t'), ref('u')])", tables).written()
    assert table.schema.field("id").type == pa.int64()


def test_columns_without_values_take_a_type_from_elsewhere(project: Project) -> None:
    result = write(
        project,
        "df = pd.DataFrame({name: pd.Series([None], dtype=object) for name in 'abcdefg'})\ndf['g'] = ref('t')['g']",
        source(g=(pa.string(), "VARCHAR(9)", [None])),
        declared_types={"a": "decimal(10, 2)", "b": "geometry"},
        previous_columns=[
            {"name": "a", "type": "string", "database_type": "VARCHAR"},
            {"name": "c", "type": "timestamp[us, tz=UTC]", "database_type": "TIMESTAMPTZ"},
            {"name": "d", "type": "struct<x: int32>", "database_type": "STRUCT(x INTEGER)"},
            {"name": "e", "type": "list<item: decimal128(5, 1)>", "database_type": None},
        ],
    )
    table = result.written()
    assert kinds(table) == {
        "a": "decimal128(10, 2)",
        "b": "string",
        "c": "timestamp[us, tz=UTC]",
        "d": "string",
        "e": "list<item: decimal128(5, 1)>",
        "f": "string",
        "g": "string",
    }
    assert list(database_types(table).values()) == [
        "decimal(10, 2)",
        "geometry",
        "TIMESTAMPTZ",
        "STRUCT(x INTEGER)",
        None,
        None,
        "VARCHAR(9)",
    ]
    assert result.notices == [
        "column 'a' has no values; its type is the declared decimal(10, 2)",
        "column 'b' has no values; its type is the declared geometry",
        "column 'c' has no values; its type is the one it had before, TIMESTAMPTZ",
        "column 'd' has no values; its type is the one it had before, STRUCT(x INTEGER)",
        "column 'e' has no values; its type is the one it had before, list<item: decimal128(5, 1)>",
        "column 'f' has no values and no declared type; it is written as text",
    ]


def test_an_empty_frame_keeps_its_columns(project: Project) -> None:
    table = write(project, "df = pd.DataFrame(columns=['a', 'b'])").written()
    assert table.num_rows == 0
    assert kinds(table) == {"a": "string", "b": "string"}


def test_new_decimals_keep_the_type_they_had_before(project: Project) -> None:
    table = write(
        project,
        "df = pd.DataFrame({'d': [Decimal('1.5')], 'e': [Decimal('1.55')]})",
        previous_columns=[
            {"name": "d", "type": "decimal128(12, 4)", "database_type": "DECIMAL(12,4)"},
            {"name": "e", "type": "decimal128(12, 1)", "database_type": "DECIMAL(12,1)"},
        ],
    ).written()
    assert kinds(table) == {"d": "decimal128(12, 4)", "e": "decimal128(18, 2)"}


def test_a_named_index_is_not_written_and_said(project: Project) -> None:
    result = write(project, "df = pd.DataFrame({'a': [1], 'k': [2]}).set_index('k')")
    assert result.written().column_names == ["a"]
    assert result.notices == [
        "the frame's index ('k') is not written; reset_index() makes columns of it"
    ]
    assert write(project, "df = pd.DataFrame({'a': [1, 2]})[1:]").notices == []


def test_takes_polars_and_arrow(project: Project) -> None:
    pytest.importorskip("polars")
    frames = {
        "pl.DataFrame({'a': [1], 's': ['x'], 'c': pl.Series(['y'], dtype=pl.Categorical)})": "int64",
        "pl.LazyFrame({'a': [1], 's': ['x'], 'c': ['y']}).with_columns(pl.col('a') + 1)": "int64",
        "pa.table({'a': pa.array([1], pa.int8()), 's': ['x'], 'c': pa.array(['y']).dictionary_encode()})": "int8",
        "pa.record_batch({'a': pa.array([1], pa.int8()), 's': ['x'], 'c': ['y']})": "int8",
        "pa.RecordBatchReader.from_batches(b.schema, iter([b, b]))": "int64",
    }
    for text, kind in frames.items():
        table = write(
            project,
            f"import polars as pl\nb = pa.record_batch({{'a': [1], 's': ['x'], 'c': ['y']}})\ndf = {text}",
        ).written()
        assert kinds(table) == {"a": kind, "s": "string", "c": "string"}, text
        assert table.num_rows == (2 if "Reader" in text else 1)


def test_polars_frames_keep_types_and_nulls(project: Project) -> None:
    pytest.importorskip("polars")
    tables = source(
        i=(pa.int32(), "INTEGER", [1, None]),
        total=(pa.decimal128(38, 2), "DECIMAL(38,2)", [D("1.25"), None]),
        day=(pa.date32(), "DATE", [datetime.date(2024, 1, 1), None]),
        s=(pa.string(), "VARCHAR", ["a", None]),
    )
    result = write(
        project,
        "import polars as pl\ndf = ref('t', frame='polars').with_columns(pl.lit(None).alias('n'))",
        tables,
        declared_types={"n": "integer"},
    )
    table = result.written()
    assert kinds(table) == {**kinds(tables["t"]), "n": "int32"}
    assert table.select(["i", "total", "day", "s"]).to_pylist() == tables["t"].to_pylist()


def test_dtype_names_the_warehouses_types(project: Project) -> None:
    result = project.model(
        "import pandas as pd\nwrite_to_model(pd.DataFrame({'a': ['x'], 'b': [1]}), dtype={'a': 'varchar(9)'})"
    )
    assert database_types(result.written()) == {"a": "varchar(9)", "b": None}


def test_mode_is_trimmed_and_lowered(project: Project) -> None:
    result = project.model(
        "import pandas as pd\nwrite_to_model(pd.DataFrame({'a': ['x']}), mode=' Append ')"
    )
    assert result.write["mode"] == "append"
