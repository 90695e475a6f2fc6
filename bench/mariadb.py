"""fal's data plane for JDBC databases on MariaDB, beside the driver alone.

There is no dbt adapter for MariaDB that today's dbt takes, so it is `MariaDbRates` of our tests that does both,
in a JVM with the launcher's options. The server's program is Debian's package mariadb-server-core.
"""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING

from measure import Bar, Outcome, median_ratio, run
from projects import REPOSITORY

if TYPE_CHECKING:
    from cases import Bench

ROWS = 1_000_000
MOST = 1.25  # a rate of 0.8 times the driver's
OPTIONS = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m --add-opens=java.base/java.nio=ALL-UNNAMED"
)
PROGRAM = "dev.falflow.warehouse.jdbc.MariaDbRates"


def mariadb(bench: Bench) -> Outcome:
    maven = run([REPOSITORY / ".ci" / "maven"], REPOSITORY).output.strip()
    classpath = bench.folder / "classpath"
    goals = ["test-compile", "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
    run([maven, "-q", *goals], REPOSITORY)
    target = REPOSITORY / "target"
    places = f"{target / 'test-classes'}:{target / 'classes'}:{classpath.read_text()}"
    java = ["java", *OPTIONS.split(), "-cp", places, PROGRAM]
    ran = run([*java, bench.folder, str(ROWS), str(bench.rounds)], bench.folder)
    rounds = [json.loads(line) for line in ran.output.splitlines() if line.startswith("{")][1:]
    figures = {name: [each[name] for each in rounds] for name in rounds[0]}
    return Outcome(
        "mariadb",
        "MariaDB over JDBC: 1 M rows of 10 columns read to Arrow, and written and published, against the driver alone",
        figures,
        [
            Bar(f"{what}", median_ratio(figures, f"fal, {what}", f"driver, {what}"), MOST, "times")
            for what in ("read", "write")
        ],
        {
            f"thousand rows/s, {what}": ROWS / statistics.median(figures[f"fal, {what}"]) / 1000
            for what in ("read", "write")
        },
    )
