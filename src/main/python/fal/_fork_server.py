"""Forks one fresh process per model out of a parent that has already imported pandas and pyarrow.

``python -m fal._fork_server``; JSON lines. Commands on stdin: ``{"type":"spawn","worker","socket","token"}``
and ``{"type":"kill","worker"}``. Replies on stdout: ``ready`` (pid and versions), ``spawned``, ``exited`` (code
or signal, and ``max_rss_kb``; neither when the fork itself failed), ``failed`` (this environment can't serve).
Everything printed meanwhile goes to stderr. At the end of stdin all workers are killed and the process leaves with 0;
3 means that pyarrow can't be imported.

Each worker is a session and process group of its own, killed whole when it ends. When the server itself is killed the
kernel does the same: every worker's group is signalled by the end of a pipe that only the server holds open.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__" and sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[
        0
    ]  # `-m` puts the working directory first: a project's `random.py` is no business of ours

import contextlib
import ctypes
import fcntl
import gc
import importlib
import json
import select
import signal
import traceback
import warnings
from typing import Any, NoReturn

from fal._wire import encode

_EAGER = (
    "pyarrow",
    "pyarrow.ipc",
    "pyarrow.compute",
    "numpy",
    "pandas",
    "pandas.api.types",
    "pyarrow.pandas_compat",
)
_PR_SET_PDEATHSIG = 1
_F_SETSIG = 10  # Linux: which signal the end of a pipe sends
_FAILED_IMPORT = 3


def main() -> NoReturn:
    replies = os.dup(1)
    os.set_inheritable(replies, False)
    os.dup2(2, 1)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole foreground group; the JVM decides
    gc.disable()  # forked children share more pages when the parent never collects
    try:
        versions = _import_eagerly()
    except ImportError as error:
        message = f"this Python can't run models: {error} ({sys.executable})"
        print(message, file=sys.stderr, flush=True)
        _write(replies, {"type": "failed", "message": message})
        os._exit(_FAILED_IMPORT)
    _write(replies, {"type": "ready", "pid": os.getpid(), **versions})
    gc.freeze()
    _Server(replies).serve()


def _import_eagerly() -> dict[str, str | None]:
    """Imports what nearly every model needs; pandas may be absent (a project on polars), pyarrow may not."""
    versions: dict[str, str | None] = {
        "python": sys.version.split()[0],
        "pandas": None,
        "pyarrow": None,
    }
    pyarrow = importlib.import_module("pyarrow")
    versions["pyarrow"] = pyarrow.__version__
    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
        # Arrow's own pool asks for huge pages, whose first touch takes many times as long where memory is scarce
        # or the machine a virtual one; a worker makes its frames once and never profits (docs/adr/0006).
        pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    for name in _EAGER:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    importlib.import_module("fal._worker")
    importlib.import_module("fal._writing")
    if "pandas" in sys.modules:
        versions["pandas"] = sys.modules["pandas"].__version__
        # The glue between the two is loaded on first use; without threads, which a fork would lose.
        pyarrow.table({"a": [1], "b": ["x"]}).to_pandas(use_threads=False)
    return versions


def _write(descriptor: int, message: dict[str, Any]) -> None:
    rest = memoryview(encode(message))
    while rest:
        rest = rest[os.write(descriptor, rest) :]


class _Server:
    """The loop: commands on one side, ended children on the other, one thread."""

    def __init__(self, replies: int) -> None:
        self._replies = replies
        self._workers: dict[int, str] = {}
        self._lifelines: dict[
            int, int
        ] = {}  # one pipe a worker: whom its end signals belongs to the pipe, not the process
        self._child_ended, self._wake = os.pipe()
        for descriptor in (self._child_ended, self._wake):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> NoReturn:
        pending = b""
        while True:
            ready, _, _ = select.select([0, self._child_ended], [], [])
            if self._child_ended in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._child_ended, 4096)
                self._reap()
            if 0 in ready:
                received = os.read(0, 65536)
                if not received:
                    self._leave()
                *lines, pending = (pending + received).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _obey(self, command: dict[str, Any]) -> None:
        if command["type"] == "spawn":
            self._spawn(command["worker"], command["socket"], command["token"])
        elif command["type"] == "kill":
            for pid, worker in self._workers.items():
                if worker == command["worker"]:
                    _kill_group(pid)
        else:
            raise ValueError(f"unknown command {command['type']!r}")

    def _spawn(self, worker: str, socket_path: str, token: str) -> None:
        lifeline, held = os.pipe()
        try:
            with warnings.catch_warnings():
                # Since 3.12 Python warns of any second thread; numpy's BLAS has some, and re-creates them after a fork.
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
        except OSError as error:
            os.close(lifeline)
            os.close(held)
            print(f"can't fork a worker: {error}", file=sys.stderr, flush=True)
            self._exited(worker, code=None, signal_number=None, max_rss_kb=0)
            return
        if pid == 0:
            self._become_worker(worker, socket_path, token, lifeline, held)
        os.close(lifeline)
        self._workers[pid] = worker
        self._lifelines[pid] = held
        self._reply({"type": "spawned", "worker": worker, "pid": pid})

    def _become_worker(
        self, worker: str, socket_path: str, token: str, lifeline: int, held: int
    ) -> NoReturn:
        try:
            server = os.getppid()
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for descriptor in (
                self._replies,
                self._child_ended,
                self._wake,
                held,
                *self._lifelines.values(),
            ):
                os.close(descriptor)
            if sys.platform == "linux":
                _die_with_server(lifeline)
            if os.getppid() != server:
                os._exit(70)  # it went before we could ask
            with open(os.devnull, "rb") as nothing:
                os.dup2(nothing.fileno(), 0)
            gc.enable()
            # `random` takes a new seed in a forked child by itself; numpy's twins would draw the same numbers.
            if "numpy" in sys.modules:
                sys.modules["numpy"].random.seed()

            from fal import _worker

            _worker.serve(worker, socket_path, token)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)

    def _reap(self) -> None:
        while self._workers:
            # Looked at first and only then waited for: until then its id can't be given to another process.
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            _kill_group(ended.si_pid)
            _, status, usage = os.wait4(ended.si_pid, 0)
            worker = self._workers.pop(ended.si_pid)
            os.close(self._lifelines.pop(ended.si_pid))
            code = os.waitstatus_to_exitcode(status)
            self._exited(
                worker,
                code=code if code >= 0 else None,
                signal_number=-code if code < 0 else None,
                max_rss_kb=_kb(usage.ru_maxrss),
            )

    def _exited(
        self, worker: str, *, code: int | None, signal_number: int | None, max_rss_kb: int
    ) -> None:
        self._reply(
            {
                "type": "exited",
                "worker": worker,
                "code": code,
                "signal": signal_number,
                "max_rss_kb": max_rss_kb,
            }
        )

    def _reply(self, message: dict[str, Any]) -> None:
        try:
            _write(self._replies, message)
        except BrokenPipeError:
            self._leave()

    def _leave(self) -> NoReturn:
        for pid in self._workers:
            _kill_group(pid)
        for pid in self._workers:
            os.waitpid(pid, 0)
        os._exit(0)


def _kill_group(pid: int) -> None:
    # The child itself too: it may not have reached its setsid() yet.
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _die_with_server(lifeline: int) -> None:
    """Has the kernel kill this process's whole group when the server goes, however it goes."""
    try:
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpid())
        fcntl.fcntl(lifeline, _F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    except OSError:
        # Only in its place: it comes when the server's main thread ends, before its pipes are closed,
        # and would end this process, which the pipe's signal needs, while its children live on.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _kb(max_rss: int) -> int:
    return max_rss // 1024 if sys.platform == "darwin" else max_rss


if __name__ == "__main__":
    main()
