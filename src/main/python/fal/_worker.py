"""One model's run, in a process of its own that the fork server made.

Connects three times to the socket it was given; the first line of each connection is
``{"worker","token","stream": "control"|"stdout"|"stderr"}``. stdout and stderr belong to the model and become
fds 1 and 2. On control, JSON lines: first the JVM's ``run``, then questions as the model asks them, each with an
``id`` that its answer repeats, last ``done`` (``wrote``, ``round_trip``) or ``failed`` (``error`` with class, message,
traceback, frames and kind). The exit code is 0 after either; 70 when the conversation itself broke down.

Questions and their answers; instead of any of these comes ``error`` (``code``, ``message``), raised in the model:

``read``    ``kind``, ``arguments``, ``version``. ``input``: its ``files``. Inputs fetched ahead come unasked.
``stream``  the same, and ``rows`` of a part. ``opened``: ``stream``, its number.
``next``    ``stream``. ``part``: its ``files``, removed at the question after; none at the end, never at the start.
``part``    ``number``, from 1 (which forgets parts written before), ``files``, ``mode``. ``taken`` when the part
            before it is in the database, whose files may be written over then; the JVM removes all at the end.
``write``   ``files``, none after parts, ``rows``, ``mode``, ``notices``. ``written`` when nothing is left to load.
``target``  ``kind`` (``source``; ``this``: the model a script belongs to; ``ref``), ``arguments``: a relation to be
            written now, not at the end. ``target``: its number, which ``part`` and ``write`` then carry;
            ``previous_columns``, ``declared_types``. ``written`` comes when it is published.
``execute`` ``sql`` with Jinja in it. ``input``: the ``files`` of its result, none where it has no columns.
``end``     ``stream`` that is read no further, or ``target`` that is not written after all. ``ended``.
``project`` ``project``: models, sources and tests with their statuses (see ``fal._graph``).

``read``, ``stream``, ``part``, ``write``, ``target`` and ``execute`` also tell the ``line`` and ``cell`` of the call in
the file.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import fcntl
import os
import socket
import sys
import threading
from types import ModuleType
from typing import Any, NoReturn

import fal
from fal._run import Run
from fal._script import Script
from fal._traceback import describe, syntax_place
from fal._wire import Channel, RunModel, encode

_CONTROL = 200  # out of the way of what the model opens
_BROKEN = 70


def serve(worker: str, socket_path: str, token: str) -> NoReturn:
    """The worker's whole life."""
    control, stdout, stderr = (
        _connect(socket_path, {"worker": worker, "token": token, "stream": stream})
        for stream in ("control", "stdout", "stderr")
    )
    channel = Channel.of_socket(_raised(control))
    _take_over(stdout, 1)
    _take_over(stderr, 2)
    first = channel.receive()
    if first is None or first.get("type") != "run":
        os._exit(_BROKEN)
    model = RunModel.of(first)
    script = Script(model.path, model.file)
    run = Run(model, channel, script.places)
    process = os.getpid()
    ending = _end(_execute(model, script, run), run)
    _flush()
    if os.getpid() != process:  # the model forked, and its child came out of the end of the file
        os._exit(0 if ending["type"] == "done" else 1)
    try:
        channel.send(ending)
    except OSError:
        os._exit(_BROKEN)
    os._exit(0)


def _connect(path: str, greeting: dict[str, str]) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    connection.sendall(encode(greeting))
    return connection


def _raised(connection: socket.socket) -> socket.socket:
    descriptor = fcntl.fcntl(connection.fileno(), fcntl.F_DUPFD_CLOEXEC, _CONTROL)
    connection.close()
    return socket.socket(fileno=descriptor)


def _take_over(connection: socket.socket, descriptor: int) -> None:
    os.dup2(connection.fileno(), descriptor)
    connection.close()
    name = {1: "stdout", 2: "stderr"}[descriptor]
    # Lone surrogates (a file name's undecodable bytes) are shown, not raised: printing never fails a model.
    stream = open(  # noqa: SIM115 - lives as long as the process
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _execute(model: RunModel, script: Script, run: Run) -> BaseException | None:
    """Runs the user's file as Python runs a script; gives back what it raised, if anything."""
    os.chdir(model.project_dir)
    sys.argv = [model.path]
    sys.path[:] = [*model.sys_path, *(each for each in sys.path if each not in model.sys_path)]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    module = ModuleType("__main__")
    module.__dict__.update(__file__=model.path, __builtins__=builtins, **fal._functions())
    if model.role == "global":
        del module.__dict__["write_to_model"]
    sys.modules["__main__"] = module
    fal._running = run
    try:
        for code in script.code():
            exec(code, module.__dict__)
    except BaseException as error:
        return error
    finally:
        # What Python does at the end of a script: threads are waited for, exit functions run.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    return None


def _end(error: BaseException | None, run: Run) -> dict[str, Any]:
    wrote = run.written_at is not None
    done = {"type": "done", "wrote": wrote, "round_trip": run.round_trip.as_json()}
    if error is None:
        return done
    description = describe(error, run.places, run.model.project_dir)
    kind = "exception"
    if isinstance(error, SystemExit):
        if error.code in (None, 0) and (wrote or run.model.role != "model"):
            return done
        kind = "exit"
        description["message"] = _exit_message(error, wrote)
        if run.model.role != "model":
            description["message"] = f"sys.exit({error.code!r}) was called"
    elif isinstance(error, KeyboardInterrupt):
        kind = "interrupt"
    elif syntax_place(error) is not None:
        kind = "syntax"
    elif isinstance(error, fal.FalError):
        description["code"] = error.code
    return {"type": "failed", "error": {**description, "kind": kind}}


def _exit_message(error: SystemExit, wrote: bool) -> str:
    if error.code in (None, 0):
        return "sys.exit() was called before write_to_model(), so nothing was written"
    when = "after write_to_model(); the write is discarded" if wrote else "before write_to_model()"
    return f"sys.exit({error.code!r}) was called {when}"


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # Closed or replaced by the model: its business.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
