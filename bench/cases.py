"""The benchmarks, each a line of the README's table."""

from __future__ import annotations

import re
import shutil
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import projects
from analysis import analysis, analysis_files
from batches import batches, batches_postgres, publish_seconds
from mariadb import mariadb
from measure import Bar, BenchError, Outcome, Ran, alternate, median_ratio, run, span_of_models
from postgres import postgres

FRAMES_PEER = Path(__file__).resolve().parent / "frames_peer.py"


@dataclass(frozen=True)
class Bench:
    """What every benchmark needs: the two commands and where to work."""

    fal: Path
    python: Path
    fal_options: list[str]
    folder: Path
    rounds: int

    @property
    def dbt(self) -> Path:
        return self.python.parent / "dbt"

    def flow_run(self, project: Path, *options: str) -> Ran:
        return run(
            [self.fal, "flow", "run", "--experimental-models", *self.fal_options, *options], project
        )

    def flow_build(self, project: Path) -> Ran:
        return run([self.fal, "flow", "build", *self.fal_options], project)

    def run_dbt(self, project: Path, *words: str) -> Ran:
        return run([self.dbt, *words], project)

    def fill_wide(self, project: Path, rows: int, table: str = projects.WIDE_TABLE) -> None:
        program = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
        run(
            [
                self.python,
                "-c",
                program,
                project / "bench.duckdb",
                table.format(rows=rows),
            ],
            project,
        )


def managed_python(fal: Path, project: Path) -> Path:
    """The Python of fal's own environment, as `fal debug` names it."""
    output = run([fal, "debug"], project).output
    for word in re.findall(r"/\S+/bin/python[\d.]*", output):
        if (Path(word).parent / "dbt").exists():
            return Path(word)
    raise BenchError(f"fal debug names no Python with dbt beside it; use --python.\n{output}")


def quickstart(bench: Bench) -> Outcome:
    ours = projects.quickstart(bench.folder / "ours")
    peer = projects.quickstart_in_sql(bench.folder / "peer")
    figures = alternate(
        {
            "fal flow run": lambda: bench.flow_run(ours).seconds,
            "dbt run": lambda: bench.run_dbt(peer, "run").seconds,
        },
        bench.rounds,
    )
    return Outcome(
        "quickstart",
        "quickstart, second run, whole command, against dbt run with its Python models as SQL",
        figures,
        [Bar("ratio", median_ratio(figures, "fal flow run", "dbt run"), 1.15, "times")],
    )


def chain(bench: Bench) -> Outcome:
    ours = projects.mixed_chain(bench.folder / "ours", 20)
    peer = projects.sql_chain(bench.folder / "peer", 20)
    figures = alternate(
        {
            "fal flow run": lambda: bench.flow_run(ours).seconds,
            "dbt run": lambda: bench.run_dbt(peer, "run").seconds,
        },
        bench.rounds,
    )
    return Outcome(
        "chain",
        "20 SQL and 20 Python models in one chain, whole command, against dbt run of 20 chained SQL models",
        figures,
        [Bar("ratio", median_ratio(figures, "fal flow run", "dbt run"), 2.0, "times")],
    )


def chain_in_2000(bench: Bench) -> Outcome:
    """What dbt's own parse takes longer is taken off: fal has no part in it."""
    alone = projects.mixed_chain(bench.folder / "alone", 20)
    among = projects.mixed_chain(bench.folder / "among", 20)
    projects.add_sql_models(among, 2000)
    last = "+step_39"
    figures = alternate(
        {
            "alone": lambda: bench.flow_run(alone, "--select", last).seconds,
            "among 2,000": lambda: bench.flow_run(among, "--select", last).seconds,
            "dbt parse alone": lambda: bench.run_dbt(alone, "parse").seconds,
            "dbt parse among 2,000": lambda: bench.run_dbt(among, "parse").seconds,
        },
        bench.rounds,
    )
    median = {name: statistics.median(values) for name, values in figures.items()}
    parse = median["dbt parse among 2,000"] - median["dbt parse alone"]
    return Outcome(
        "chain-in-2000",
        "the same chain inside a project of 2,000 SQL models, against the chain alone, beyond dbt's parse",
        figures,
        [Bar("ratio", (median["among 2,000"] - parse) / median["alone"], 1.5, "times")],
        {"dbt parse takes longer by (s)": parse},
    )


def million(bench: Bench) -> Outcome:
    ours = projects.wide_source(bench.folder / "ours")
    projects.write(
        ours / "models" / "wider.py",
        """
        df = source('raw', 'wide')
        df['added'] = df['quantity'] * 2
        write_to_model(df)
        """,
    )
    peer = projects.wide_source(bench.folder / "peer")
    projects.write(
        peer / "models" / "wider.py",
        """
        def model(dbt, session):
            dbt.config(materialized="table")
            df = dbt.source("raw", "wide").df()
            df["added"] = df["quantity"] * 2
            return df
        """,
    )
    for project in (ours, peer):
        bench.fill_wide(project, 1_000_000)
    figures = alternate(
        {
            "fal flow run": lambda: bench.flow_run(ours).seconds,
            "dbt run": lambda: bench.run_dbt(peer, "run").seconds,
        },
        bench.rounds,
    )
    return Outcome(
        "million",
        "1 M rows of 10 columns read, a column added, written, whole command, against a dbt-duckdb Python model",
        figures,
        [Bar("ratio", median_ratio(figures, "fal flow run", "dbt run"), 0.75, "times")],
    )


