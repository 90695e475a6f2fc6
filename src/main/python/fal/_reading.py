"""Arrow files to frames, by the rules of docs/types.md; and what is remembered of them for the way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fal import FalError, _arrow_file
from fal._types import is_text

DATABASE_TYPE = b"fal:database_type"
UNLIMITED = b"numeric"  # the type of PostgreSQL's numbers of any length, which Arrow has none for
_AS_FLOATS = "column {!r} ({}) is read as float64, which keeps about 15 digits; ref(…, dtypes='exact') keeps decimals"
_BEYOND_DECIMALS = (
    "column {!r} ({}) holds NaN, infinity or more than 76 digits, so it is read as float64,"
    " which keeps about 15 digits"
)
WIDE = 38  # the precision warehouses give the sum of a column of numbers

_INTEGERS = {"int8": "Int8", "int16": "Int16", "int32": "Int32", "int64": "Int64"} | {
    "uint8": "UInt8",
    "uint16": "UInt16",
    "uint32": "UInt32",
    "uint64": "UInt64",
}


@dataclass(frozen=True)
class SourceColumn:
    """A column that was read: its type in Arrow and in the warehouse, and the dtype its frame gave it."""

    type: pa.DataType
    database_type: bytes | None
    dtype: Any
    categories: frozenset[str] | None


class Sources:
    """Every column read in this run, by name; None where inputs disagree on a name's type."""

    def __init__(self) -> None:
        self.columns: dict[str, SourceColumn | None] = {}
        self.notices: list[str] = []

    def without(self, names: Iterable[str]) -> Sources:
        """The same, as if columns of these names had not been read."""
        copy = Sources()
        left_out = set(names)
        copy.columns = {k: v for k, v in self.columns.items() if k not in left_out}
        return copy

    def batches(self, files: Iterable[str], size: int, dtypes: str) -> Iterator[Any]:
        """Frames of at most ``size`` rows, their dtypes by the schema alone; one at least."""
        table = _arrow_file.read(files)
        if dtypes != "exact":
            table = _with_floats(table, self._notice)
        for start in range(0, max(table.num_rows, 1), size):
            part = table.slice(start, size)
            frame, notices = to_pandas(part, dtypes, by_schema=True)
            self._remember(part, frame)
            for notice in notices:
                self._notice(notice)
            yield frame

    def _notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def frame(self, files: Iterable[str], kind: str, dtypes: str) -> Any:
        table = _with_decimals(_arrow_file.read(files), self._notice)
        if kind == "arrow":
            self._remember(table, None)
            return table
        if kind == "polars":
            try:
                import polars
            except ImportError:
                raise FalError(
                    "frame='polars' needs polars in this project's Python environment.", "no-polars"
                ) from None
            _refuse_for_polars(table.schema)
            self._remember(table, None)
            return polars.from_arrow(_without_extensions(table))
        frame, notices = to_pandas(table, dtypes)
        self._remember(table, frame)
        for notice in notices:
            self._notice(notice)
        return frame

    def _remember(self, table: pa.Table, frame: Any) -> None:
        for index, field in enumerate(table.schema):
            database_type = (field.metadata or {}).get(DATABASE_TYPE)
            column = SourceColumn(
                field.type,
                database_type,
                None if frame is None else frame.dtypes.iloc[index],
                _categories(table.column(index)),
            )
            known = self.columns.get(field.name, column)
            same = known is not None and (known.type, known.database_type) == (
                field.type,
                database_type,
            )
            self.columns[field.name] = column if same else None


def _refuse_for_polars(schema: pa.Schema) -> None:
    """polars has no type for months, days and nanoseconds in one, nor for numbers beyond 38 digits."""
    for field in schema:
        if pa.types.is_interval(field.type) or pa.types.is_decimal256(field.type):
            raise FalError(
                f"frame='polars' can't hold column {field.name!r} ({_given(field)}, {field.type} in Arrow): cast it"
                " in SQL, to text if need be, or read frame='arrow'.",
                "unsupported-type",
            )


def _is_unlimited(field: pa.Field) -> bool:
    return is_text(field.type) and (field.metadata or {}).get(DATABASE_TYPE) == UNLIMITED


