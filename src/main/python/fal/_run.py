"""The run the public functions act on: what is known of the file, and the conversation with the JVM."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from fal import FalError, FalTypeError, FalValueError, _arrow_file, _reading, _round_trip
from fal._context import context
from fal._wire import Channel, Input, PreviousColumn, RunModel

if TYPE_CHECKING:
    from fal import _writing

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_FRAMES = ("pandas", "polars", "arrow", "batches")
_LATER_FRAMES = {"duckdb": "arrow", "spark": "pandas"}
_DTYPES = ("default", "exact", "numpy", "arrow")
_MODES = ("overwrite", "append")

_Key = tuple[str, tuple[str, ...], "str | None"]


class Run:
    """One model's run. The conversation is a question and its answer, so one thread has it at a time."""

    def __init__(
        self, model: RunModel, channel: Channel, places: Mapping[str, tuple[str, int | None]]
    ) -> None:
        self.model = model
        self.places = places
        self.written_at: str | None = None
        self.round_trip = _round_trip.RoundTrip()
        self._channel = channel
        self._process = os.getpid()
        self._talking = threading.RLock()
        self._last_id = 0
        self._inputs: dict[_Key, Input] = {_key(each): each for each in model.inputs}
        self._own: list[str] = []  # Arrow files of the table that this model has written
        self._failed: dict[_Key, dict[str, Any]] = {}
        self._answers: dict[int, dict[str, Any]] = {}
        self._sources = _reading.Sources()
        self._context: dict[str, Any] | None = None

    def ref(
        self,
        name: tuple[str, ...],
        version: int | str | None,
        frame: str,
        dtypes: str | None,
        batch_size: int | None,
    ) -> Any:
        if len(name) not in (1, 2):
            raise FalTypeError(
                f"ref() takes a model's name, or a package and a model's name; {len(name)} names were given."
            )
        return self._read("ref", name, version, frame, dtypes, batch_size)

    def source(
        self, name: tuple[str, ...], frame: str, dtypes: str | None, batch_size: int | None
    ) -> Any:
        return self._read("source", name, None, frame, dtypes, batch_size)

    def write(self, data: Any, dtype: Mapping[str, Any] | None, mode: str) -> None:
        """A Python model's own table is published at its script's end, once; a script's model at each call."""
        self._refuse_in_hooks("write_to_model")
        if self.model.role == "global":
            raise FalError(
                "write_to_model(): a global script belongs to no model; write_to_source() names what it writes.",
                "no-model",
            )
        if self.model.role != "model":
            self._write_to({"kind": "this", "arguments": ()}, data, dtype, mode)
            return
        place = self._place()
        if self.written_at is not None:
            raise FalError(
                f"write_to_model() was already called at {self.written_at}; a model writes exactly once.",
                "second-write",
            )
        self._own = self._write("write_to_model", self.model, data, dtype, mode, {}, place)
        cell = "" if place["cell"] is None else f" of cell {place['cell']}"
        self.written_at = f"line {place['line']}{cell}"

    def write_to_source(
        self,
        name: tuple[str, str],
        data: Any,
        dtype: Mapping[str, Any] | None,
        mode: str,
    ) -> None:
        self._refuse_in_hooks("write_to_source")
        self._write_to({"kind": "source", "arguments": name}, data, dtype, mode)

    def _refuse_in_hooks(self, function: str) -> None:
        if self.model.is_hook:
            raise FalError(
                f"{function} is not allowed in hooks. Consider using a Python model.",
                "write-in-hook",
            )

    def _write_to(
        self,
        call: Mapping[str, Any],
        data: Any,
        dtype: Mapping[str, Any] | None,
        mode: str,
    ) -> None:
        """To a relation beside a Python model's own; readers see it from now on, this file too."""
        place = self._place()
        function = "write_to_source" if call["kind"] == "source" else "write_to_model"
        answer = self._ask({"type": "target", "version": None, **call, **place})
        columns = answer["previous_columns"] or ()
        model = replace(
            self.model,
            previous_columns=tuple(PreviousColumn.of(column) for column in columns),
            declared_types=answer["declared_types"],
        )
        target = {"target": answer["target"]}
        try:
            self._write(function, model, data, dtype, mode, target, place)
        except BaseException:
            self._give_up(target)
            raise
        for key in [key for key, each in self._inputs.items() if each.files is not None]:
            del self._inputs[key]  # what was read may be another now

    def _give_up(self, what: Mapping[str, Any]) -> None:
        """A stream or a target that nothing more is asked of; a file's are closed at its end."""

    def _write(
        self,
        function: str,
        model: RunModel,
        data: Any,
        dtype: Mapping[str, Any] | None,
        mode: str,
        target: Mapping[str, Any],
        place: Mapping[str, Any],
    ) -> list[str]:
        """The files that hold the whole table from now on; none where it went in parts, or to the end of another."""
        from fal import _writing

        cleaned = mode.strip().lower() if isinstance(mode, str) else mode
        if cleaned not in _MODES:
            raise FalError(
                f"{function}(mode={mode!r}): the modes are {_any_of(_MODES)}.", "bad-mode"
            )
        where = {"mode": cleaned, "line": place["line"], "cell": place["cell"], **target}
        frames: _writing.Parts | _writing.Whole
        if _writing.comes_in_parts(data):
            passage = self.round_trip.output("batches")
            frames = _writing.Parts(data, dtype, model, self._sources)
        else:
            passage = self.round_trip.output(_round_trip.kind(data))
            started = time.perf_counter()
            frames = _writing.Whole(data, dtype, model, self._sources)
            passage.seconds = time.perf_counter() - started
        written = self._hand_over(frames, passage, where)
        self._ask(
            {
                "type": "write",
                "files": written.files,
                "rows": written.rows,
                "notices": [*self._sources.notices, *written.notices],
                **where,
            }
        )
        return written.files if cleaned == "overwrite" else []

    def execute(self, sql: str, frame: str, dtypes: str | None) -> Any:
        if not isinstance(sql, str):
            raise FalTypeError(f"execute_sql() takes SQL as text; {sql!r} is none.")
        chosen = self._dtypes("execute_sql", dtypes)
        if frame not in _FRAMES[:3]:
            raise FalError(
                f"execute_sql(frame={frame!r}): the frames are {_any_of(_FRAMES[:3])}.", "bad-frame"
            )
        answer = self._ask({"type": "execute", "sql": sql, **self._place()})
        made = self._sources.frame(answer["files"], frame, chosen)
        _arrow_file.forget(answer["files"])
        return made

    def project(self) -> dict[str, Any]:
        """Models, sources and tests with their statuses of now."""
        described: dict[str, Any] = self._ask({"type": "project"})["project"]
        return described

    def _hand_over(
        self,
        frames: _writing.Parts | _writing.Whole,
        passage: _round_trip.Passage,
        where: Mapping[str, Any],
    ) -> _writing.Written:
        """Part by part: an answer comes when the part before is in the database. A whole goes with the last word."""
        for number, files in enumerate(passage.timed(frames.files()), 1):
            passage.add(files, frames.dtypes)
            if frames.is_one_part:
                return frames.written(files)
            self._ask({"type": "part", "number": number, "files": files, **where})
        return frames.written([])

    def context(self, name: str) -> Any:
        if self._context is None:
            self._context = context(self.model)
        if name == "arguments" and not self.model.is_hook:
            raise FalValueError(
                "'context.arguments' is only accessible from hooks, not from scripts/models",
                "no-arguments",
            )
        if name not in self._context:
            raise AttributeError(
                f"context has no attribute {name!r}; it has {', '.join(self._context)}."
            )
        return self._context[name]

    def _read(
        self,
        kind: str,
        name: tuple[str, ...],
        version: int | str | None,
        frame: str,
        dtypes: str | None,
        batch_size: int | None,
    ) -> Any:
        for each in name:
            if not isinstance(each, str):
                raise FalTypeError(
                    f"{kind}() takes names as text; {each!r} is a {type(each).__name__}."
                )
        if frame in _LATER_FRAMES:
            raise FalError(
                f"{kind}(frame={frame!r}) is not supported yet; frame={_LATER_FRAMES[frame]!r} comes nearest.",
                "bad-frame",
            )
        if frame not in _FRAMES:
            raise FalError(
                f"{kind}(frame={frame!r}): the frames are {_any_of(_FRAMES)}.", "bad-frame"
            )
        chosen = self._dtypes(kind, dtypes)
        if batch_size is not None and frame != "batches":
            raise FalTypeError(f"{kind}(batch_size={batch_size!r}) goes with frame='batches' only.")
        if frame == "batches":
            size = _arrow_file.ROWS if batch_size is None else batch_size
            if not isinstance(size, int) or size < 1:
                raise FalTypeError(
                    f"{kind}(batch_size={size!r}): it is a number of rows, 1 or more."
                )
            if self._is_own(kind, name, version):
                return self._sources.batches(self._own, size, chosen)
            return self._batches(kind, name, version, size, chosen)
        if self._is_own(kind, name, version):
            return self._sources.frame(self._own, frame, chosen)
        with self._talking:
            found = self._input(kind, name, version)
        files = found.files or ()
        started = time.perf_counter()
        made = self._sources.frame(files, frame, chosen)
        passage = self.round_trip.input(found.relation, frame)
        passage.seconds = time.perf_counter() - started
        passage.add(files, _round_trip.dtypes(made))
        if self.model.role != "model":
            _arrow_file.forget(files)  # a model's may be read again
        return made

    def _is_own(self, kind: str, name: tuple[str, ...], version: int | str | None) -> bool:
        """Whether a model means its own table, which it has written and which is published when it has ended."""
        if not self._own:
            return False
        package, model = self.model.unique_id.split(".")[1], self.model.name
        return kind == "ref" and version is None and name in ((model,), (package, model))

    def _dtypes(self, function: str, dtypes: str | None) -> str:
        chosen = self.model.dtypes if dtypes is None else dtypes
        if chosen not in _DTYPES:
            raise FalError(
                f"{function}(dtypes={chosen!r}): the choices are {_any_of(_DTYPES)}.", "bad-dtypes"
            )
        return chosen

    def _batches(
        self,
        kind: str,
        name: tuple[str, ...],
        version: int | str | None,
        size: int,
        dtypes: str,
    ) -> Iterator[Any]:
        """Asks now, so that what is wrong is raised at the call, for what is read when it is iterated over."""
        # Small batches come together, as many as make a part of the usual size.
        rows = size * max(1, _arrow_file.ROWS // size)
        question = {"kind": kind, "arguments": name, "version": version, "rows": rows}
        opened = self._ask({"type": "stream", **question, **self._place()})
        passage = self.round_trip.input(opened.get("relation"), "batches")

        def frames() -> Iterator[Any]:
            try:
                while files := self._ask({"type": "next", "stream": opened["stream"]})["files"]:
                    first = True
                    for frame in passage.timed(self._sources.batches(files, size, dtypes)):
                        if first:
                            passage.add(files, _round_trip.dtypes(frame))
                            first = False
                        yield frame
            finally:
                self._give_up({"stream": opened["stream"]})

        return frames()

    def _input(self, kind: str, name: tuple[str, ...], version: int | str | None) -> Input:
        """With the paths of its rows; asked for unless they were fetched ahead, waited for if need be."""
        key = (kind, name, None if version is None else str(version))
        if key not in self._inputs:
            question = {"kind": kind, "arguments": name, "version": version}
            answer = self._ask({"type": "read", **question, **self._place()})
            if self.model.role != "model":
                return Input.of({**answer, **question})  # a script sees what is there at each call
            self._inputs[key] = Input.of({**answer, **question})
        while self._inputs[key].files is None:
            if key in self._failed:
                raise _error(self._failed[key])
            self._listen()
        return self._inputs[key]

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a question and waits for its answer; an ``error`` is raised where the model asked."""
        if os.getpid() != self._process:
            raise FalError(
                "fal's functions can't be called from another process that the model started; read before it starts,"
                " write after it has ended.",
                "other-process",
            )
        with self._talking:
            self._last_id += 1
            identity = self._last_id
            try:
                self._channel.send({**question, "id": identity})
            except OSError:
                self._left()
            while identity not in self._answers:
                self._listen()
            answer = self._answers.pop(identity)
        if answer["type"] == "error":
            raise _error(answer)
        return answer

    def _listen(self) -> None:
        """Takes in one message: the answer to a question, or an input that was fetched ahead."""
        message = self._channel.receive()
        if message is None:
            self._left()
        if message.get("id") is not None:
            self._answers[message["id"]] = message
        else:
            ahead = Input.of(message)
            if message["type"] == "error":
                self._failed[_key(ahead)] = message
            else:
                self._inputs[_key(ahead)] = ahead

    def _left(self) -> NoReturn:
        """The JVM has left and nobody is there to be told anything: an end for this process and its children."""
        os.kill(0, signal.SIGKILL)
        os._exit(70)  # not reached

    def _place(self) -> dict[str, Any]:
        """Where the model's file is now; a helper module's own line only when the model isn't on the stack."""
        frame = sys._getframe(1)
        outside = None
        while frame is not None and frame.f_code.co_filename not in self.places:
            if outside is None and not frame.f_code.co_filename.startswith(_PACKAGE):
                outside = frame
            frame = frame.f_back  # type: ignore[assignment]
        found = frame or outside
        if found is None:
            return {"line": None, "column": None, "cell": None}
        _, cell = self.places.get(found.f_code.co_filename, ("", None))
        return {"line": found.f_lineno, "column": _column(found), "cell": cell}


def _column(frame: Any) -> int | None:
    """1-based column of the call being made; only Python 3.11 and later remember it."""
    if sys.version_info < (3, 11):
        return None
    positions = list(frame.f_code.co_positions())
    column = positions[frame.f_lasti // 2][2]
    return None if column is None else column + 1


def _key(each: Input) -> _Key:
    return each.kind, each.arguments, each.version


def _error(message: Mapping[str, Any]) -> FalError:
    return FalError(message["message"], message.get("code", "model-error"))


def _any_of(names: tuple[str, ...]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]])
