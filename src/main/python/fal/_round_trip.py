"""What became of each column on its way from the warehouse into a frame, and back: for docs/artifacts.md.

Types and counts are read off the Arrow files' own headers; no value is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from fal import _arrow_file
from fal._reading import DATABASE_TYPE


@dataclass
class _Column:
    name: str
    database_type: str | None
    arrow_type: str
    dtype: str | None
    nulls: int = 0
    bytes: int = 0


@dataclass
class Passage:
    """One relation's way in, or the model's way out. ``seconds``: between Arrow and frame."""

    relation: str | None
    frame: str
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    columns: list[_Column] = field(default_factory=list)

    def add(self, files: Iterable[str], dtypes: dict[str, str]) -> None:
        """Rows that passed in these files; ``dtypes`` of the frame, by name."""
        table = _arrow_file.read(files)
        self.rows += table.num_rows
        if not self.columns:
            self.columns = [
                _Column(each.name, _database_type(each), str(each.type), dtypes.get(each.name))
                for each in table.schema
            ]
        for column, values in zip(self.columns, table.columns, strict=True):
            column.nulls += values.null_count
            column.bytes += values.nbytes
            self.bytes += values.nbytes

    def timed(self, frames: Iterable[Any]) -> Iterator[Any]:
        """The frames, and how long it took to make them."""
        iterator = iter(frames)
        while True:
            started = time.perf_counter()
            try:
                frame = next(iterator)
            except StopIteration:
                return
            finally:
                self.seconds += time.perf_counter() - started
            yield frame


class RoundTrip:
    """Of one model's run."""

    def __init__(self) -> None:
        self._inputs: list[Passage] = []
        self._output: Passage | None = None

    def input(self, relation: str | None, frame: str) -> Passage:
        """A new passage in, for every call of ``ref`` or ``source``."""
        passage = Passage(relation, frame)
        self._inputs.append(passage)
        return passage

    def output(self, frame: str) -> Passage:
        """The passage out; another one takes the place of what was not written to its end."""
        self._output = Passage(None, frame)
        return self._output

    def as_json(self) -> dict[str, Any]:
        return {
            "inputs": [asdict(passage) for passage in self._inputs],
            "output": None if self._output is None else asdict(self._output),
        }


def dtypes(frame: Any) -> dict[str, str]:
    """The dtypes of a pandas or polars frame, the types of an Arrow table, by name."""
    if hasattr(frame, "dtypes") and hasattr(frame, "iloc"):
        return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    schema = frame.collect_schema() if hasattr(frame, "collect_schema") else frame.schema
    if hasattr(schema, "items"):
        return {name: str(dtype) for name, dtype in schema.items()}
    return {each.name: str(each.type) for each in schema}


def kind(frame: Any) -> str:
    """``pandas``, ``polars`` or ``arrow``: the library a frame is of."""
    library = type(frame).__module__.partition(".")[0]
    return "arrow" if library == "pyarrow" else library


def _database_type(field: Any) -> str | None:
    found = (field.metadata or {}).get(DATABASE_TYPE)
    return None if found is None else found.decode()
