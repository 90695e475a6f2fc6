"""Running commands side by side and judging what they took."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


class BenchError(Exception):
    """A command of a benchmark failed, so that there is nothing to compare."""


@dataclass(frozen=True)
class Ran:
    """What one command took."""

    seconds: float
    peak_java_mb: float
    output: str


def run(command: Sequence[str | Path], folder: Path) -> Ran:
    """Run a command in a folder, its output kept for the case that it fails."""
    words = [str(word) for word in command]
    environment = os.environ | {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    memory = JavaMemory(process.pid)
    memory.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    memory.stop()
    if process.returncode != 0:
        tail = "\n".join(output.splitlines()[-30:])
        raise BenchError(
            f"{' '.join(words)} (in {folder}) ended with {process.returncode}:\n{tail}"
        )
    return Ran(seconds, memory.peak_mb, output)


class JavaMemory(threading.Thread):
    """Watches the largest resident size of the Java processes that a process is or starts.

    The kernel keeps each process's high-water mark; looking again and again only makes sure that the last
    look comes shortly before the end.
    """

    PAUSE_SECONDS = 0.05

    def __init__(self, root: int) -> None:
        super().__init__(name="java-memory", daemon=True)
        self.peak_mb = 0.0
        self._root = root
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self.PAUSE_SECONDS):
            for process in [self._root, *children_of(self._root)]:
                self.peak_mb = max(self.peak_mb, java_peak_mb(process))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def children_of(process: int) -> list[int]:
    """The children of a process; empty where there is no /proc, or the process has ended."""
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def java_peak_mb(process: int) -> float:
    """The high-water mark of a process in MB, 0 if it is not Java."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if fields.get("Name", "").strip() != "java" or "VmHWM" not in fields:
        return 0.0
    return int(fields["VmHWM"].split()[0]) / 1024


def alternate(works: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Do each work once per round, in turning order, so that a slow moment of the machine hits all alike.

    One round before the first is thrown away: it fills caches.
    """
    figures: dict[str, list[float]] = {name: [] for name in works}
    order = list(works)
    for round_number in range(rounds + 1):
        for name in order:
            figure = works[name]()
            if round_number > 0:
                figures[name].append(figure)
        order.reverse()
    return figures


@dataclass(frozen=True)
class Bar:
    """One thing that has to be reached: a value and the most it may be."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit

    def __str__(self) -> str:
        sign = "≤" if self.is_met else ">"
        return f"{self.value:.2f} {self.unit} ({sign} {self.limit:g})"


@dataclass(frozen=True)
class Outcome:
    """What came of one benchmark: medians are taken of `figures`, verdicts are in `bars`."""

    name: str
    work: str
    figures: dict[str, list[float]]
    bars: list[Bar]
    facts: dict[str, float | str] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return all(bar.is_met for bar in self.bars)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "work": self.work,
            "figures": self.figures,
            "medians": {name: statistics.median(values) for name, values in self.figures.items()},
            "bars": [
                {
                    "what": bar.what,
                    "value": bar.value,
                    "limit": bar.limit,
                    "unit": bar.unit,
                    "met": bar.is_met,
                }
                for bar in self.bars
            ],
            "facts": self.facts,
        }


def median_ratio(figures: dict[str, list[float]], ours: str, peer: str) -> float:
    return statistics.median(figures[ours]) / statistics.median(figures[peer])


def span_of_models(project: Path) -> float:
    """Seconds from the first model's start to the last one's end in the last run, by dbt's own clock."""
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    spans = [
        timing for result in results for timing in result["timing"] if timing["name"] == "execute"
    ]
    if not spans:
        raise BenchError(f"{project}/target/run_results.json holds no timing of an executed model")
    started = min(
        datetime.fromisoformat(span["started_at"].replace("Z", "+00:00")) for span in spans
    )
    completed = max(
        datetime.fromisoformat(span["completed_at"].replace("Z", "+00:00")) for span in spans
    )
    return (completed - started).total_seconds()
