"""What a model writes, as Arrow files: the inverse of ``_reading``, by the rules of docs/types.md.

A frame's problems are found together and raised at the model's line.
"""

from __future__ import annotations

import errno
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from fal import FalError, FalTypeError, _arrow_file
from fal._columns import Column, Unwritable, absent, full_name
from fal._reading import DATABASE_TYPE, Sources
from fal._types import cast_plain, plain
from fal._wire import RunModel

_ACCEPTED = "a pandas DataFrame, a polars DataFrame or LazyFrame, a pyarrow Table, RecordBatch or RecordBatchReader"
_HINTS = {
    "Series": "series.to_frame() makes a frame of it",
    "list": "pandas.DataFrame(rows) makes a frame of it",
    "dict": "pandas.DataFrame(columns) makes a frame of it",
    "ndarray": "pandas.DataFrame(array, columns=[…]) makes a frame of it",
    "GroupBy": "call .agg() or another of its methods first",
    "NoneType": "a method called with inplace=True gives None back",
}


@dataclass(frozen=True)
class Written:
    """Finished files, and what the user shall hear of them."""

    files: list[str]
    rows: int
    notices: tuple[str, ...]


def write(data: Any, dtype: Mapping[str, Any] | None, model: RunModel, sources: Sources) -> Written:
    notices: list[str] = []
    schema, parts = _parts(data, model, sources, notices)
    schema = _with_database_types(schema, _database_types(dtype, schema))
    try:
        # Made anew with our schema: what pandas and others say of themselves in theirs is not for the warehouse.
        tables = (pa.Table.from_arrays(part.columns, schema=schema) for part in parts)
        files, rows = _arrow_file.write(model.data_dir, model.spill_dir, schema, tables)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise FalError(
            f"write_to_model() found no room for the frame, neither in {model.data_dir} nor in"
            f" {model.spill_dir}: {error}. TMPDIR chooses another place on disk.",
            "disk-full",
        ) from None
    return Written(files, rows, tuple(notices))


def _parts(
    data: Any, model: RunModel, sources: Sources, notices: list[str]
) -> tuple[pa.Schema, Iterable[pa.Table]]:
    """The data as Arrow, all of it checked but a reader's rows, which come one batch at a time."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(data, pandas.DataFrame):
        table = _from_pandas(pandas, data, model, sources, notices)
        return table.schema, [table]
    if polars is not None and isinstance(data, (polars.DataFrame, polars.LazyFrame)):
        table = _from_polars(polars, data)
        schema = _arrow_schema(table.schema, model, sources, notices, table)
        return schema, [_as_schema(table, schema)]
    if isinstance(data, (pa.Table, pa.RecordBatch)):
        table = data if isinstance(data, pa.Table) else pa.Table.from_batches([data])
        schema = _arrow_schema(table.schema, model, sources, notices, table)
        return schema, [_as_schema(table, schema)]
    if isinstance(data, pa.RecordBatchReader):
        schema = _arrow_schema(data.schema, model, sources, notices)
        return schema, _batches(data, schema)
    name = type(data).__name__
    hint = next((text for kind, text in _HINTS.items() if name.endswith(kind)), None)
    raise FalTypeError(
        f"write_to_model() takes {_ACCEPTED}; it was given a {full_name(type(data))}"
        + (f" ({hint})." if hint else "."),
        "wrong-frame",
    )


def _database_types(dtype: Mapping[str, Any] | None, schema: pa.Schema) -> dict[str, str]:
    """``dtype=`` as text by column: type names, or SQLAlchemy's types, which print as names."""
    if dtype is None:
        return {}
    if not isinstance(dtype, Mapping):
        raise FalTypeError(
            "write_to_model(dtype=…) takes a map of column names to the warehouse's types, as"
            f" {{'price': 'decimal(10,2)'}}; it was given a {full_name(type(dtype))}."
        )
    unknown = [name for name in dtype if name not in schema.names]
    if unknown:
        raise FalError(
            f"write_to_model(dtype=…) names columns the frame doesn't have: {_names(unknown)}.",
            "unknown-column",
        )
    return {name: str(kind() if isinstance(kind, type) else kind) for name, kind in dtype.items()}


