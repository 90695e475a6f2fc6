"""What a model writes, as Arrow files: the inverse of ``_reading``, by the rules of docs/types.md.

A frame's problems are found together and raised at the model's line.
"""

from __future__ import annotations

import errno
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from fal import FalError, FalTypeError, _arrow_file
from fal._columns import Column, Unwritable, absent, full_name
from fal._reading import DATABASE_TYPE, SourceColumn, Sources, fits
from fal._round_trip import dtypes
from fal._types import cast_plain, is_text, plain, without_widths
from fal._wire import RunModel

_PART = 2 * _arrow_file.ROWS
_ACCEPTED = (
    "a pandas DataFrame, a polars DataFrame or LazyFrame, a pyarrow Table, RecordBatch or RecordBatchReader,"
    " or an iterator of such"
)
_HINTS = {
    "Series": "series.to_frame() makes a frame of it",
    "list": "pandas.DataFrame(rows) makes a frame of it",
    "dict": "pandas.DataFrame(columns) makes a frame of it",
    "ndarray": "pandas.DataFrame(array, columns=[…]) makes a frame of it",
    "GroupBy": "call .agg() or another of its methods first",
    "function": "call it, so that it gives what it makes",
    "NoneType": "a method called with inplace=True gives None back",
}


@dataclass(frozen=True)
class Written:
    """What was handed over, and what the user shall hear of it; ``files`` are finished, none of what went in parts."""

    files: list[str]
    rows: int
    notices: tuple[str, ...]


class Whole:
    """A frame written to files in one go; a large one for a server's database in parts, loaded while it is written."""

    def __init__(
        self, data: Any, dtype: Mapping[str, Any] | None, model: RunModel, sources: Sources
    ) -> None:
        notices: list[str] = []
        table = _table(data, model, sources, notices)
        schema = _with_database_types(table.schema, _database_types(dtype, table.schema))
        self._table = _with_schema(table, schema)
        self._model = model
        self._notices = tuple(notices)
        self.dtypes = dtypes(data)
        self.is_one_part = model.target.type == "duckdb" or table.num_rows <= _PART

    def files(self) -> Iterator[list[str]]:
        """Arrow files of all rows, or of a part at a time, which are those of the part before the last one."""
        size = max(self._table.num_rows, 1) if self.is_one_part else _PART
        free: list[str] = []
        last: list[str] = []
        for start in range(0, max(self._table.num_rows, 1), size):
            part = self._table.slice(start, size)
            with _told_of_no_room(self._model):
                files, _ = _arrow_file.write(_room(self._model), part.schema, [part], free)
            yield files
            free, last = last, files

    def written(self, files: list[str]) -> Written:
        return Written(files, self._table.num_rows, self._notices)


def _room(model: RunModel) -> _arrow_file.Room:
    return _arrow_file.Room(model.data_dir, model.spill_dir, model.data_size)


@contextmanager
def _told_of_no_room(model: RunModel) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise FalError(
            f"write_to_model() found no room for the frame, neither in {model.data_dir} nor in"
            f" {model.spill_dir}: {error}. TMPDIR chooses another place on disk.",
            "disk-full",
        ) from None


