"""Reads a table into pandas and writes it back in one process; prints the seconds that took.

Runs in the Python of the dbt environment: frames_peer.py DATABASE arrow|frame
"""

from __future__ import annotations

import sys
import time

import duckdb
import pandas as pd
import pyarrow as pa


def by_arrow(connection: duckdb.DuckDBPyConnection) -> None:
    read = connection.sql("select * from raw.wide").to_arrow_table()
    # dates as datetime64, which .df() gives as well; Python objects would take many times as long
    frame: pd.DataFrame = read.to_pandas(date_as_object=False)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    connection.register("written", table)
    connection.execute("create or replace table by_arrow as select * from written")
    connection.unregister("written")


def by_frame(connection: duckdb.DuckDBPyConnection) -> None:
    frame: pd.DataFrame = connection.sql("select * from raw.wide").df()
    connection.register("written", frame)
    connection.execute("create or replace table by_frame as select * from written")
    connection.unregister("written")


def main() -> None:
    database, way = sys.argv[1:]
    connection = duckdb.connect(database)
    started = time.perf_counter()
    {"arrow": by_arrow, "frame": by_frame}[way](connection)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