def _with_floats(table: pa.Table, notice: Callable[[str], None]) -> pa.Table:
    """Numbers without limits as floats: which decimal type has room for all is known at the end only."""
    for index, field in enumerate(table.schema):
        if _is_unlimited(field):
            notice(_AS_FLOATS.format(field.name, UNLIMITED.decode()))
            column = table.column(index).cast(pa.float64())
            table = table.set_column(index, field.with_type(column.type), column)
    return table


def _with_decimals(table: pa.Table, notice: Callable[[str], None]) -> pa.Table:
    """Numbers without limits (PostgreSQL's plain ``numeric``) come as text: as decimals where Arrow has them."""
    for index, field in enumerate(table.schema):
        if _is_unlimited(field):
            column = _decimal(table.column(index))
            if pa.types.is_floating(column.type):
                notice(_BEYOND_DECIMALS.format(field.name, UNLIMITED.decode()))
            table = table.set_column(index, field.with_type(column.type), column)
    return table


def _decimal(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if (
        pc.any(pc.match_substring(column, "N")).as_py()
        or pc.any(pc.match_substring(column, "I")).as_py()
    ):
        return column.cast(pa.float64())  # NaN, Infinity
    unsigned = pc.utf8_ltrim(column, "-")
    point = pc.find_substring(unsigned, ".")
    is_whole = pc.less(point, 0)
    length = pc.binary_length(unsigned)
    scale = _most(pc.if_else(is_whole, 0, pc.subtract(pc.subtract(length, point), 1)))
    digits = _most(pc.if_else(is_whole, length, point)) + scale
    # Casts of texts don't tell when a number is too long for its type: they change it.
    if digits <= WIDE:
        return column.cast(pa.decimal128(WIDE, scale))
    return column.cast(pa.decimal256(2 * WIDE, scale) if digits <= 2 * WIDE else pa.float64())


def _most(counts: pa.ChunkedArray) -> int:
    most: int = pc.max(counts).as_py() or 0
    return most


def to_pandas(table: pa.Table, dtypes: str, by_schema: bool = False) -> tuple[Any, list[str]]:
    """A pandas frame of its own memory, and what must be said of it.

    ``by_schema``: the dtypes don't depend on the values, as if every column held a NULL.
    """
    try:
        import pandas as pd
    except ImportError:
        raise FalError(
            "ref() and source() give pandas frames, and pandas is not in this project's Python environment;"
            " frame='arrow' needs none.",
            "no-pandas",
        ) from None
    table = _without_extensions(table)
    if dtypes == "arrow":
        return table.to_pandas(types_mapper=pd.ArrowDtype), []
    notices: list[str] = []
    columns = []
    extensions: dict[str, str] = {}
    for field, column in zip(table.schema, table.columns, strict=True):
        column, extension = _prepared(field, column, dtypes, by_schema, notices)
        columns.append(column)
        if extension is not None:
            extensions[field.name] = extension
    prepared = pa.table(columns, names=table.column_names)
    frame = prepared.replace_schema_metadata(_pandas_metadata(extensions)).to_pandas()
    if by_schema:
        _settle_dtypes(table.schema, frame, dtypes)
    if dtypes == "numpy":
        for name, dtype in list(frame.dtypes.items()):
            if isinstance(dtype, pd.StringDtype):
                texts = frame[name].astype(object)
                frame[name] = texts.where(texts.notna(), None)
    return frame, notices


def _settle_dtypes(schema: pa.Schema, frame: Any, dtypes: str) -> None:
    """What pandas decides by the values, it decides as if one were missing."""
    for field in schema:
        if dtypes == "numpy" and pa.types.is_boolean(field.type):
            frame[field.name] = frame[field.name].astype(object)
        elif dtypes == "exact" and _is_unlimited(field):
            texts = frame[field.name].astype(object)
            frame[field.name] = texts.map(Decimal, na_action="ignore").astype(object)


def _prepared(
    field: pa.Field, column: pa.ChunkedArray, dtypes: str, by_schema: bool, notices: list[str]
) -> tuple[pa.ChunkedArray, str | None]:
    """The column in the Arrow type that pandas shall see, and the pandas extension type for it, if one."""
    kind = field.type
    if dtypes != "exact" and pa.types.is_decimal(kind):
        if dtypes == "numpy":
            return column.cast(pa.float64()), None
        if kind.precision >= WIDE and by_schema:
            notices.append(_AS_FLOATS.format(field.name, _given(field)))
            return column.cast(pa.float64()), None
        if kind.precision >= WIDE:
            column = _narrowed(field, column, notices)
            kind = column.type
    nullable = dtypes == "exact" or (dtypes == "default" and (by_schema or column.null_count))
    if pa.types.is_integer(kind):
        if by_schema and dtypes == "numpy":
            return column.cast(pa.float64(), safe=False), None
        if dtypes == "default" and not (by_schema and kind == pa.uint64()):
            column = _as_int64(column)
        return column, _INTEGERS[str(column.type)] if nullable else None
    if pa.types.is_boolean(kind):
        return column, "boolean" if nullable else None
    if pa.types.is_floating(kind):
        if kind.bit_width >= 32 and pc.any(pc.is_nan(column)).as_py():
            notices.append(
                f"column {field.name!r} holds NaN, which pandas doesn't tell from NULL and which is written as NULL;"
                " ref(…, dtypes='arrow') tells them apart"
            )
        exact = dtypes == "exact" and kind.bit_width >= 32
        return column, f"Float{kind.bit_width}" if exact else None
    if pa.types.is_date(kind) and dtypes != "exact":
        return _as_timestamps(field, column, by_schema), None
    return column, None


def _narrowed(field: pa.Field, column: pa.ChunkedArray, notices: list[str]) -> pa.ChunkedArray:
    """A wide decimal, which is mostly the sum of a column, as numbers that libraries can count with."""
    try:
        narrowed, name, remark = column.cast(pa.int64()), "int64", ""
    except pa.ArrowInvalid:
        narrowed, name = column.cast(pa.float64()), "float64"
        remark = ", which keeps about 15 digits"
    if narrowed.null_count and name == "int64":
        name = "Int64"
    notices.append(
        f"column {field.name!r} ({_given(field)}) is read as {name}{remark}; ref(…, dtypes='exact') keeps decimals"
    )
    return narrowed


def _given(field: pa.Field) -> str:
    """The column's type, as its database calls it."""
    name: bytes = (field.metadata or {}).get(DATABASE_TYPE, str(field.type).encode())
    return name.decode()


def _as_int64(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column  # beyond int64: stays uint64


def _as_timestamps(field: pa.Field, column: pa.ChunkedArray, by_schema: bool) -> pa.ChunkedArray:
    try:
        return column.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        if by_schema:
            raise FalError(
                f"column {field.name!r} holds dates beyond the year 294,000; dtypes='exact' reads them.",
                "unsupported-value",
            ) from None
        return column.cast(pa.timestamp("s"))  # beyond the year 294,000


def _pandas_metadata(extensions: dict[str, str]) -> dict[str, str] | None:
    """The pandas section of a schema: the one place where a dtype can be asked for by column."""
    if not extensions:
        return None
    columns = [
        {
            "name": name,
            "field_name": name,
            "pandas_type": dtype.lower(),
            "numpy_type": dtype,
            "metadata": None,
        }
        for name, dtype in extensions.items()
    ]
    return {"pandas": json.dumps({"index_columns": [], "column_indexes": [], "columns": columns})}


def _without_extensions(table: pa.Table) -> pa.Table:
    """Arrow's uuid, json and other extension types as what they are stored as; a UUID as its text."""
    for index, field in enumerate(table.schema):
        if isinstance(field.type, pa.BaseExtensionType):
            column = table.column(index)
            storage = pa.chunked_array(
                [chunk.storage for chunk in column.chunks], field.type.storage_type
            )
            if field.type.extension_name == "arrow.uuid":
                storage = _uuid_texts(storage)
            table = table.set_column(
                index, pa.field(field.name, storage.type, metadata=field.metadata), storage
            )
    return table


def _uuid_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import uuid

    texts = [None if value is None else str(uuid.UUID(bytes=value)) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _categories(column: pa.ChunkedArray) -> frozenset[str] | None:
    if not pa.types.is_dictionary(column.type) or not is_text(column.type.value_type):
        return None
    return frozenset(value for chunk in column.chunks for value in chunk.dictionary.to_pylist())


def fits(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    """The column cast to ``kind`` when not a value is changed by it, else None."""
    if column.type == kind:
        return column
    try:
        cast = column.cast(kind)
        back = cast.cast(column.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    if back.equals(column):
        return cast
    if not pa.types.is_floating(column.type):
        return None
    same = pc.or_kleene(pc.equal(back, column), pc.and_(pc.is_nan(back), pc.is_nan(column)))
    return cast if pc.all(same).as_py() is not False else None
