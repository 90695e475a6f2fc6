"""Arrow IPC files that pass between our processes, in shared memory while it has room.

A file is written with ``write()`` only, so that a full ``/dev/shm`` (64 MB in a default
container) is an error code and never a SIGBUS. On "no space" the bytes written so far move
to a folder on disk and writing goes on there.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_LARGE_WRITE = 64 << 20


class SpillingFile:
    """A write-only file that moves to ``spill_dir`` when its first folder is full.

    ``path`` names the file as it stands; read it after ``close()``. Readable by the user only.
    """

    def __init__(self, directory: str, name: str, spill_dir: str | None = None) -> None:
        self.path = os.path.join(directory, name)
        self._spill_dir = spill_dir
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            try:
                done += os.write(self._fd, view[done : done + _LARGE_WRITE])
            except OSError as error:
                if error.errno not in _NO_SPACE or self._spill_dir is None:
                    raise
                self._move(self._size + done)
        self._size += done
        return done

    def _move(self, size: int) -> None:
        directory, self._spill_dir = self._spill_dir, None
        assert directory is not None
        fd, path = tempfile.mkstemp(dir=directory, prefix=os.path.basename(self.path) + ".")
        try:
            os.lseek(self._fd, 0, os.SEEK_SET)
            with open(self._fd, "rb", closefd=False) as source, open(fd, "wb", closefd=False) as to:
                shutil.copyfileobj(_limited(source, size), to, 1 << 20)
        except BaseException:
            os.close(fd)
            os.unlink(path)
            raise
        os.close(self._fd)
        os.unlink(self.path)
        self._fd, self.path = fd, path

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing is held back: every write is a system call."""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            os.close(self._fd)

    def discard(self) -> None:
        """Close and remove the file: it was not finished."""
        self.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


class _limited:
    """The first ``size`` bytes of a file, as far as ``shutil.copyfileobj`` needs one."""

    def __init__(self, source: Any, size: int) -> None:
        self._source, self._left = source, size

    def read(self, size: int) -> bytes:
        data: bytes = self._source.read(min(size, self._left))
        self._left -= len(data)
        return data


@contextmanager
def ipc_writer(directory: str, name: str, spill_dir: str | None, schema: Any) -> Iterator[Any]:
    """An Arrow IPC file writer; yields ``(writer, file)``; an unfinished file is removed."""
    import pyarrow as pa

    file = SpillingFile(directory, name, spill_dir)
    try:
        with pa.PythonFile(file, mode="w") as sink, pa.ipc.new_file(sink, schema) as writer:
            yield writer, file
    except BaseException:
        file.discard()
        raise
    file.close()


def write_batches(
    directory: str, name: str, spill_dir: str | None, schema: Any, batches: Iterable[Any]
) -> tuple[str, int]:
    """Write all ``batches`` (RecordBatch or Table); returns the file's path and its rows."""
    rows = 0
    with ipc_writer(directory, name, spill_dir, schema) as (writer, file):
        for batch in batches:
            writer.write(batch)
            rows += batch.num_rows
    return file.path, rows
