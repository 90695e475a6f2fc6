"""DuckDB relations to and from Arrow files, on the connection that dbt itself opened.

The resident owns the database file while dbt runs (no other process could open it), so reads
and loads are done here, on cursors of their own beside dbt's. Settings, secrets, attached
databases and plug-ins of the profile hold for them, because the handle is dbt-duckdb's.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from fal import _arrow_file
from fal._reading import DATABASE_TYPE

_BATCH_ROWS = 122_880  # a DuckDB row group
_HUGEINT = {DATABASE_TYPE: b"HUGEINT"}
# Arrow has no such type, or DuckDB's values don't survive theirs there: an offset, numbers beyond 127 bits.
_READ_AS_TEXT = ("UHUGEINT", "TIME WITH TIME ZONE", "BIT", "BIGNUM", "VARINT")
_names = itertools.count(1)


class PublishError(Exception):
    """The table was not published; the one before it stands."""


class SameNamesError(Exception):
    """Columns that DuckDB would take for one; nothing was published."""

    code = "bad-frame"


class UnsupportedTypeError(Exception):
    """A column that can't be read in any form that could be written again."""

    code = "unsupported-type"


class DuckDb:
    """Reads and publishes on ``adapter``'s database; every call may come from another thread."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        self._lock = threading.Lock()
        self._kept: Any = None
        self._open: dict[int, Stream | Load] = {}

    def columns(self, relation: str) -> list[dict[str, str]] | None:
        """The relation's columns, None where there is no table."""
        with self._cursor() as cursor:
            return _columns(cursor, relation)

    def release(self) -> None:
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """Keeps a handle from the first time on: dbt alone would close and reopen the file between any two nodes."""
        with self._adapter.connection_named(f"fal_{next(_names)}"):
            handle = self._adapter.connections.get_thread_connection().handle
            with self._lock:
                if self._kept is None:
                    self._kept = self._adapter.connections.env().handle()
            yield handle.cursor()

    def read(self, query: str, room: _arrow_file.Room) -> tuple[list[str], int]:
        """Stream a query into Arrow IPC files; their paths and rows. A statement without a result has none.

        Each field carries the column's own type as metadata ``fal:database_type``.
        """
        with self._cursor() as cursor:
            found = cursor.sql(query)
            if found is None:
                return [], 0
            with _Rows(found) as rows:
                return _arrow_file.write(room, rows.schema, rows)

    # A connection of dbt's belongs to a thread. What lasts longer than one call has a handle of its own.

    def stream(self, query: str) -> int:
        """Begin to read a query in parts; the number to go on with."""
        return self._keep(lambda handle: Stream(handle, query))

    def load(self, relation: Any, mode: str) -> int:
        """Begin to write to a relation in parts; the number to go on with."""
        return self._keep(lambda handle: Load(handle, relation, mode))

    def open_one(self, number: int) -> Any:
        """The ``Stream`` or ``Load`` of this number."""
        return self._open[number]

    def close_one(self, number: int) -> None:
        self._open.pop(number).close()

    def is_idle(self) -> bool:
        """Whether nothing is read or written part by part."""
        return not self._open

    def interrupt(self) -> None:
        """What streams and loads are running; dbt's adapter knows of its own connections only."""
        for each in list(self._open.values()):
            each.handle.cursor().interrupt()

    def _keep(self, make: Callable[[Any], Stream | Load]) -> int:
        with self._cursor():  # dbt-duckdb knows no database before something has connected
            handle = self._adapter.connections.env().handle()
        try:
            made = make(handle)
        except BaseException:
            handle.close()
            raise
        number = next(_names)
        self._open[number] = made
        return number


class _Rows:
    """A query's result as tables of a row group each, with the columns' own types."""

    def __init__(self, found: Any) -> None:
        _refuse_unions(found)
        self._reader = _reader(found)
        self.schema = pa.schema(
            [
                field.with_metadata({DATABASE_TYPE: str(type_).encode()})
                for field, type_ in zip(self._reader.schema, found.types, strict=True)
            ]
        )

    def __iter__(self) -> Iterator[pa.Table]:
        for batch in self._reader:
            yield pa.Table.from_arrays(batch.columns, schema=self.schema)

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *error: object) -> None:
        self._reader.close()


class Stream:
    """A query read part by part; the database goes no further than what was asked for."""

    def __init__(self, handle: Any, query: str) -> None:
        self.handle = handle
        self._rows = _Rows(handle.cursor().sql(query))
        self._tables = iter(self._rows)
        self._begun = False

    def next(self, rows: int, room: _arrow_file.Room) -> tuple[list[str], int]:
        """Files of the next row groups, ``rows`` or a little more; one without rows when the query has none."""
        first = next(self._tables, None)
        if first is None and self._begun:
            return [], 0
        self._begun = True
        return _arrow_file.write(room, self._rows.schema, self._up_to(rows, first))

    def _up_to(self, rows: int, table: pa.Table | None) -> Iterator[pa.Table]:
        while table is not None:
            yield table
            rows -= table.num_rows
            table = next(self._tables, None) if rows > 0 else None

    def close(self) -> None:
        self._rows.__exit__()
        self.handle.close()


