"""Reads a table into pandas by ADBC, adds a column, writes it back and commits; prints the seconds of each.

postgres_peer.py URI           the work
postgres_peer.py URI SQL       runs these statements instead
"""

from __future__ import annotations

import sys
import time

import adbc_driver_postgresql.dbapi as postgres
import pyarrow as pa


def main() -> None:
    uri, *statements = sys.argv[1:]
    if statements:
        with postgres.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements[0].split(";\n"):
                if statement.strip():
                    cursor.execute(statement)
        return
    with postgres.connect(uri) as connection, connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute("select * from raw.wide")
        frame = cursor.fetch_arrow_table().to_pandas(date_as_object=False)
        read = time.perf_counter()
        frame["added"] = frame["quantity"] * 2
        worked = time.perf_counter()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        cursor.adbc_ingest("by_adbc", table, mode="replace")
        connection.commit()
        print(read - started, worked - read, time.perf_counter() - worked)


if __name__ == "__main__":
    main()
