"""Arrow types by name: as Arrow prints them, and as warehouses call them."""

from __future__ import annotations

import re

import pyarrow as pa

_ALIASES = {
    "date32[day]": pa.date32(),
    "date64[ms]": pa.date64(),
    "fixed_size_binary[16]": pa.binary(16),
}
_PRINTED_DECIMAL = re.compile(r"decimal(32|64|128|256)\((\d+), (-?\d+)\)")
_PRINTED_TIMESTAMP = re.compile(r"timestamp\[(s|ms|us|ns), tz=(.+)\]")
_PRINTED_LIST = re.compile(r"(?:large_)?list<\w+: (.+?)(?: not null)?>")

_DATABASE_TYPES = {
    pa.int8(): "tinyint int1",
    pa.int16(): "smallint int2 smallserial",
    pa.int32(): "integer int int4 serial signed",
    pa.int64(): "bigint int8 bigserial long",
    pa.uint8(): "utinyint",
    pa.uint16(): "usmallint",
    pa.uint32(): "uinteger",
    pa.uint64(): "ubigint",
    pa.decimal128(38, 0): "hugeint",
    pa.float32(): "real float4",
    pa.float64(): "double float float8",
    pa.bool_(): "boolean bool logical",
    pa.date32(): "date",
    pa.time64("us"): "time",
    pa.timestamp("us"): "timestamp datetime timestamp_ntz",
    pa.timestamp("us", "UTC"): "timestamptz timestamp_tz",
    pa.string(): "varchar text string char character bpchar",
    pa.binary(): "blob bytea binary varbinary bytes",
}
_BY_NAME = {name: kind for kind, names in _DATABASE_TYPES.items() for name in names.split()}
_TWO_WORDS = {
    "double precision": pa.float64(),
    "character varying": pa.string(),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "timestamp without time zone": pa.timestamp("us"),
    "time without time zone": pa.time64("us"),
}
_DECLARED = re.compile(
    r"([a-z_][a-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*(with(?:out)? time zone)?"
)


def printed(text: str) -> pa.DataType | None:
    """The type that Arrow prints as ``text``; None when it is one we can't read back."""
    if text in _ALIASES:
        return _ALIASES[text]
    if match := _PRINTED_DECIMAL.fullmatch(text):
        make = pa.decimal256 if match[1] == "256" else pa.decimal128
        return make(int(match[2]), int(match[3]))
    if match := _PRINTED_TIMESTAMP.fullmatch(text):
        return pa.timestamp(match[1], match[2])
    if match := _PRINTED_LIST.fullmatch(text):
        item = printed(match[1])
        return None if item is None else pa.list_(item)
    try:
        return pa.type_for_alias(text)
    except ValueError:
        return None


def declared(text: str) -> pa.DataType | None:
    """The Arrow type for a warehouse's name of a type; None when we don't know the name."""
    match = _DECLARED.fullmatch(text.strip().lower())
    if match is None:
        return None
    name = f"{match[1]} {match[4]}" if match[4] else match[1]
    if name in ("decimal", "numeric"):
        precision, scale = int(match[2] or 18), int(match[3] or (0 if match[2] else 3))
        return pa.decimal128(precision, scale) if scale <= precision <= 38 else None
    return _TWO_WORDS.get(name) or _BY_NAME.get(name)


def plain(kind: pa.DataType) -> pa.DataType:
    """The type in the form every warehouse reads: dictionaries by their values, views and large texts as texts,
    large lists as lists."""
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    if pa.types.is_large_list(kind):
        return pa.list_(plain(kind.value_type))
    if is_text(kind):
        return pa.large_string() if not pa.types.is_string(kind) else kind
    if pa.types.is_binary_view(kind):
        return pa.large_binary()
    if isinstance(kind, pa.BaseExtensionType) and kind.extension_name.startswith("pandas."):
        return kind.storage_type
    return kind


def without_widths(kind: pa.DataType) -> pa.DataType:
    """The type, texts, bytes and lists in whatever form as those of the narrowest: they hold the same values."""
    if is_text(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_list(kind):
        return pa.list_(without_widths(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, without_widths(field.type)) for field in kind])
    return kind


def cast_plain(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array(
            [chunk.storage for chunk in column.chunks], column.type.storage_type
        )
    return column.cast(kind)


def is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