class Load:
    """A relation written part by part, in one transaction that ``publish`` commits.

    Overwrite replaces the table (a view of that name too), append inserts by column name.
    Readers see the old table until the commit; whatever fails leaves it as it was.
    """

    def __init__(self, handle: Any, relation: Any, mode: str) -> None:
        self.handle = handle
        self._cursor = handle.cursor()
        self._relation = relation
        self._mode = mode
        self._before: int | None = None
        self._rows = 0

    def add(self, files: list[str]) -> None:
        table = _readable(_arrow_file.read(files))
        _refuse_same_names(table.column_names)
        select = _select(table.schema)
        data = f"fal_data_{next(_names)}"
        self._cursor.register(data, table)
        if self._before is None:
            self._begin(f"{select} from {data}")
        else:
            self._insert(f"{select} from {data}")
        self._rows += table.num_rows
        self._cursor.unregister(data)

    def publish(self) -> tuple[int, list[dict[str, str]] | None]:
        """Commit; the number of rows that were added, and the relation's columns."""
        loaded = (_rows(self._cursor, self._relation) or 0) - (self._before or 0)
        if loaded != self._rows:
            raise PublishError(
                f"{self._relation} holds {loaded} new rows, {self._rows} were written"
            )
        self._cursor.execute("commit")
        return self._rows, _columns(self.handle.cursor(), self._relation)

    def close(self) -> None:
        self.handle.close()  # which undoes what was not committed

    def _begin(self, select: str) -> None:
        self._cursor.execute("begin")
        self._before = 0
        before = _rows(self._cursor, self._relation) if self._mode == "append" else None
        if before is not None:
            self._before = before
            self._insert(select)
            return
        if self._mode == "append":
            # Looking for a table that is not there has spoilt the transaction.
            self._cursor.execute("rollback")
            self._cursor.execute("begin")
        self._replace(select)

    def _insert(self, select: str) -> None:
        self._cursor.execute(f"insert into {self._relation} by name {select}")

    def _replace(self, select: str) -> None:
        import duckdb

        try:
            self._cursor.execute(f"create or replace table {self._relation} as {select}")
        except duckdb.CatalogException as error:
            if "is of type View" not in str(error):
                raise
            self._cursor.execute("rollback")
            self._cursor.execute("begin")
            self._cursor.execute(f"drop view {self._relation}")
            self._cursor.execute(f"create table {self._relation} as {select}")


def _columns(cursor: Any, relation: Any) -> list[dict[str, str]] | None:
    """Name, Arrow type and database type of each column, None where there is no table."""
    import duckdb

    try:
        found = cursor.sql(f"select * from {relation} limit 0")
    except duckdb.CatalogException:
        return None
    return [
        {"name": field.name, "type": str(field.type), "database_type": str(type_)}
        for field, type_ in zip(_reader(found).schema, found.types, strict=True)
    ]


def _reader(found: Any) -> Any:
    """A relation's record batch reader, under the name each DuckDB has for it."""
    found = _with_texts(found)
    if hasattr(found, "to_arrow_reader"):
        return found.to_arrow_reader(_BATCH_ROWS)
    return found.fetch_arrow_reader(_BATCH_ROWS)


def _with_texts(found: Any) -> Any:
    """The relation, values that would not survive Arrow as DuckDB prints them."""
    types = [str(type_) for type_ in found.types]
    if not set(types) & set(_READ_AS_TEXT):
        return found
    names = [_quoted(name) for name in found.columns]
    return found.project(
        ", ".join(
            f"cast({name} as varchar) as {name}" if type_ in _READ_AS_TEXT else name
            for name, type_ in zip(names, types, strict=True)
        )
    )


def _refuse_unions(found: Any) -> None:
    for name, type_ in zip(found.columns, map(str, found.types), strict=True):
        if type_.startswith("UNION("):
            raise UnsupportedTypeError(
                f"column {name!r} is a {type_}, which frames don't have: read one of its members, as in"
                f" union_extract({_quoted(name)}, …)."
            )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rows(cursor: Any, relation: Any) -> int | None:
    import duckdb

    try:
        return int(cursor.execute(f"select count(*) from {relation}").fetchone()[0])
    except duckdb.CatalogException:
        return None


def _readable(table: Any) -> Any:
    """DuckDB reads no 256-bit decimals (a HUGEINT of 39 digits): they go as text and are cast."""
    for index, field in enumerate(table.schema):
        if pa.types.is_decimal256(field.type):
            text = pa.field(field.name, pa.string(), metadata=field.metadata or _HUGEINT)
            table = table.set_column(index, text, table.column(index).cast(pa.string()))
    return table


def _refuse_same_names(names: list[str]) -> None:
    """DuckDB would rename the second of ``id`` and ``ID`` and fill it with the values of the first."""
    firsts: dict[bytes, str] = {}
    for name in names:
        first = firsts.setdefault(name.encode().lower(), name)  # of ASCII letters only, as DuckDB
        if first != name:
            raise SameNamesError(
                f"write_to_model() can't write this frame: columns {first!r} and {name!r} have the same name"
                " for DuckDB, which doesn't tell upper from lower case. Rename one of them."
            )


def _select(schema: Any) -> str:
    """``select "a", cast("b" as INTEGER) as "b"``: the types named by the fields' metadata."""
    import duckdb

    columns = []
    for field in schema:
        name = _quoted(field.name)
        wanted = (field.metadata or {}).get(DATABASE_TYPE)
        if wanted is None:
            columns.append(name)
        else:
            # Parsed and printed again by DuckDB: nothing of the text reaches the statement raw.
            columns.append(f"cast({name} as {duckdb.sqltype(wanted.decode())}) as {name}")
    return "select " + ", ".join(columns)
