"""One column of a pandas frame on its way to Arrow: the type its values make, or the one they came in.

The rules, and why, are in docs/types.md.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from fal import _types
from fal._reading import UNLIMITED, SourceColumn, Sources, fits
from fal._types import cast_plain, is_text, plain
from fal._wire import RunModel


class Unwritable(Exception):  # noqa: N818 - a finding, not an error yet
    """Why a column can't be written; the text goes on after the column's name."""


class Column:
    """One column of a pandas frame on its way to Arrow."""

    def __init__(
        self, pd: Any, name: str, values: Any, model: RunModel, sources: Sources, notices: list[str]
    ) -> None:
        self._pd = pd
        self._name = name
        self._values = values
        self._model = model
        self._sources = sources
        self._source: SourceColumn | None = sources.columns.get(name)
        self._notices = notices

    def arrow(self) -> tuple[pa.ChunkedArray, bytes | None]:
        column = _chunked(self._inferred())
        if pa.types.is_null(column.type):
            kind, database_type = absent(self._name, self._model, self._sources, self._notices)
            return column.cast(kind), database_type
        restored = self._restored(column)
        if restored is not None:
            return restored
        if self._values.dtype == object and pa.types.is_decimal(column.type):
            column = self._roomy(column)
        return column, None

    def _inferred(self) -> pa.Array | pa.ChunkedArray:
        pd, values = self._pd, self._values
        dtype = values.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            return self._of_categories()
        if isinstance(dtype, pd.PeriodDtype):
            return self._of_periods()
        if isinstance(dtype, pd.IntervalDtype):
            return self._as_texts("intervals")
        if isinstance(dtype, pd.SparseDtype):
            self._values = values = values.sparse.to_dense()
        if values.dtype == object:
            return self._of_objects()
        try:
            column = _chunked(pa.array(values, from_pandas=True))
        except (
            pa.ArrowInvalid,
            pa.ArrowTypeError,
            pa.ArrowNotImplementedError,
            TypeError,
            ValueError,
        ):
            raise Unwritable(f": {dtype} can't be written to a table") from None
        return self._in_microseconds(column)

    def _in_microseconds(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Nanoseconds are pandas' habit rather than a wish: kept only where the values need them."""
        kind = column.type
        if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
            wanted = (
                pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) else pa.duration("us")
            )
            cast = fits(column, wanted)
            return column if cast is None else cast
        return column if plain(kind) == kind else cast_plain(column, plain(kind))

    def _of_categories(self) -> pa.Array:
        pd, values = self._pd, self._values
        categories = values.cat.categories
        if isinstance(categories, (pd.IntervalIndex, pd.PeriodIndex)):
            return self._as_texts(
                "intervals" if isinstance(categories, pd.IntervalIndex) else "periods"
            )
        self._values = pd.Series(categories)
        named = self._inferred()
        indices = pa.array(values.cat.codes.to_numpy(), mask=values.isna().to_numpy())
        if isinstance(named, pa.ChunkedArray):
            named = named.combine_chunks()
        self._values = values
        return named.take(indices)

    def _of_periods(self) -> pa.ChunkedArray:
        """A period is the point where it starts: a date, or a time when it is shorter than a day."""
        starts = _chunked(pa.array(self._values.dt.start_time, from_pandas=True))
        as_dates = fits(starts, pa.date32())
        days = self._values.dtype.freq.name[:1] in "DBWMQYA"
        if days and as_dates is not None:
            return as_dates
        return self._in_microseconds(starts)

    def _as_texts(self, what: str) -> pa.Array:
        missing = self._values.isna().to_numpy()
        self._notices.append(f"column {self._name!r}: its {what} are written as text")
        return pa.array(self._values.astype(str).to_numpy(dtype=object), pa.string(), mask=missing)

    def _of_objects(self) -> pa.Array | pa.ChunkedArray:
        """A column of Python objects, all of one kind; anything else names the row that is of another."""
        values = self._values.to_numpy()
        missing = self._pd.isna(values)
        present = values[~missing]
        kinds = {_kind(each) for each in set(map(type, present))}
        if not kinds:
            return pa.nulls(len(values))
        if len(kinds) > 1 and kinds not in ({"int", "float"}, {"int", "Decimal"}):
            self._refuse_mixture(values, missing)
        kind = next(iter(kinds)) if len(kinds) == 1 else None
        if kind == "UUID":
            texts = [
                None if lost else str(each) for each, lost in zip(values, missing, strict=True)
            ]
            return pa.array(texts, pa.string())
        if kind == "Interval" or kind == "Period":
            return self._as_texts(f"{kind.lower()}s")
        try:
            return pa.array(values, from_pandas=True, mask=missing)
        except OverflowError:
            return self._of_large_integers(values, missing)
        except (
            pa.ArrowInvalid,
            pa.ArrowTypeError,
            pa.ArrowNotImplementedError,
            TypeError,
            ValueError,
        ) as error:
            return self._of_source_type(values, missing, error)

    def _of_large_integers(self, values: Any, missing: Any) -> pa.Array:
        for kind in (pa.uint64(), pa.decimal128(38, 0)):
            try:
                return pa.array(values, kind, mask=missing)
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
                continue
        raise Unwritable(": it has integers of more than 38 digits")

    def _of_source_type(self, values: Any, missing: Any, error: Exception) -> pa.Array:
        """Nested values that can't be told from their looks (a map is a list of pairs), but from where they came."""
        if self._source is not None and pa.types.is_nested(self._source.type):
            try:
                return pa.array(values, self._source.type, mask=missing)
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
                pass
        row = self._first_unwritable(values, missing)
        if row is None:
            raise Unwritable(f": its values don't make one type ({error})") from None
        raise Unwritable(
            f": row {self._label(row)} holds a {full_name(type(values[row]))}, which can't be written to a table"
        ) from None

    def _first_unwritable(self, values: Any, missing: Any) -> int | None:
        for row, value in enumerate(values):
            if not missing[row]:
                try:
                    pa.array([value], from_pandas=True)
                except Exception:
                    return row
        return None

    def _refuse_mixture(self, values: Any, missing: Any) -> None:
        first = None
        for row, value in enumerate(values):
            if missing[row]:
                continue
            if first is None:
                first = row
            elif _kind(type(value)) != _kind(type(values[first])):
                one, other = full_name(type(values[first])), full_name(type(value))
                raise Unwritable(
                    f" mixes types: {one} in row {self._label(first)} ({_short(values[first])}), {other} in row"
                    f" {self._label(row)} ({_short(value)}); .astype(…) makes them one"
                )

    def _label(self, row: int) -> str:
        """The row as the user finds it: by position, and by the index's label where that is something else."""
        label = self._values.index[row] if len(self._values.index) > row else row
        return str(row) if isinstance(label, int) and label == row else f"{row} (index {label!r})"

    def _restored(self, column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, bytes | None] | None:
        """A column that was read under this name goes back in the type it came in, unless that changes a value."""
        source = self._source
        if source is None:
            return None
        if not self._same_dtype(source):
            return self._integers_again(column, source)
        if source.categories is not None:
            known = set(column.unique().to_pylist()) - {None} <= source.categories
            return (column, source.database_type) if known else None
        kind = source.type
        if source.database_type == UNLIMITED and (
            pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        ):
            return column, source.database_type
        if is_text(kind) and is_text(column.type):
            return column, source.database_type
        if isinstance(kind, pa.BaseExtensionType):
            return column, source.database_type
        cast = fits(column, kind)
        return None if cast is None else (cast, source.database_type)

    def _same_dtype(self, source: SourceColumn) -> bool:
        if source.dtype is None:  # it was read as Arrow or polars
            return False
        if source.categories is not None:
            return isinstance(self._values.dtype, self._pd.CategoricalDtype) or bool(
                self._values.dtype == source.dtype
            )
        return bool(self._values.dtype == source.dtype)

    def _integers_again(
        self, column: pa.ChunkedArray, source: SourceColumn
    ) -> tuple[pa.ChunkedArray, bytes | None] | None:
        """Integers that pandas made floats of to hold a missing value, as a left merge does."""
        if not (
            pa.types.is_floating(column.type)
            and pa.types.is_integer(source.type)
            and column.null_count
        ):
            return None
        cast = fits(column, source.type)
        if cast is None:
            return None
        self._notices.append(
            f"column {self._name!r}: integers with missing values, which pandas keeps as floats, go back as integers"
        )
        return cast, source.database_type

    def _roomy(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Decimals get a type with room: the narrowest one that holds today's values may not hold tomorrow's."""
        for previous in self._model.previous_columns:
            if previous.name == self._name and previous.type is not None:
                kind = _types.printed(previous.type)
                cast = None if kind is None or not pa.types.is_decimal(kind) else fits(column, kind)
                if cast is not None:
                    return cast
        precision, scale = column.type.precision, max(column.type.scale, 0)
        for room in (18, 28, 38):
            if precision <= room:
                cast = fits(column, pa.decimal128(room, scale))
                if cast is not None:
                    return cast
        return column


def absent(
    name: str, model: RunModel, sources: Sources, notices: list[str]
) -> tuple[pa.DataType, bytes | None]:
    """The type of a column without a value to tell it: its input's, the declared one, last time's, or text."""
    source = sources.columns.get(name)
    if source is not None and not pa.types.is_null(source.type):
        return plain(source.type), source.database_type
    text = model.declared_types.get(name)
    if text is not None:
        notices.append(f"column {name!r} has no values; its type is the declared {text}")
        return _types.declared(text) or pa.string(), text.encode()
    for previous in model.previous_columns:
        if previous.name == name:
            kind = _types.printed(previous.type) if previous.type else None
            database_type = previous.database_type
            if kind is not None or database_type is not None:
                notices.append(
                    f"column {name!r} has no values; its type is the one it had before, {database_type or kind}"
                )
                return kind or pa.string(), database_type.encode() if database_type else None
    notices.append(f"column {name!r} has no values and no declared type; it is written as text")
    return pa.string(), None


def _chunked(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


_KINDS = {
    "str_": "str",
    "bool_": "bool",
    "bool": "bool",
    "Timestamp": "datetime",
    "datetime64": "datetime",
    "Timedelta": "timedelta",
    "timedelta64": "timedelta",
    "bytes_": "bytes",
    "bytearray": "bytes",
    "tuple": "list",
    "ndarray": "list",
    "set": "list",
    "frozenset": "list",
}


def _kind(kind: type) -> str:
    """What counts as one type in a column: numpy's scalars are Python's, a list is any sequence."""
    name = kind.__name__
    if kind.__module__ == "numpy":
        name = (
            name.rstrip("0123456789").removeprefix("u")
            if name[-1:].isdigit() and name[0] in "uif"
            else name
        )
    return _KINDS.get(name, name)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"


def full_name(kind: type) -> str:
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