def _with_database_types(schema: pa.Schema, types: Mapping[str, str]) -> pa.Schema:
    return pa.schema(
        [
            field.with_metadata({DATABASE_TYPE: types[field.name]})
            if field.name in types
            else field
            for field in schema
        ]
    )


# Arrow and polars: types are kept as they are


def _from_polars(polars: Any, data: Any) -> pa.Table:
    frame = data.collect() if isinstance(data, polars.LazyFrame) else data
    objects = [name for name, kind in frame.schema.items() if kind == polars.Object]
    if objects:
        raise FalError(
            f"write_to_model(): columns of Python objects can't be written: {_names(objects)}.",
            "unsupported-type",
        )
    return frame.to_arrow(compat_level=polars.CompatLevel.oldest())


def _arrow_schema(
    given: pa.Schema,
    model: RunModel,
    sources: Sources,
    notices: list[str],
    table: pa.Table | None = None,
) -> pa.Schema:
    """The schema to be written for data that has one already; ``table`` where all of it is there."""
    problems = _name_problems(given.names)
    fields = []
    for field in given:
        kind = plain(field.type)
        database_type = None
        if pa.types.is_null(kind):
            kind, database_type = absent(field.name, model, sources, notices)
        else:
            source = sources.columns.get(field.name)
            # An enum stays one only when no value is new to it.
            if (
                source is not None
                and plain(source.type) == kind
                and (source.categories is None or _among(table, field.name, source.categories))
            ):
                database_type = source.database_type
        fields.append(_field(field.name, kind, database_type))
    _raise(problems)
    return pa.schema(fields)


def _among(table: pa.Table | None, name: str, categories: frozenset[str]) -> bool:
    return table is not None and set(table.column(name).unique().to_pylist()) - {None} <= categories


def _as_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        column if column.type == field.type else cast_plain(column, field.type)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _batches(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.Table]:
    for batch in reader:
        yield _as_schema(pa.Table.from_batches([batch]), schema)


# pandas: types are found from the values, and from where the values came


def _from_pandas(
    pd: Any, frame: Any, model: RunModel, sources: Sources, notices: list[str]
) -> pa.Table:
    names = list(frame.columns)
    problems = _name_problems(names)
    if frame.index.names != [None]:
        kept = _names([name for name in frame.index.names if name is not None])
        notices.append(
            f"the frame's index ({kept}) is not written; reset_index() makes columns of it"
        )
    fields, columns = [], []
    for position, name in enumerate(names):
        try:
            column, database_type = Column(
                pd, str(name), frame.iloc[:, position], model, sources, notices
            ).arrow()
        except Unwritable as problem:
            problems.append(f"column {name!r}{problem}")
            continue
        fields.append(_field(str(name), column.type, database_type))
        columns.append(column)
    _raise(problems)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _name_problems(names: list[Any]) -> list[str]:
    problems = []
    if not names:
        problems.append("it has no columns")
    strange = [name for name in names if not isinstance(name, str)]
    if strange:
        fix = "df.columns = df.columns.astype(str)"
        if any(isinstance(name, tuple) for name in strange):
            fix = 'df.columns = ["_".join(map(str, name)) for name in df.columns]'
        problems.append(f"column names that aren't text: {_names(strange)}; `{fix}` makes them so")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        problems.append(f"more than one column is called {_names(repeated)}")
    if "" in names:
        problems.append("a column has an empty name")
    return problems


def _raise(problems: list[str]) -> None:
    if len(problems) == 1:
        raise FalError(f"write_to_model() can't write this frame: {problems[0]}.", "bad-frame")
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise FalError(
            f"write_to_model() can't write this frame, for {len(problems)} reasons:{lines}",
            "bad-frame",
        )


def _field(name: str, kind: pa.DataType, database_type: bytes | None) -> pa.Field:
    return pa.field(
        name, kind, metadata=None if database_type is None else {DATABASE_TYPE: database_type}
    )


def _names(names: Iterable[Any]) -> str:
    listed = [repr(name) for name in names]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