def _with_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Made anew with our schema: what pandas and others say of themselves in theirs is not for the warehouse."""
    return pa.Table.from_arrays(table.columns, schema=schema)


def comes_in_parts(data: Any) -> bool:
    return isinstance(data, (Iterator, pa.RecordBatchReader))


class Parts:
    """Frames written one after the other, in the columns and types of the first."""

    def __init__(
        self, data: Any, dtype: Mapping[str, Any] | None, model: RunModel, sources: Sources
    ) -> None:
        self._frames = self._numbered(data)
        self._dtype = dtype
        self._model = model
        self._sources = sources
        self._schema: pa.Schema | None = None
        self.dtypes: dict[str, str] = {}  # of the first frame
        self.is_one_part = False
        self._without_values: frozenset[str] = frozenset()
        self._rows = 0
        self._notices: list[str] = []

    @staticmethod
    def _numbered(data: Any) -> Iterator[tuple[int, Any]]:
        if isinstance(data, pa.RecordBatchReader):
            yield 0, data.schema.empty_table()  # its columns are known without a batch
        yield from enumerate(data, 1)

    def files(self) -> Iterator[list[str]]:
        """Arrow files of about a row group each, which are those of the part before the last one."""
        free: list[str] = []
        last: list[str] = []
        while files := self._row_group(free):
            yield files
            free, last = last, files
        if self._schema is None:
            raise FalError(
                "write_to_model() was given an iterator without a frame; give at least one,"
                " with columns and no rows for an empty table.",
                "bad-frame",
            )

    def _row_group(self, over: list[str]) -> list[str]:
        files: _arrow_file.Files | None = None
        try:
            for number, frame in self._frames:
                table = self._like_the_first(number, frame)
                with _told_of_no_room(self._model):
                    if files is None:
                        files = _arrow_file.Files(_room(self._model), table.schema, over)
                    files.add(table)
                    files.settle()  # whoever made the frame may use it again
                del frame, table  # not kept while the next one is made
                if files.rows >= _arrow_file.ROWS:
                    break
            if files is None:
                return []
            self._rows += files.rows
            with _told_of_no_room(self._model):
                return files.finish()
        except BaseException:
            if files is not None:
                files.discard()
            raise

    def written(self, files: list[str]) -> Written:
        return Written(files, self._rows, tuple(self._notices))

    def _like_the_first(self, number: int, frame: Any) -> pa.Table:
        notices: list[str] = []
        try:
            if self._schema is None:
                return self._first(frame, notices)
            table = _table(frame, self._model, self._sources, notices)
            return self._cast(table, self._schema)
        except FalError as error:
            where = f"part {number}: " if number else ""
            raise type(error)(f"{where}{error}", error.code) from None
        finally:
            self._notices += [each for each in notices if each not in self._notices]

    def _first(self, frame: Any, notices: list[str]) -> pa.Table:
        named = _as_texts(self._dtype) if isinstance(self._dtype, Mapping) else {}
        # What dtype= names has room for values that its source's type might not have.
        self._sources = self._sources.without(named)
        declared = {**self._model.declared_types, **named}
        self._model = replace(self._model, declared_types=declared)
        table = _table(frame, self._model, self._sources, notices)
        self.dtypes = dtypes(frame)
        self._schema = _with_database_types(
            table.schema, _database_types(self._dtype, table.schema)
        )
        self._without_values = frozenset(
            field.name
            for field, column in zip(table.schema, table.columns, strict=True)
            if column.null_count == len(column)
        )
        return _with_schema(table, self._schema)

    def _cast(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        problems = [
            f"column {name!r} is not in it, and the first part has it"
            for name in schema.names
            if name not in table.column_names
        ]
        problems += [
            f"it has a column {name!r}, and the first part has none"
            for name in table.column_names
            if name not in schema.names
        ]
        columns = []
        for field in schema:
            if field.name in table.column_names:
                column = table.column(field.name)
                cast = _as_type(column, field.type)
                if cast is None:
                    unsure = (
                        ", having no values there" if field.name in self._without_values else ""
                    )
                    problems.append(
                        f"column {field.name!r} has values of {column.type} that don't fit {field.type}, which it"
                        f" is in the first part{unsure}; dtype={{{field.name!r}: …}} names its type"
                    )
                columns.append(cast)
        _raise(problems)
        return pa.Table.from_arrays(columns, schema=schema)


def _as_type(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), kind)])
    return fits(column, kind) if is_text(column.type) == is_text(kind) else None


def _table(data: Any, model: RunModel, sources: Sources, notices: list[str]) -> pa.Table:
    """The data as Arrow, in the types it is to be written in."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(data, pandas.DataFrame):
        return _from_pandas(pandas, data, model, sources, notices)
    if polars is not None and isinstance(data, (polars.DataFrame, polars.LazyFrame)):
        table = _from_polars(polars, data)
        return _as_schema(table, _arrow_schema(table, model, sources, notices))
    if isinstance(data, (pa.Table, pa.RecordBatch)):
        table = data if isinstance(data, pa.Table) else pa.Table.from_batches([data])
        return _as_schema(table, _arrow_schema(table, model, sources, notices))
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
    return _as_texts(dtype)


def _as_texts(dtype: Mapping[str, Any]) -> dict[str, str]:
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
    table: pa.Table, model: RunModel, sources: Sources, notices: list[str]
) -> pa.Schema:
    """The schema to be written for data that has one already."""
    problems = _name_problems(table.column_names)
    fields = []
    for field, column in zip(table.schema, table.columns, strict=True):
        kind = plain(field.type)
        database_type = None
        if pa.types.is_null(kind):
            kind, database_type = absent(field.name, model, sources, notices)
        else:
            source = sources.columns.get(field.name)
            restored = None if source is None else _restored(column, kind, source)
            if source is not None and restored is not None:
                kind, database_type = restored, source.database_type
        fields.append(_field(field.name, kind, database_type))
    _raise(problems)
    return pa.schema(fields)


def _restored(
    column: pa.ChunkedArray, kind: pa.DataType, source: SourceColumn
) -> pa.DataType | None:
    """The type to write for a column that is of its source's type, or of polars' form of that; else None."""
    wanted = plain(source.type)
    same_zone = (pa.types.is_time(kind) and pa.types.is_time(wanted)) or (
        pa.types.is_timestamp(kind) and pa.types.is_timestamp(wanted) and kind.tz == wanted.tz
    )
    if same_zone:
        return None if fits(column, wanted) is None else wanted
    if without_widths(kind) != without_widths(wanted):
        return None
    # An enum stays one only when no value is new to it.
    is_known = source.categories is None or _among(column, source.categories)
    return kind if is_known else None


def _among(column: pa.ChunkedArray, categories: frozenset[str]) -> bool:
    return set(column.unique().to_pylist()) - {None} <= categories


def _as_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        column if column.type == field.type else cast_plain(column, field.type)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


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
