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
``invoke``   ``args``, ``models`` ([{unique_id, file, inputs}]). Events stream while it runs.
             Result: success; message when dbt could not run at all.
``list``     like ``invoke``, for ``dbt ls``. Result: success, message, unique_ids, parents first.
``debug``    ``args``: dbt's own check. Result: success, message, target without secrets.
``resolve``  ``hold``, ``kind``, ``arguments``, ``version``: a call that analysis did not see.
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

Messages: ``{"type": "hello", …}`` once; ``{"type": "event", …}``; ``{"type": "hold", "hold",
"unique_id", "inputs", "model"}`` when a Python model's turn has come: its thread waits.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import os
import queue
import shutil
import signal
import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
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
            elif operation in ("parse", "invoke", "list", "debug"):
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
        from fal import _dbt

        self._raw = command["raw_events"]
        result = _dbt.parse(command["args"], self._forward)
        if not result.success or result.result is None:
            error = result.exception
            missing = _dbt.unresolved(error, command["inputs"])
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
        return self._outcome(self._run(command, command["args"]))

    def _do_list(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        manifest = self._manifest
        args = [*command["args"], "--output", "json", "--output-keys", "unique_id"]
        result = self._run(command, args)
        selected = [json.loads(line)["unique_id"] for line in result.result or ()]
        return {**self._outcome(result), "unique_ids": _dbt.in_order(manifest, selected)}

    def _warn(self, message: str) -> None:
        """A warning of ours, told as dbt's are."""
        event = {"type": "event", "name": "FalWarning", "level": "warn", "message": message}
        self._send({**event, "thread": "", "time": ""})

    def _do_debug(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        result, target = _dbt.debug(command["args"], self._forward)
        return {**self._outcome(result), "target": target}

    def _run(self, command: dict[str, Any], args: list[str]) -> Any:
        from fal import _dbt

        manifest, self._manifest = self._manifest, None  # an invocation uses a manifest once
        models = [_dbt.PythonModel(**model) for model in command["models"]]
        invocation = _dbt.Invocation(manifest, models, self._hold, self._forward)
        invocation.set_relation_names(_dbt.adapter_of(manifest))
        self._invocation = invocation
        if self._cancelled:
            invocation.cancelled.set()
        sys.argv = ["dbt", *args]  # what dbt's artifacts give as its invocation_command
        project_dir = _dbt.adapter_of(manifest).config.project_root
        args = invocation.with_state(args, project_dir, self._folders[-1], self._warn)
        if models and _dbt.adapter_of(manifest).type() == "duckdb":
            self._pool.submit(importlib.import_module, "fal._duckdb")  # pyarrow takes 0.3 s
        try:
            return invocation.run(args)
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

    def _do_resolve(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        hold = self._holds[command["hold"]]
        adapter = _dbt.adapter_of(hold.manifest)
        with adapter.connection_named(f"fal_resolve_{command['id']}"):
            resolved = hold.inputs.resolve(
                command["kind"], command["arguments"], command.get("version")
            )
        return dict(vars(resolved))

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

    def _hold(self, model: Any, node: Any, invocation: Any) -> dict[str, Any]:
        """Runs on the node's own dbt thread; waits there until the JVM releases it."""
        from fal import _dbt

        adapter = _dbt.adapter_of(invocation.manifest)
        relation = adapter.Relation.create_from(adapter.config, node)
        previous = self._describe(adapter, str(relation))
        hold = _Hold(invocation.manifest, relation, _dbt.Inputs(invocation.manifest, node, adapter))
        number = next(self._numbers)
        self._holds[number] = hold
        inputs = [
            {**call, **vars(hold.inputs.resolve(call["kind"], call["arguments"], call["version"]))}
            for call in model.inputs
        ]
        self._send(
            {
                "type": "hold",
                "hold": number,
                "unique_id": node.unique_id,
                "thread": threading.current_thread().name,
                "inputs": inputs,
                "model": _details(node, str(relation), previous and previous.result()),
            }
        )
        return hold.outcome.get()

    def _describe(self, adapter: Any, relation: str) -> Future[Any] | None:
        """The columns of the table that stands there; of a server's database the JVM asks itself."""
        if adapter.type() != "duckdb":
            return None
        from fal._duckdb import DuckDb

        if self._data is None or self._data._adapter is not adapter:
            self._data = DuckDb(adapter)
        # A connection belongs to a thread, and this thread's is the node's: look from another.
        return self._pool.submit(self._data.open_and_describe, relation)

    def _forward(self, event: Any) -> None:
        from fal import _dbt

        info = event.info
        if (
            info.level == "debug"
            and info.name not in _FORWARDED_DEBUG
            and not _dbt.shows_debug(info.name)
        ):
            return
        message: dict[str, Any] = {
            "type": "event",
            "name": info.name,
            "level": info.level,
            "message": info.msg,
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
            }
        self._send(message)


class _Hold:
    """One waiting Python model: where it writes, what it may read, the release it waits for."""

    def __init__(self, manifest: Any, relation: Any, inputs: Any) -> None:
        self.manifest = manifest
        self.relation = relation
        self.inputs = inputs
        self.outcome: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()


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
    }


def _details(node: Any, relation: str, previous: Any) -> dict[str, Any]:
    """What ``context`` and the writing side know of the model."""
    config = {k: v for k, v in node.config.to_dict().items() if k not in ("meta", "materialized")}
    return {
        "name": node.name,
        "alias": node.alias,
        "schema": node.schema,
        "database": node.database,
        "relation": relation,
        "config": config,
        "meta": dict(node.config.meta or node.meta or {}),
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
