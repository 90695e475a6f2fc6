"""DuckDB relations to and from Arrow files, on the connection that dbt itself opened.

The resident owns the database file while dbt runs (no other process could open it), so reads
and loads are done here, on cursors of their own beside dbt's. Settings, secrets, attached
databases and plug-ins of the profile hold for them, because the handle is dbt-duckdb's.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from fal import _arrow_file
from fal._reading import DATABASE_TYPE

_BATCH_ROWS = 122_880  # a DuckDB row group
_HUGEINT = {DATABASE_TYPE: b"HUGEINT"}
_names = itertools.count(1)


class PublishError(Exception):
    """The table was not published; the one before it stands."""


class SameNamesError(Exception):
    """Columns that DuckDB would take for one; nothing was published."""

    code = "bad-frame"


class DuckDb:
    """Reads and publishes on ``adapter``'s database; every call may come from another thread."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        self._lock = threading.Lock()
        self._kept: Any = None

    def open_and_describe(self, relation: str) -> list[dict[str, str]] | None:
        """The relation's columns, None where there is no table. Keeps a handle from now on:
        dbt alone would close and reopen the file between any two nodes."""
        with self._cursor() as cursor, self._lock:
            if self._kept is None:
                self._kept = self._adapter.connections.env().handle()
            return _columns(cursor, relation)

    def release(self) -> None:
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with self._adapter.connection_named(f"fal_{next(_names)}"):
            yield self._adapter.connections.get_thread_connection().handle.cursor()

    def read(self, query: str, directory: str, spill: str) -> tuple[list[str], int]:
        """Stream a query into Arrow IPC files; their paths and rows.

        Each field carries the column's own type as metadata ``fal:database_type``.
        """
        with self._cursor() as cursor:
            found = cursor.sql(query)
            types = [str(type_) for type_ in found.types]
            with _reader(found) as reader:
                schema = pa.schema(
                    [
                        field.with_metadata({DATABASE_TYPE: type_.encode()})
                        for field, type_ in zip(reader.schema, types, strict=True)
                    ]
                )
                parts = (pa.Table.from_arrays(batch.columns, schema=schema) for batch in reader)
                return _arrow_file.write(directory, spill, schema, parts)

    def publish(self, relation: Any, files: list[str], mode: str) -> int:
        """Make the Arrow files the content of ``relation`` in one transaction; returns its rows.

        Overwrite replaces the table (a view of that name too), append inserts by column name.
        Readers see the old table until the commit; whatever fails leaves it as it was.
        """
        with self._cursor() as cursor:
            table = _readable(_arrow_file.read(files))
            _refuse_same_names(table.column_names)
            select = _select(table.schema)
            data = f"fal_data_{next(_names)}"
            cursor.register(data, table)
            try:
                cursor.execute("begin")
                try:
                    before = _rows(cursor, relation) if mode == "append" else 0
                    if mode == "append" and before is not None:
                        cursor.execute(f"insert into {relation} by name {select} from {data}")
                    else:
                        self._replace(cursor, relation, f"{select} from {data}")
                    loaded = (_rows(cursor, relation) or 0) - (before or 0)
                    if loaded != table.num_rows:
                        raise PublishError(
                            f"{relation} holds {loaded} new rows, {table.num_rows} were written"
                        )
                    cursor.execute("commit")
                except BaseException:
                    cursor.execute("rollback")
                    raise
            finally:
                cursor.unregister(data)
            return int(table.num_rows)

    def _replace(self, cursor: Any, relation: Any, select: str) -> None:
        import duckdb

        try:
            cursor.execute(f"create or replace table {relation} as {select}")
        except duckdb.CatalogException as error:
            if "is of type View" not in str(error):
                raise
            cursor.execute("rollback")
            cursor.execute("begin")
            cursor.execute(f"drop view {relation}")
            cursor.execute(f"create table {relation} as {select}")


def _columns(cursor: Any, relation: str) -> list[dict[str, str]] | None:
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
    if hasattr(found, "to_arrow_reader"):
        return found.to_arrow_reader(_BATCH_ROWS)
    return found.fetch_arrow_reader(_BATCH_ROWS)


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
        name = '"' + field.name.replace('"', '""') + '"'
        wanted = (field.metadata or {}).get(DATABASE_TYPE)
        if wanted is None:
            columns.append(name)
        else:
            # Parsed and printed again by DuckDB: nothing of the text reaches the statement raw.
            columns.append(f"cast({name} as {duckdb.sqltype(wanted.decode())}) as {name}")
    return "select " + ", ".join(columns)