def frames(bench: Bench) -> Outcome:
    ours = projects.wide_source(bench.folder / "ours")
    projects.write(ours / "models" / "same.py", projects.TIMED_COPY)
    peer = projects.wide_source(bench.folder / "peer")
    for project in (ours, peer):
        bench.fill_wide(project, 5_000_000)

    whole_node: list[float] = []

    def read_and_write() -> float:
        """What source() and write_to_model() took in the model, and the publishing after it."""
        output = bench.flow_run(ours).output
        whole_node.append(span_of_models(ours))
        in_model = float(re.findall(r"seconds in the model: (\S+)", output)[0])
        return in_model + publish_seconds(ours)

    def peer_alone(way: str) -> float:
        return float(
            run([bench.python, FRAMES_PEER, peer / "bench.duckdb", way], peer).output.split()[-1]
        )

    figures = alternate(
        {
            "fal": read_and_write,
            "by Arrow": lambda: peer_alone("arrow"),
            "by DataFrame": lambda: peer_alone("frame"),
        },
        bench.rounds,
    )
    figures["fal, from dbt's start of the model to its end"] = whole_node[1:]
    return Outcome(
        "frames",
        "a model's own read and write of 5 M rows of 10 columns, against one process by Arrow, and by .df()",
        figures,
        [
            Bar("ratio to Arrow", median_ratio(figures, "fal", "by Arrow"), 1.2, "times"),
            Bar("ratio to .df()", median_ratio(figures, "fal", "by DataFrame"), 0.5, "times"),
        ],
    )


def sleepers(bench: Bench) -> Outcome:
    ours = projects.sleepers(bench.folder / "ours", 8)

    def from_first_start_to_last_end() -> float:
        bench.flow_run(ours, "--threads", "8")
        return span_of_models(ours)

    figures = alternate({"fal": from_first_start_to_last_end}, bench.rounds)
    return Outcome(
        "sleepers",
        "8 Python models that each sleep 1 s, 8 threads, from the first's start to the last's end",
        figures,
        [Bar("seconds", statistics.median(figures["fal"]), 1.5, "s")],
    )


def hooks(bench: Bench) -> Outcome:
    with_hooks = projects.hooked(bench.folder / "with", 20, hooks=True)
    without = projects.hooked(bench.folder / "without", 20, hooks=False)
    figures = alternate(
        {
            "40 hooks": lambda: bench.flow_run(with_hooks).seconds,
            "none": lambda: bench.flow_run(without).seconds,
        },
        bench.rounds,
    )
    return Outcome(
        "hooks",
        "20 SQL models with a hook before and one after each, whole command, against the same without hooks",
        figures,
        [Bar("ratio", median_ratio(figures, "40 hooks", "none"), 1.3, "times")],
    )


def many_models(bench: Bench) -> Outcome:
    ours = projects.many_pairs(bench.folder / "ours", 2000)
    bench.flow_run(ours, "--select", "+after_0000")
    peer = bench.folder / "peer"
    shutil.copytree(ours, peer, ignore=shutil.ignore_patterns("target", "logs"))
    java_mb: list[float] = []

    def flow_run() -> float:
        ran = bench.flow_run(ours, "--select", "after_0000")
        java_mb.append(ran.peak_java_mb)
        return ran.seconds

    figures = alternate(
        {
            "fal flow run": flow_run,
            "dbt run": lambda: bench.run_dbt(peer, "run", "--select", "before_0000").seconds,
        },
        bench.rounds,
    )
    beyond = statistics.median(figures["fal flow run"]) - statistics.median(figures["dbt run"])
    return Outcome(
        "many-models",
        "2,000 Python and 2,000 SQL models, one of them run: all of ours beyond dbt's own run",
        figures,
        [Bar("beyond dbt", beyond, 3.0, "s"), Bar("Java's memory", max(java_mb), 1024, "MB")],
    )


def sql_only(bench: Bench) -> Outcome:
    ours = projects.sql_only(bench.folder / "ours", 1000)
    peer = projects.sql_only(bench.folder / "peer", 1000)
    figures = alternate(
        {
            "fal flow build": lambda: bench.flow_build(ours).seconds,
            "dbt build": lambda: bench.run_dbt(peer, "build").seconds,
        },
        bench.rounds,
    )
    return Outcome(
        "sql-only",
        "1,000 SQL models and no Python model, whole fal flow build against dbt build",
        figures,
        [Bar("ratio", median_ratio(figures, "fal flow build", "dbt build"), 1.1, "times")],
    )


CASES: dict[str, Callable[[Bench], Outcome]] = {
    "quickstart": quickstart,
    "chain": chain,
    "chain-in-2000": chain_in_2000,
    "million": million,
    "frames": frames,
    "batches": batches,
    "sleepers": sleepers,
    "hooks": hooks,
    "many-models": many_models,
    "sql-only": sql_only,
    "batches-postgres": batches_postgres,
    "mariadb": mariadb,
    "analysis": analysis,
    "analysis-files": analysis_files,
    "postgres-1m": lambda bench: postgres(bench, 1_000_000),
    "postgres-5m": lambda bench: postgres(bench, 5_000_000),
}
