"""Rows as Arrow files in the folder for data, or, when that is full, in the run's folder on disk.

The folder is mostly shared memory, and small in containers (64 MB); FAL_SHARED_MEMORY makes it smaller. It is
written with write(), which reports a full disk as an error; writing through a map would kill the process.

Writes to one such file take turns in the kernel, so large data goes to two, batch by batch in turn: what
the processes hand each other is a list of paths, and ``read`` puts the batches into their order again.

New memory costs more than writing to it (the kernel clears it, a virtual machine has to fetch it), so data that
goes in parts is written over that of parts before it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

_FULL = (errno.ENOSPC, errno.EDQUOT)
_LARGE = 64 << 10
_AHEAD = 32 << 20
_FILES = 2
_ONE_AFTER_THE_OTHER = b"fal:files"  # in the schema's metadata
ROWS = 122_880  # a DuckDB row group: what a reader takes at a time


@dataclass(frozen=True)
class Room:
    """Where files go: ``directory`` while all in it have ``size`` bytes at most (None: what fits), or ``spill``."""

    directory: str
    spill: str
    size: int | None = None

    def has(self, more: int) -> bool:
        """Whether so many bytes more may go to ``directory``, whoever wrote those that are there."""
        return self.size is None or _used(self.directory) + more <= self.size


class Files:
    """Files only we may read, and the rows that are written to them; ``over`` are to be written over."""

    def __init__(self, room: Room, schema: pa.Schema, over: Sequence[str] = ()) -> None:
        self.rows = 0
        self._room = room
        self._schema = schema
        self._over = iter(over)
        self._batches = 0
        self._files = [_File(room, schema, next(self._over, None))]

    def add(self, table: pa.Table) -> None:
        """Large buffers are still being written when this returns; see ``settle``."""
        for batch in table.to_batches(ROWS):
            if self._batches == len(self._files) < _FILES:
                self._files.append(_File(self._room, self._schema, next(self._over, None)))
            self._files[self._batches % _FILES].writer.write_batch(batch)
            self._batches += 1
            self.rows += batch.num_rows

    def settle(self) -> None:
        """Afterwards nobody needs the memory of what was added."""
        for file in self._files:
            file.sink.settle()

    def finish(self) -> list[str]:
        for file in self._files:
            file.finish()
        return [file.sink.path for file in self._files]

    def discard(self) -> None:
        for file in self._files:
            file.discard()


def write(
    room: Room, schema: pa.Schema, parts: Iterable[pa.Table], over: Sequence[str] = ()
) -> tuple[list[str], int]:
    """Writes the parts to files, new ones but for those ``over``; gives back their paths and the number of rows."""
    files = Files(room, schema, over)
    try:
        for part in parts:
            files.add(part)
        return files.finish(), files.rows
    except BaseException:
        files.discard()
        raise


def read(files: Iterable[str]) -> pa.Table:
    """The rows of ``write``'s files, mapped, or of such as come one after the other; nothing where there are none."""
    readers = [pa.ipc.open_file(pa.memory_map(file)) for file in files]
    if not readers:
        return pa.table({})
    if _ONE_AFTER_THE_OTHER in (readers[0].schema.metadata or {}):
        rows = pa.concat_tables([reader.read_all() for reader in readers])
        return rows.replace_schema_metadata(None)
    total = sum(reader.num_record_batches for reader in readers)
    batches = [
        readers[number % len(readers)].get_batch(number // len(readers)) for number in range(total)
    ]
    return pa.Table.from_batches(batches, readers[0].schema)


def forget(files: Iterable[str]) -> None:
    """Removes what was read and is read no more; frames that map it keep its memory until they go."""
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(file)


class _File:
    """One of the files while it is written."""

    def __init__(self, room: Room, schema: pa.Schema, over: str | None) -> None:
        self.sink = _Sink(room, over)
        self._stream = pa.PythonFile(self.sink, "w")
        self.writer = pa.ipc.new_file(self._stream, schema)

    def finish(self) -> None:
        self.writer.close()
        self._stream.close()
        self.sink.close()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self.sink.close()
        with contextlib.suppress(OSError):
            os.unlink(self.sink.path)


class _Sink:
    """A file that moves to the spill folder when its own has no room left, or the run has used up its share.

    Large buffers are written by a thread, so that who makes the next one need not wait; no more than
    ``_AHEAD`` bytes wait at a time. Nothing is copied: a buffer is kept alive until it is written.
    """

    def __init__(self, room: Room, over: str | None) -> None:
        self.closed = False
        self._room = room
        self._position = 0
        self._old_size = 0
        self._thread = ThreadPoolExecutor(1, "fal-arrow-file")
        self._waiting: deque[tuple[Future[None], int, memoryview]] = deque()
        self._waiting_bytes = 0
        if over is not None:
            self._descriptor, self.path = os.open(over, os.O_RDWR | os.O_CLOEXEC), over
            self._old_size = os.fstat(self._descriptor).st_size
            return
        try:
            self._descriptor, self.path = _new_file(room.directory)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._descriptor, self.path = _new_file(room.spill)

    def write(self, data: bytes | memoryview) -> int:
        view = memoryview(data).cast("B")
        offset, size = self._position, len(view)
        self._position += size
        if size < _LARGE:
            self._write_now(view, offset)
            return size
        more = min(self._waiting_bytes + size, max(0, self._position - self._old_size))
        if self._is_in_memory() and not self._room.has(more):
            self.settle()
            if self._is_in_memory():
                self._move([])
        future = self._thread.submit(_write_at, self._descriptor, view, offset)
        self._waiting.append((future, offset, view))
        self._waiting_bytes += size
        while self._waiting_bytes > _AHEAD:
            self._settle_one()
        return size

    def settle(self) -> None:
        while self._waiting:
            self._settle_one()

    def _is_in_memory(self) -> bool:
        return os.path.dirname(self.path) != self._room.spill

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
        if error.errno not in _FULL or not self._is_in_memory():
            raise error
        unwritten = []
        while self._waiting:
            future, offset, view = self._waiting.popleft()
            if future.exception() is not None:
                unwritten.append((view, offset))
        self._waiting_bytes = 0
        self._move(unwritten)

    def _move(self, unwritten: list[tuple[memoryview, int]]) -> None:
        full, old = self.path, self._descriptor
        self._descriptor, self.path = _new_file(self._room.spill)
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
                self.settle()
                os.ftruncate(self._descriptor, self._position)
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


def _used(directory: str) -> int:
    total = 0
    with os.scandir(directory) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # read and removed in between
                total += entry.stat().st_size
    return total


def _new_file(directory: str) -> tuple[int, str]:
    return tempfile.mkstemp(".arrow", "fal-", directory)  # mode 0600
