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
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa

_FULL = (errno.ENOSPC, errno.EDQUOT)
_LARGE = 64 << 10
_AHEAD = 64 << 20
_THREADS = 2
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
        sink.close()
    except BaseException:
        with contextlib.suppress(OSError):
            sink.close()
        with contextlib.suppress(OSError):
            os.unlink(sink.path)
        raise
    return sink.path, rows


class _Sink:
    """A file that moves to the spill folder when its own has no room left.

    Large buffers are written by threads, so that who makes the next one need not wait; no more than
    ``_AHEAD`` bytes wait at a time. Nothing is copied: a buffer is kept alive until it is written.
    """

    def __init__(self, directory: str, spill: str) -> None:
        self.closed = False
        self._spill = spill
        self._position = 0
        self._threads = ThreadPoolExecutor(_THREADS, "fal-arrow-file")
        self._waiting: deque[tuple[Future[None], int, memoryview]] = deque()
        self._waiting_bytes = 0
        try:
            self._descriptor, self.path = _new_file(directory)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._descriptor, self.path = _new_file(spill)

    def write(self, data: bytes | memoryview) -> int:
        view = memoryview(data).cast("B")
        offset, size = self._position, len(view)
        self._position += size
        if size < _LARGE:
            self._write_now(view, offset)
            return size
        future = self._threads.submit(_write_at, self._descriptor, view, offset)
        self._waiting.append((future, offset, view))
        self._waiting_bytes += size
        while self._waiting_bytes > _AHEAD:
            self._settle_one()
        return size

    def _write_now(self, view: memoryview, offset: int) -> None:
        try:
            _write_at(self._descriptor, view, offset)
        except OSError as error:
            self._make_room(error)
            _write_at(self._descriptor, view, offset)

    def _settle_one(self) -> None:
        future, offset, view = self._waiting.popleft()
        self._waiting_bytes -= len(view)
        try:
            future.result()
        except OSError as error:
            self._make_room(error)
            _write_at(self._descriptor, view, offset)

    def _make_room(self, error: OSError) -> None:
        """Moves the file to the spill folder, or raises ``error`` when that won't help."""
        if error.errno not in _FULL or os.path.dirname(self.path) == self._spill:
            raise error
        unwritten = []
        while self._waiting:
            future, offset, view = self._waiting.popleft()
            if future.exception() is not None:
                unwritten.append((view, offset))
        self._waiting_bytes = 0
        full, old = self.path, self._descriptor
        self._descriptor, self.path = _new_file(self._spill)
        with open(old, "rb") as source, open(self._descriptor, "wb", closefd=False) as to:
            source.seek(0)
            shutil.copyfileobj(source, to, 1 << 20)
        os.unlink(full)
        for view, offset in unwritten:
            _write_at(self._descriptor, view, offset)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        pass

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            try:
                while self._waiting:
                    self._settle_one()
            finally:
                self._threads.shutdown()
                os.close(self._descriptor)

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def _write_at(descriptor: int, view: memoryview, offset: int) -> None:
    while len(view):
        done = os.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done


def _new_file(directory: str) -> tuple[int, str]:
    return tempfile.mkstemp(".arrow", "fal-", directory)  # mode 0600
