"""A Python program outside any run, and the ``fal serve`` it has started and talks to.

The first line that comes is ``run``, as a worker gets it, with ``role`` ``application`` and ``project_name``,
``profiles_dir``, ``scripts_dir``, ``model_paths``; or ``error`` (``code``, ``message``) where the project can't be
opened. Then questions and answers are those of a script (see ``fal._worker``); ``target`` may also be of ``kind``
``ref``. The end of its stdin ends ``fal serve``; its stderr is for people.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import warnings
import weakref
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, BinaryIO, NoReturn, cast

from fal import FalError, _round_trip
from fal._run import Run
from fal._wire import Channel, RunModel

_TAIL_LINES = 40
_LEAVE_SECONDS = 15


class Served:
    """The process, and its end."""

    def __init__(self, command: Sequence[str], directory: str) -> None:
        try:
            # A session of its own: Ctrl-C is for the program, which decides what becomes of this.
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise FalError(
                f"{command[0]} could not be started: {error}", "fal-not-started"
            ) from None
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None and stderr is not None
        self._pipes = (stdin, stdout, stderr)
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._words = threading.Thread(
            target=_pass_on, args=(stderr, self._tail), name="fal-words", daemon=True
        )
        self._words.start()
        self.channel = Channel(cast(BinaryIO, stdout), cast(BinaryIO, stdin))
        self.close = weakref.finalize(self, _end, self._process, self._words)
        _living.add(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self.close.alive and self._process.poll() is None

    def last_lines(self) -> str:
        """What it said last, complete once it has ended."""
        self._words.join(1)
        return "".join(self._tail).strip()

    def let_go(self) -> None:
        """In a forked child: the pipes and the process are the parent's, whose end the process waits for."""
        self.close.detach()
        self._process.returncode = 0
        nothing = os.open(os.devnull, os.O_RDWR)
        for pipe in self._pipes:
            os.dup2(nothing, pipe.fileno(), inheritable=False)
        os.close(nothing)


_living: weakref.WeakSet[Served] = weakref.WeakSet()


def _let_go_of_all() -> None:
    for served in list(_living):
        if served.close.alive:
            served.let_go()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_of_all)


def _pass_on(stream: IO[bytes], tail: deque[str]) -> None:
    """Line by line, since a notebook shows ``sys.stderr`` only."""
    for line in stream:
        text = line.decode("utf-8", "backslashreplace")
        tail.append(text)
        with contextlib.suppress(Exception):  # the program has closed or replaced it
            sys.stderr.write(text)


def _end(process: subprocess.Popen[bytes], words: threading.Thread) -> None:
    """Asks it to leave, waits, then insists."""
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(_LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
    words.join(1)
    if not words.is_alive():  # something it started may hold the pipe open
        process.stderr.close()


class _Passing(_round_trip.RoundTrip):
    """Nobody asks an application what became of its columns: nothing is kept."""

    def input(self, relation: str | None, frame: str) -> _round_trip.Passage:
        return _round_trip.Passage(relation, frame)


class Application(Run):
    """What ``ref`` and its like act on outside a run. Once broken off it is of no more use."""

    def __init__(self, served: Served, opened: Mapping[str, Any]) -> None:
        super().__init__(RunModel.of(opened), served.channel, {})
        self.opened = opened
        self.round_trip = _Passing()
        self._served = served
        self._asker: int | None = None
        self._to_give_up: list[Mapping[str, Any]] = []
        self._told: set[str] = set()

    @classmethod
    def start(cls, command: Sequence[str], directory: str) -> Application:
        """Starts ``fal serve`` and waits until the project is open; FalError with what keeps it from that."""
        served = Served(command, directory)
        try:
            first = served.channel.receive()
        except BaseException:
            served.close()
            raise
        if first is None or first["type"] != "run":
            served.close()
            if first is None:
                said = served.last_lines() or "It said nothing."
                raise FalError(f"{command[0]} ended before it had begun.\n{said}", "fal-ended")
            raise FalError(first["message"], first["code"])
        return cls(served, first)

    @property
    def is_foreign(self) -> bool:
        """Whether this process was forked off the one it belongs to."""
        return os.getpid() != self._process

    @property
    def is_alive(self) -> bool:
        return self._served.is_alive

    @property
    def pid(self) -> int:
        return self._served.pid

    def close(self) -> None:
        self._served.close()

    def write_to_ref(
        self, name: tuple[str, ...], data: Any, dtype: Mapping[str, Any] | None, mode: str
    ) -> None:
        self._write_to({"kind": "ref", "arguments": name}, data, dtype, mode)

    def _read(self, *call: Any) -> Any:
        made = super()._read(*call)
        self._tell(self._sources.notices)
        return made

    def execute(self, sql: str, frame: str, dtypes: str | None) -> Any:
        made = super().execute(sql, frame, dtypes)
        self._tell(self._sources.notices)
        return made

    def _tell(self, notices: Iterable[str]) -> None:
        """What is to be known of types that were read or written, once each; a run has its report for it."""
        for notice in notices:
            if notice not in self._told:
                self._told.add(notice)
                warnings.warn(notice, stacklevel=4)

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if self.is_foreign:
            raise FalError(
                "A FalDbt can't be used in another process than it was made in; make one there.",
                "other-process",
            )
        if not self.is_alive:
            self._left()
        try:
            with self._talking:
                outer, self._asker = self._asker, threading.get_ident()
                try:
                    while self._to_give_up and outer is None:
                        super()._ask({"type": "end", **self._to_give_up.pop()})
                    answer = super()._ask(question)
                finally:
                    self._asker = outer
            self._tell(question.get("notices", ()))
            return answer
        except FalError:
            raise
        except BaseException:
            self.close()  # half an answer may have been read; and the database is not to go on
            raise

    def _give_up(self, what: Mapping[str, Any]) -> None:
        """Now, or by the next question where a collected generator comes in the middle of one."""
        if self.is_foreign or not self.is_alive:
            return
        if self._asker == threading.get_ident():
            self._to_give_up.append(what)
            return
        with contextlib.suppress(FalError):
            self._ask({"type": "end", **what})

    def _left(self) -> NoReturn:
        was_closed = not self._served.close.alive
        self.close()
        said = "It was closed." if was_closed else self._served.last_lines()
        raise FalError(f"fal has ended and can't be asked any more. {said}".strip(), "fal-ended")
