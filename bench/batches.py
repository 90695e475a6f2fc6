"""More rows than fit into memory, through a model in batches: on DuckDB and on PostgreSQL."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import postgres
import projects
from measure import Bar, Outcome, alternate, median_ratio, run

if TYPE_CHECKING:
    from cases import Bench

MILLIONS = (5, 50)
FILL_POSTGRES = """
create schema if not exists raw_{millions};
create table raw_{millions}.wide as
select
    i::bigint as id,
    (i % 1000)::integer as quantity,
    (i * 0.37)::double precision as price,
    'item-' || (i % 53) as item
from generate_series(0, {millions} * 1000000 - 1) as numbers (i);
vacuum analyze raw_{millions}.wide;
"""


def batches(bench: Bench) -> Outcome:
    ours: dict[int, Path] = {}
    for millions in MILLIONS:
        ours[millions] = projects.wide_source(bench.folder / str(millions))
        projects.write(ours[millions] / "models" / "doubled.py", projects.BATCHED_COPY)
        bench.fill_wide(ours[millions], millions * 1_000_000, projects.LONG_TABLE)
    return measured(bench, "batches", "DuckDB", ours)


def batches_postgres(bench: Bench) -> Outcome:
    with postgres.server(bench.folder) as port:
        adbc = postgres.adbc_environment(bench)
        uri = f"postgresql://bench@127.0.0.1:{port}/postgres"
        ours: dict[int, Path] = {}
        for millions in MILLIONS:
            fill = FILL_POSTGRES.format(millions=millions)
            run([adbc, postgres.PEER, uri, fill], bench.folder)
            model = projects.BATCHED_COPY.replace("'raw'", f"'raw_{millions}'")
            place = bench.folder / str(millions)
            ours[millions] = postgres.new_project(place, port, "postgres", model)
            sources = ours[millions] / "models" / "sources.yml"
            sources.write_text(sources.read_text().replace("raw", f"raw_{millions}"))
        return measured(bench, "batches-postgres", "PostgreSQL", ours)


def measured(bench: Bench, name: str, database: str, ours: dict[int, Path]) -> Outcome:
    java_mb: list[float] = []
    private_mb: list[float] = []

    def a_million_rows(millions: int) -> float:
        """What reading and writing took in the model, and the publishing after it."""
        ran = bench.flow_run(ours[millions])
        java_mb.append(ran.peak_java_mb)
        private_mb.append(float(re.findall(r"private MB: (\S+)", ran.output)[0]))
        seconds = float(re.findall(r"seconds in the model: (\S+)", ran.output)[0])
        return (seconds + publish_seconds(ours[millions])) / millions

    few, many = MILLIONS
    works = {
        f"1 M rows of {few} M": lambda: a_million_rows(few),
        f"1 M rows of {many} M": lambda: a_million_rows(many),
    }
    figures = alternate(works, bench.rounds)
    ratio = median_ratio(figures, f"1 M rows of {many} M", f"1 M rows of {few} M")
    return Outcome(
        name,
        f"{database}: {many} M rows of 4 columns through a model in batches, read, changed, written and published,"
        f" against {few} M",
        figures,
        [
            Bar("time a row", ratio, 1.43, "times"),
            Bar("Java's memory", max(java_mb), 1024, "MB"),
            Bar("the model's private memory", max(private_mb), 600, "MB"),
        ],
    )


def publish_seconds(project: Path) -> float:
    """What the only model's publishing took in the last run."""
    results = json.loads((project / "target" / "fal_results.json").read_text(encoding="utf-8"))
    return float(results["python_models"][0]["publish_time"])
