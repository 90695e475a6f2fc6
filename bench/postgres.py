"""fal on PostgreSQL beside ADBC in one Python process, and beside dbt-pybridge.

The server is made from the binaries on this machine, its data in the benchmark's own folder; started by root
it runs as nobody. The peers' Python environments are made once in build/bench/.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import projects
from measure import Bar, BenchError, Outcome, alternate, median_ratio, run, span_of_models

if TYPE_CHECKING:
    from cases import Bench

PEER = Path(__file__).resolve().parent / "postgres_peer.py"
ENVIRONMENTS = projects.REPOSITORY / "build" / "bench" / "peers"
NOBODY = 65534

FILL = """
create schema if not exists raw;
create table raw.wide as
select
    i::bigint as id,
    (i % 1000)::integer as quantity,
    (i * 0.37)::double precision as price,
    sqrt(i)::double precision as weight,
    ((i % 977) / 7)::double precision as share,
    'customer ' || (i % 100000) as customer,
    'item-' || (i % 53) as item,
    date '2020-01-01' + (i % 1500)::integer as day,
    timestamp '2020-01-01' + make_interval(secs => i) as at,
    i % 3 = 0 as is_open
from generate_series(0, {rows} - 1) as numbers (i);
vacuum analyze raw.wide;
"""

MODEL = """
import time

started = time.perf_counter()
df = source('raw', 'wide')
read = time.perf_counter()
df['added'] = df['quantity'] * 2
worked = time.perf_counter()
write_to_model(df)
print("seconds:", read - started, worked - read, time.perf_counter() - worked)
"""

DEPP_MODEL = """
import pandas as pd
from dbt.adapters.depp.typing import PandasDbt, SessionObject


def model(dbt: PandasDbt, session: SessionObject) -> pd.DataFrame:
    df = dbt.source("raw", "wide")
    df["added"] = df["quantity"] * 2
    return df
"""

DEPP_PROFILE = """
bench:
  target: dev
  outputs:
    dev: {{type: depp, db_profile: server, database: postgres, schema: depp}}
    server: {{type: postgres, host: 127.0.0.1, port: {port}, user: bench, password: none, database: postgres,
              schema: depp, threads: 4}}
"""

PYBRIDGE_MODEL = """
def model(dbt, session):
    df = dbt.source("raw", "wide").as_dataframe()
    df["added"] = df["quantity"] * 2
    return df
"""


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """A PostgreSQL server for as long as the block runs; gives its port."""
    binaries = find_binaries()
    place = folder / "postgres"
    place.mkdir()
    as_user: list[str] = []
    if os.getuid() == 0:
        os.chown(place, NOBODY, NOBODY)
        for parent in (folder, *folder.parents):
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        as_user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    data = place / "data"
    run(
        [*as_user, binaries / "initdb", "-D", data, "-U", "bench", "--auth=trust", "--no-sync"],
        place,
    )
    options = [
        "listen_addresses=127.0.0.1",
        "shared_buffers=512MB",
        "max_wal_size=8GB",
        "min_wal_size=6GB",  # written over, as by a server that has run for a while; new files are new memory
        "autovacuum=off",  # it would vacuum the one's table in the other's time
    ]
    process = subprocess.Popen(
        [
            *[*as_user, binaries / "postgres", "-D", data, "-p", str(port), "-k", place],
            *[word for option in options for word in ("-c", option)],
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None:
                    raise BenchError("PostgreSQL did not start") from None
                time.sleep(0.1)
        yield port
    finally:
        process.send_signal(2)  # fast shutdown
        process.wait()


def fill_the_page_cache(file: Path) -> None:
    """Leaves little memory that nobody has used before, as on a server that has run for a while: docs/adr/0008."""
    known = Path("/proc/meminfo")
    if not known.exists():
        return
    if not file.exists():
        lines = known.read_text(encoding="utf-8").splitlines()
        free = next(int(line.split()[1]) for line in lines if line.startswith("MemFree:")) << 10
        with file.open("wb") as made:
            made.truncate(max(free - (1 << 30), 0))  # it takes no disk, and a page where it is read
    part = bytearray(1 << 20)
    with file.open("rb", buffering=0) as made:
        while made.readinto(part):
            pass


def find_binaries() -> Path:
    places = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *map(Path, os.environ["PATH"].split(":")),
    ]
    for place in places:
        if (place / "initdb").exists():
            return place
    raise BenchError("needs PostgreSQL's initdb; Debian's package is postgresql")


def newer_python() -> Path | None:
    """A Python of 3.12 or newer, which dbt-depp wants: the one we run in, one on PATH, or pyenv's."""
    found = [Path(sys.executable)] if sys.version_info >= (3, 12) else []
    found += [Path(name) for each in ("3.13", "3.12") if (name := shutil.which(f"python{each}"))]
    found += sorted(Path.home().glob(".pyenv/versions/3.1[23].*/bin/python"))
    # pyenv's own commands are on PATH whether there is a Python behind them or not
    found = [
        each for each in found if subprocess.run([each, "-V"], capture_output=True).returncode == 0
    ]
    return next(iter(found), None)


