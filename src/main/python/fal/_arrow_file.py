"""Rows as Arrow files in the folder for data, or, when that is full, in the run's folder on disk.

The folder is mostly shared memory, and small in containers (64 MB). It is written with write(), which
reports a full disk as an error; writing through a map would kill the process.

Writes to one such file take turns in the kernel, so large data goes to two, batch by batch in turn: what
the processes hand each other is a list of paths, and ``read`` puts the batches into their order again.
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
_AHEAD = 32 << 20
_FILES = 2
_ROWS = 122_880  # a DuckDB row group: what a reader takes at a time


def write(
    directory: str, spill: str, schema: pa.Schema, parts: Iterable[pa.Table]
) -> tuple[list[str], int]:
    """Writes the parts to new files only we may read; gives back their paths and the number of rows."""
    rows = 0
    files = [_File(directory, spill, schema)]
    try:
        batches = (batch for part in parts for batch in part.to_batches(_ROWS))
        for number, batch in enumerate(batches):
            if number == len(files) < _FILES:
                files.append(_File(directory, spill, schema))
            files[number % _FILES].writer.write_batch(batch)
            rows += batch.num_rows
        for file in files:
            file.finish()
    except BaseException:
        for file in files:
            file.discard()
        raise
    return [file.path for file in files], rows


def read(files: Iterable[str]) -> pa.Table:
    """The rows of ``write``'s files, mapped."""
    readers = [pa.ipc.open_file(pa.memory_map(file)) for file in files]
    total = sum(reader.num_record_batches for reader in readers)
    batches = [
        readers[number % len(readers)].get_batch(number // len(readers)) for number in range(total)
    ]
    return pa.Table.from_batches(batches, readers[0].schema)


class _File:
    """One of the files while it is written."""

    def __init__(self, directory: str, spill: str, schema: pa.Schema) -> None:
        self._sink = _Sink(directory, spill)
        self._stream = pa.PythonFile(self._sink, "w")
        self.writer = pa.ipc.new_file(self._stream, schema)

    @property
    def path(self) -> str:
        return self._sink.path

    def finish(self) -> None:
        self.writer.close()
        self._stream.close()
        self._sink.close()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._sink.close()
        with contextlib.suppress(OSError):
            os.unlink(self.path)


class _Sink:
    """A file that moves to the spill folder when its own has no room left.

    Large buffers are written by a thread, so that who makes the next one need not wait; no more than
    ``_AHEAD`` bytes wait at a time. Nothing is copied: a buffer is kept alive until it is written.
    """

    def __init__(self, directory: str, spill: str) -> None:
        self.closed = False
        self._spill = spill
        self._position = 0
        self._thread = ThreadPoolExecutor(1, "fal-arrow-file")
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
        future = self._thread.submit(_write_at, self._descriptor, view, offset)
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
                self._thread.shutdown()
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
