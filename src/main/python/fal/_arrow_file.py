"""An Arrow file in the folder for data, or, when that is full, in the run's folder on disk.

The folder is mostly shared memory, and small in containers (64 MB). It is written with write(), which
reports a full disk as an error; writing through a map would kill the process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable

import pyarrow as pa

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ROWS = 122_880  # a DuckDB row group: what a reader takes at a time


def write(
    directory: str, spill: str, schema: pa.Schema, parts: Iterable[pa.Table]
) -> tuple[str, int]:
    """Writes the parts to a new file only we may read; gives back its path and the number of rows."""
    rows = 0
    sink = _Sink(directory, spill)
    try:
        with pa.PythonFile(sink, "w") as stream, pa.ipc.new_file(stream, schema) as writer:
            for part in parts:
                rows += part.num_rows
                writer.write_table(part, max_chunksize=_ROWS)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(sink.path)
        raise
    finally:
        sink.close()
    return sink.path, rows


class _Sink:
    """A file that moves to the spill folder when its own has no room left."""

    def __init__(self, directory: str, spill: str) -> None:
        self.closed = False
        self._spill = spill
        self._position = 0
        try:
            self._descriptor, self.path = _new_file(directory)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._descriptor, self.path = _new_file(spill)

    def write(self, data: bytes | memoryview) -> int:
        rest = memoryview(data).cast("B")
        size = len(rest)
        while len(rest):
            try:
                done = os.write(self._descriptor, rest)
            except OSError as error:
                if error.errno not in _FULL or os.path.dirname(self.path) == self._spill:
                    raise
                self._move()
                continue
            rest = rest[done:]
            self._position += done
        return size

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        pass

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            os.close(self._descriptor)

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def _move(self) -> None:
        full = self.path
        os.close(self._descriptor)
        self._descriptor, self.path = _new_file(self._spill)
        with open(full, "rb") as old, open(self._descriptor, "wb", closefd=False) as new:
            shutil.copyfileobj(old, new, 1 << 20)
        os.unlink(full)


def _new_file(directory: str) -> tuple[int, str]:
    return tempfile.mkstemp(".arrow", "fal-", directory)  # mode 0600
