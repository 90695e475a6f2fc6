"""How long the analysis of Python files takes: a large project, and every file that a Python installation holds."""

from __future__ import annotations

import json
import statistics
import subprocess
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

import projects
from measure import Bar, BenchError, Outcome

if TYPE_CHECKING:
    from cases import Bench

SCRIPT = projects.REPOSITORY / "src" / "main" / "python" / "fal" / "_analysis.py"
SAID = "Python files in "


def analysis(bench: Bench) -> Outcome:
    """2,000 models that share 200 helpers: all of it anew, and when nothing has changed."""
    project = projects.many_with_helpers(bench.folder / "models", 2000, 200)
    figures: dict[str, list[float]] = {"anew": [], "nothing changed": []}
    for number in range(bench.rounds):
        for file in [*project.glob("models/*.py"), *project.glob("lib/*.py")]:
            file.write_text(file.read_text() + f"# {number}\n")
        for name in figures:
            figures[name].append(_seconds(bench, project))
    return Outcome(
        "analysis",
        "2,000 models and 200 helpers analysed",
        figures,
        [
            Bar("anew", statistics.median(figures["anew"]), 6.0, "s"),
            Bar("nothing changed", statistics.median(figures["nothing changed"]), 0.5, "s"),
        ],
    )


def _seconds(bench: Bench, project: Path) -> float:
    """What fal says its analysis took; its run itself is of no interest."""
    ran = bench.flow_run(project, "--log-level", "debug", "--select", "before")
    line = next((line for line in ran.output.splitlines() if SAID in line), None)
    if line is None:
        raise BenchError(f"fal does not say how long its analysis took:\n{ran.output[-2000:]}")
    return float(line.partition(SAID)[2].split()[0]) / 1000


def analysis_files(bench: Bench) -> Outcome:
    """The standard library and the installed packages: none may crash it or hold it up."""
    folders = {sysconfig.get_paths()["stdlib"], str(bench.python.parent.parent)}
    files = [file for folder in folders for file in Path(folder).rglob("*.py") if file.is_file()]
    lines = [{"modules": {}, "vars": {}}]
    lines += [
        {"path": str(file), "file": file.name, "search": [str(file.parent)]} for file in files
    ]
    words = "".join(json.dumps(line) + "\n" for line in lines)
    started = time.perf_counter()
    done = subprocess.run(
        [bench.python, "-I", "-S", SCRIPT], input=words, capture_output=True, text=True, check=False
    )
    milliseconds = (time.perf_counter() - started) / len(files) * 1000
    if done.returncode != 0 or len(done.stdout.splitlines()) != len(files):
        raise BenchError(f"the analysis ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return Outcome(
        "analysis-files",
        "every file of the standard library and of the installed packages analysed",
        {"all": [milliseconds * len(files) / 1000]},
        [Bar("a file on average", milliseconds, 10.0, "ms")],
        {"files": float(len(files))},
    )