def environment(name: str, python: Path, *packages: str) -> Path:
    """The Python of an environment with these packages, made once."""
    place = ENVIRONMENTS / name
    made = place / "bin" / "python"
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        run([python, "-m", "venv", place], projects.REPOSITORY)
        run([made, "-m", "pip", "install", "--quiet", *packages], projects.REPOSITORY)
        (place / "complete").touch()
    return made


def adbc_environment(bench: Bench) -> Path:
    packages = ("adbc-driver-postgresql", "adbc-driver-manager", "pandas", "pyarrow")
    return environment("adbc", bench.python, *packages)


def new_project(folder: Path, port: int, adapter: str, model: str) -> Path:
    projects.wide_source(folder)
    projects.write(
        folder / "profiles.yml",
        f"""
        bench:
          target: dev
          outputs:
            dev: {{type: {adapter}, host: 127.0.0.1, port: {port}, user: bench, password: none,
                   dbname: postgres, schema: {adapter}, threads: 4}}
        """,
    )
    (folder / "models" / "same.py").write_text(model, encoding="utf-8")
    return folder


def postgres(bench: Bench, rows: int) -> Outcome:
    adbc = adbc_environment(bench)
    with server(bench.folder) as port:
        uri = f"postgresql://bench@127.0.0.1:{port}/postgres"
        run([adbc, PEER, uri, FILL.format(rows=rows)], bench.folder)
        ours = new_project(bench.folder / "ours", port, "postgres", MODEL)
        parts: dict[str, list[float]] = {}

        def keep(who: str, read: float, work: float, write: float) -> float:
            parts.setdefault(f"{who}, read", []).append(read)
            parts.setdefault(f"{who}, write", []).append(write)
            return read + work + write

        def fal() -> float:
            output = bench.flow_run(ours).output
            read, work, write = numbers(re.findall(r"seconds: (.*)", output)[0])
            results = json.loads((ours / "target" / "fal_results.json").read_text(encoding="utf-8"))
            return keep("fal", read, work, write + results["python_models"][0]["publish_time"])

        def by_adbc() -> float:
            return keep("ADBC", *numbers(run([adbc, PEER, uri], bench.folder).output))

        turns = {"fal": fal, "ADBC": by_adbc}

        def from_a_checkpoint(turn: Callable[[], float]) -> Callable[[], float]:
            def take() -> float:
                run([adbc, PEER, uri, "checkpoint"], bench.folder)  # not within one's turn
                fill_the_page_cache(bench.folder / "filler")
                return turn()

            return take

        if rows <= 1_000_000:  # more than that pybridge refuses
            pybridge = environment(
                "pybridge", bench.python, "dbt-pybridge==0.2.3", "dbt-core>=1.10,<1.12"
            )
            theirs = new_project(bench.folder / "theirs", port, "pybridge", PYBRIDGE_MODEL)

            def by_pybridge() -> float:
                run([pybridge.parent / "dbt", "run"], theirs)
                return span_of_models(theirs)

            turns["dbt-pybridge"] = by_pybridge
        if newer := newer_python():
            depp = environment("depp", newer, "dbt-depp==0.4.8", "dbt-core>=1.10,<1.12")
            depps = new_project(bench.folder / "depp", port, "depp", DEPP_MODEL)
            projects.write(depps / "profiles.yml", DEPP_PROFILE.format(port=port))

            def by_depp() -> float:
                run([depp.parent / "dbt", "run"], depps)
                return span_of_models(depps)

            turns["dbt-depp"] = by_depp
        totals = alternate(
            {name: from_a_checkpoint(turn) for name, turn in turns.items()}, bench.rounds
        )
    figures = {name: values[1:] for name, values in parts.items()} | totals
    bars = [
        Bar(
            "read to Arrow's pandas", median_ratio(figures, "fal, read", "ADBC, read"), 1.1, "times"
        ),
        Bar("write and publish", median_ratio(figures, "fal, write", "ADBC, write"), 1.1, "times"),
        Bar("all of it", median_ratio(figures, "fal", "ADBC"), 1.2, "times"),
    ]
    for peer in ("dbt-pybridge", "dbt-depp"):
        if peer in figures:
            bars.append(
                Bar(f"against {peer}'s node", median_ratio(figures, "fal", peer), 0.25, "times")
            )
    return Outcome(
        f"postgres-{rows // 1_000_000}m",
        f"PostgreSQL: {rows // 1_000_000} M rows of 10 columns read, one added, published, against ADBC in one process",
        figures,
        bars,
        {} if "dbt-depp" in figures else {"dbt-depp": "not run, it wants Python 3.12 or newer"},
    )


def numbers(text: str) -> tuple[float, float, float]:
    read, work, write = map(float, text.split())
    return read, work, write
