"""The dbt resident: one Python process in the project's dbt environment, driven by the JVM.

JSON lines. Commands come on stdin; replies and events leave on what was stdout at the start
(fd 1 is then pointed at stderr, so nothing that dbt, an adapter or a plug-in prints gets in
between). EOF on stdin means the JVM is gone: the process removes the folders named by its
arguments and ends at once.

Commands (each with ``id``, answered ``{"type": "reply", "id", "ok": true, "result"}`` or
``{"type": "reply", "id", "ok": false, "error": {"code", "message"}}``):

``parse``    ``args``: dbt's options; ``inputs`` of the Python models, to tell which have no target;
             ``raw_events``: send dbt's whole events. Result: project, target without secrets,
             credentials (null for DuckDB, which the JVM can't open), nodes; or message and the inputs that are missing.
``invoke``   ``args``, ``models`` ([{unique_id, file, inputs}]), ``scripts`` ([{unique_id, label, file, model, before,
             checksum}]), ``hooks`` (by model: pre, post). Events stream while it runs.
             Result: success; message when dbt could not run at all.
``list``     like ``invoke``, for ``dbt ls``. Result: success, message, unique_ids, parents first.
``debug``    ``args``: dbt's own check. Result: success, message, target without secrets.
``graph``    Result: models, sources and tests of the project (see ``fal._graph``).
``attach``   ``models`` as for ``invoke``, ``unique_id`` of a model or null: a hold without an invocation, for scripts
             that run by themselves. Result: as a ``hold`` message.
``rest``     after an ``attach``: the database is given up until somebody asks for it again, unless a relation is
             being read or written part by part.
``detach``   the last one: nothing is open any more.
``resolve``  ``hold``, ``kind``, ``arguments``, ``version``: a call that analysis did not see.
``compile``  ``hold``, ``sql``. Result: ``query``, ``calls`` of ref and source in it, resolved.
``target``   ``hold``, ``kind`` (``source``, ``ref``, or ``this`` for the model itself), ``arguments``: a relation to be
             written, its schema made where missing. Result: a hold of its own, to be released: ``hold``,
             ``unique_id``, ``model``.
``read``     ``query``, ``directory`` for its files and the most bytes they may have there (``size``, null
             without), ``spill`` for the others. Result: Arrow files, rows.
``stream``   ``query``: to be read part by part. Result: number.
``next``     ``number``, ``rows`` of a part, ``directory``, ``size``, ``spill``. Result: Arrow files, none at the
             end, never at the start; rows.
``load``     ``hold``, ``mode``: its table is to be written. Result: number.
``add``      ``number``, ``files``.
``publish``  ``number``. Result: rows.
``close``    ``number`` of a stream or a load; one that was not published leaves nothing.

Without a reply: ``release`` (``hold``, ``ok``, ``message``, ``rows``) ends a hold; ``cancel``
stops the invocation after the nodes that are running.

Messages: ``{"type": "hello", …}`` once; ``{"type": "event", …}``; ``{"type": "hold", "hold", "stage",
"unique_id", "inputs", "model"}`` when the turn has come of a Python model (``stage`` is ``model``), of a script
(``script``) or of a model's hooks (``pre-hook``, ``post-hook``, which gives the model's ``result``): its thread waits.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import multiprocessing
import os
import queue
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

_FORWARDED_DEBUG = {"NodeStart", "NodeExecuting", "NodeFinished"}
_READERS = 8
_CANCEL_SECONDS = 0.2


class Resident:
    """The state of one resident: the parsed manifest, the running invocation, its holds."""

    def __init__(self, commands: Any, replies: Any, folders: list[str]) -> None:
        self._folders = folders
        self._commands = commands
        self._replies = replies
        self._send_lock = threading.Lock()
        self._main: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._pool = ThreadPoolExecutor(_READERS, "fal-data")
        self._holds: dict[int, _Hold] = {}
        self._numbers = itertools.count(1)
        self._manifest: Any = None
        self._invocation: Any = None
        self._data: Any = None
        self._data_lock = threading.Lock()
        self._looks = ThreadPoolExecutor(_READERS, "fal-look")
        self._cancelled = False
        self._raw = False

    def serve(self) -> None:
        threading.Thread(target=self._read, name="fal-commands", daemon=True).start()
        self._hello()
        while (command := self._main.get()) is not None:
            self._answer(command)

    def _hello(self) -> None:
        from importlib.metadata import version

        # Nothing of dbt's import and parse is garbage; looking for it takes 6 % of their time.
        gc.disable()
        # dbt makes its locks by it, and no process. Those of "spawn" have names in /dev/shm, which stay there when
        # this process is killed together with Python's own that would remove them.
        with contextlib.suppress(ImportError):
            from dbt import mp_context

            mp_context._MP_CONTEXT = multiprocessing.get_context("fork")
        import dbt.cli.main  # noqa: F401  the slow import, while the JVM reads the project

        self._send({"type": "hello", "pid": os.getpid(), "dbt": version("dbt-core")})

    def _read(self) -> None:
        """Commands that need no dbt of their own never wait behind a running invocation."""
        for line in self._commands:
            command = json.loads(line)
            operation = command["op"]
            if operation == "release":
                self._holds.pop(command["hold"]).outcome.put(command)
            elif operation == "cancel":
                self._cancel()
            elif operation in ("parse", "invoke", "list", "debug", "attach", "detach"):
                self._main.put(command)
            else:
                self._pool.submit(self._answer, command)
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)  # the JVM's, should it have been killed
        os._exit(
            0
        )  # dbt may be in the middle of something; uncommitted work is the database's to undo

    def _send(self, message: dict[str, Any]) -> None:
        text = json.dumps(message, default=str) + "\n"
        with self._send_lock:
            self._replies.write(text)
            self._replies.flush()

    def _answer(self, command: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"type": "reply", "id": command["id"]}
        try:
            reply.update(ok=True, result=getattr(self, "_do_" + command["op"])(command))
        except BaseException as error:
            code = getattr(error, "code", type(error).__name__)
            reply.update(ok=False, error={"code": str(code), "message": _text(error)})
            if not hasattr(error, "code"):
                traceback.print_exc()
        self._send(reply)

    # -- commands ---------------------------------------------------------------------------

    def _do_parse(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt, _inputs

        self._raw = command["raw_events"]
        result = _dbt.parse(command["args"], self._forward)
        if not result.success or result.result is None:
            error = result.exception
            missing = _inputs.unresolved(error, command["inputs"])
            return {"ok": False, "message": _text(error), "missing": missing}
        gc.freeze()
        gc.enable()
        self._manifest = result.result
        adapter = _dbt.adapter_of(self._manifest)
        return {
            "ok": True,
            "project": self._manifest.metadata.project_name,
            "target": _dbt.describe_target(adapter),
            "credentials": _dbt.credentials_of(adapter),
            "nodes": [_slim(node) for node in _models(self._manifest)],
        }

    def _do_invoke(self, command: dict[str, Any]) -> dict[str, Any]:
        result, _ = self._run(command, command["args"])
        return self._outcome(result)

    def _do_list(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        args = [*command["args"], "--output", "json", "--output-keys", "unique_id"]
        result, invocation = self._run(command, args)
        self._manifest = invocation.manifest  # nothing was compiled; scripts may come next
        selected = [json.loads(line)["unique_id"] for line in result.result or ()]
        unique_ids = _dbt.in_order(invocation.parents, selected)
        return {**self._outcome(result), "unique_ids": unique_ids}

    def _warn(self, message: str) -> None:
        """A warning of ours, told as dbt's are."""
        event = {"type": "event", "name": "FalWarning", "level": "warn", "message": message}
        self._send({**event, "thread": "", "time": ""})

    def _do_debug(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        result, target = _dbt.debug(command["args"], self._forward)
        return {**self._outcome(result), "target": target}

    def _run(self, command: dict[str, Any], args: list[str]) -> tuple[Any, Any]:
        """dbt's result, and the invocation that gave it."""
        from fal import _around, _dbt

        manifest, self._manifest = self._manifest, None  # an invocation uses a manifest once
        models = [_dbt.PythonModel(**model) for model in command["models"]]
        scripts = [_around.Script(**script) for script in command["scripts"]]
        hooks = {model: _around.Stages(**each) for model, each in command["hooks"].items()}
        invocation = _dbt.Invocation(
            manifest, models, self._hold, self._forward, scripts=scripts, hooks=hooks
        )
        invocation.set_relation_names(_dbt.adapter_of(manifest))
        self._invocation = invocation
        if self._cancelled:
            invocation.cancelled.set()
        sys.argv = ["dbt", *args]  # what dbt's artifacts give as its invocation_command
        project_dir = _dbt.adapter_of(manifest).config.project_root
        args = invocation.with_state(args, project_dir, self._folders[-1], self._warn)
        if (models or scripts or hooks) and _dbt.adapter_of(manifest).type() == "duckdb":
            self._pool.submit(importlib.import_module, "fal._duckdb")  # pyarrow takes 0.3 s
        try:
            return invocation.run(args), invocation
        finally:
            self._invocation = None
            invocation.ended.set()
            if self._data is not None:
                self._data.release()
                self._data = None
            _dbt.close_database(manifest)

    def _outcome(self, result: Any) -> dict[str, Any]:
        message = None if result.exception is None else _text(result.exception)
        return {"success": result.success, "message": message}

    def _do_graph(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _graph

        invocation = self._invocation
        return _graph.describe(self._manifest if invocation is None else invocation.manifest)

    def _do_attach(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        if self._invocation is None:
            models = [_dbt.PythonModel(**model) for model in command["models"]]
            self._invocation = _dbt.Invocation(self._manifest, models, self._hold, self._forward)
            self._invocation.prepare()
            _dbt.go_to_project(self._manifest)
        manifest = self._invocation.manifest
        unique_id = command["unique_id"]
        node = None if unique_id is None else manifest.nodes[unique_id]
        return self._held("script", manifest, node, unique_id or "")

    def _do_rest(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        if self._data is None or self._data.is_idle():
            if self._data is not None:
                self._data.release()
            _dbt.rest(_dbt.adapter_of(self._invocation.manifest))
        return {}

    def _do_detach(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        invocation, self._invocation = self._invocation, None
        if self._data is not None:
            self._data.release()
            self._data = None
        if invocation is not None:
            invocation.ended.set()
            _dbt.close_database(invocation.manifest)
        return {}

    def _do_resolve(self, command: dict[str, Any]) -> dict[str, Any]:
        hold = self._holds[command["hold"]]
        with hold.adapter.connection_named(f"fal_resolve_{command['id']}"):
            resolved = hold.inputs.resolve(
                command["kind"], command["arguments"], command.get("version")
            )
        return dict(vars(resolved))

    def _do_compile(self, command: dict[str, Any]) -> dict[str, Any]:
        hold = self._holds[command["hold"]]
        with hold.adapter.connection_named(f"fal_compile_{command['id']}"):
            compiled = hold.inputs.compile(command["sql"])
        return dict(vars(compiled))

    def _do_target(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        hold = self._holds[command["hold"]]
        target = hold.node
        if command["kind"] != "this":
            target = hold.inputs.find_table(command["kind"], command["arguments"])
        with hold.adapter.connection_named(f"fal_target_{command['id']}"):
            _dbt.make_schema(hold.adapter, target)
        return self._held("target", hold.manifest, target, target.unique_id)

    def _do_read(self, command: dict[str, Any]) -> dict[str, Any]:
        files, rows = self._data.read(command["query"], _room(command))
        return {"files": files, "rows": rows}

    def _do_stream(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"number": self._data.stream(command["query"])}

    def _do_next(self, command: dict[str, Any]) -> dict[str, Any]:
        stream = self._data.open_one(command["number"])
        files, rows = stream.next(command["rows"], _room(command))
        return {"files": files, "rows": rows}

    def _do_load(self, command: dict[str, Any]) -> dict[str, Any]:
        hold = self._holds[command["hold"]]
        return {"number": self._data.load(hold.relation, command["mode"])}

    def _do_add(self, command: dict[str, Any]) -> dict[str, Any]:
        self._data.open_one(command["number"]).add(command["files"])
        return {}

    def _do_publish(self, command: dict[str, Any]) -> dict[str, Any]:
        rows, columns = self._data.open_one(command["number"]).publish()
        return {"rows": rows, "columns": columns}

    def _do_close(self, command: dict[str, Any]) -> dict[str, Any]:
        self._data.close_one(command["number"])
        return {}

    def _cancel(self) -> None:
        self._cancelled = True
        invocation = self._invocation
        if invocation is not None:
            invocation.cancelled.set()
            self._pool.submit(self._cancel_queries, invocation)

    def _cancel_queries(self, invocation: Any) -> None:
        """Again and again until the end: a model is between two of its statements at times."""
        from fal import _dbt

        while not invocation.ended.wait(_CANCEL_SECONDS):
            _dbt.cancel_queries(invocation.manifest)
            if (data := self._data) is not None:
                data.interrupt()

    # -- holding ----------------------------------------------------------------------------

    def _hold(
        self,
        stage: str,
        node: Any,
        invocation: Any,
        inputs: Sequence[dict[str, Any]] = (),
        result: Any = None,
    ) -> dict[str, Any]:
        """Runs on the node's own dbt thread; waits there until the JVM releases it."""
        model = node if stage != "script" else invocation.model_of(node.unique_id)
        message = self._held(stage, invocation.manifest, model, node.unique_id, inputs)
        if result is not None:
            response = dict(result.adapter_response or {})
            message["result"] = {"status": str(result.status), "adapter_response": response}
        self._send({"type": "hold", **message})
        return self._holds[message["hold"]].outcome.get()

    def _held(
        self,
        stage: str,
        manifest: Any,
        node: Any,
        unique_id: str,
        inputs: Sequence[dict[str, Any]] = (),
    ) -> dict[str, Any]:
        """A new hold, as the JVM is told of it; ``node`` is what is written to, None for a global script."""
        from fal import _dbt

        adapter = _dbt.adapter_of(manifest)
        data = self._open_data(adapter)
        relation = None if node is None else adapter.Relation.create_from(adapter.config, node)
        previous = None
        if data is not None and relation is not None and stage in ("model", "target"):
            # A connection belongs to a thread, and this thread's may be the node's: look from another.
            previous = self._looks.submit(data.columns, str(relation))
        hold = _Hold(manifest, node, adapter, relation, guarded=stage == "model")
        number = next(self._numbers)
        self._holds[number] = hold
        resolved = [
            {**call, **vars(hold.inputs.resolve(call["kind"], call["arguments"], call["version"]))}
            for call in inputs
        ]
        columns = None if previous is None else previous.result()
        return {
            "hold": number,
            "stage": stage,
            "unique_id": unique_id,
            "thread": threading.current_thread().name,
            "inputs": resolved,
            "model": {} if node is None else _details(node, str(relation), columns),
        }

    def _open_data(self, adapter: Any) -> Any:
        """DuckDB's data plane; None for a server's database, which the JVM asks itself."""
        if adapter.type() != "duckdb":
            return None
        from fal._duckdb import DuckDb

        with self._data_lock:
            if self._data is None or self._data._adapter is not adapter:
                self._data = DuckDb(adapter)
            return self._data

    def _forward(self, event: Any) -> None:
        from fal import _dbt

        info = event.info
        if (
            info.level == "debug"
            and info.name not in _FORWARDED_DEBUG
            and not _dbt.shows_debug(info.name)
        ):
            return
        text = info.msg
        if info.name == "FoundStats" and self._invocation is not None:
            text = self._invocation.without_scripts(text)
        message: dict[str, Any] = {
            "type": "event",
            "name": info.name,
            "level": info.level,
            "message": text,
            "thread": info.thread,
            "time": info.ts.ToJsonString(),
        }
        node = getattr(event.data, "node_info", None)
        if node is not None and node.unique_id:
            message["node"] = {
                "unique_id": node.unique_id,
                "name": node.node_name,
                "resource_type": node.resource_type,
                "materialized": node.materialized,
                "path": node.node_path,
                "relation": node.node_relation.relation_name,
            }
        for key in ("index", "total", "execution_time", "status", "description", "num_failures"):
            value = getattr(event.data, key, None)
            if value is not None:
                message[key] = value
        if self._raw:
            from dbt_common.events.functions import msg_to_dict

            message["raw"] = msg_to_dict(event)
        result = getattr(event.data, "run_result", None)
        if result is not None:
            message["result"] = {
                "status": result.status,
                "message": result.message,
                "execution_time": result.execution_time,
                "thread": result.thread,
                "adapter_response": dict(result.adapter_response),
            }
        self._send(message)


class _Hold:
    """One waiting node: where it writes, what it may read, the release it waits for."""

    def __init__(
        self, manifest: Any, node: Any, adapter: Any, relation: Any, guarded: bool
    ) -> None:
        self.manifest = manifest
        self.adapter = adapter
        self.relation = relation
        self.outcome: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.node = node
        self._guarded = guarded

    @cached_property
    def inputs(self) -> Any:
        from fal._inputs import Inputs

        return Inputs(self.manifest, self.node, self.adapter, self._guarded)


def _room(command: dict[str, Any]) -> Any:
    from fal._arrow_file import Room

    return Room(command["directory"], command["spill"], command["size"])


def _models(manifest: Any) -> list[Any]:
    disabled = [node for nodes in manifest.disabled.values() for node in nodes]
    nodes = [*manifest.nodes.values(), *disabled]
    return [node for node in nodes if node.resource_type == "model"]


def _slim(node: Any) -> dict[str, Any]:
    return {
        "unique_id": node.unique_id,
        "name": node.name,
        "package": node.package_name,
        "path": node.original_file_path,
        "enabled": node.config.enabled,
        "depends_on": list(node.depends_on_nodes),
        "fal": (node.config.meta or node.meta or {}).get("fal"),
        "patch_path": node.patch_path,
    }


def _details(node: Any, relation: str, previous: Any) -> dict[str, Any]:
    """What ``context`` and the writing side know of the model, or of a source that is written."""
    config = {k: v for k, v in node.config.to_dict().items() if k not in ("meta", "materialized")}
    return {
        "name": node.name,
        "alias": getattr(node, "alias", None) or node.identifier,
        "schema": node.schema,
        "database": node.database,
        "relation": relation,
        "config": config,
        "materialized": getattr(node.config, "materialized", None),
        "meta": dict(getattr(node.config, "meta", None) or node.meta or {}),
        "columns": {name: column.to_dict() for name, column in node.columns.items()},
        "previous_columns": previous,
    }


def _text(error: BaseException | None) -> str:
    return str(error).strip() or type(error).__name__


def main(kind: type[Resident] = Resident) -> None:
    """Serve commands until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the JVM decides what Ctrl-C means
    if os.getpid() != os.getpgid(0):
        os.setpgid(0, 0)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # dbt's console, which gets nothing: we print its events. Lives as long as the process.
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    commands = os.fdopen(os.dup(0), "r", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    kind(commands, replies, sys.argv[1:]).serve()


if __name__ == "__main__":
    main()
