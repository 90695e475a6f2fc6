"""Keeper of the second engine: runs the ``dbt`` executable, owns DuckDB's file between its runs.

One process in the Python that the models run on; wire and lifetime are ``fal._resident``'s, the
commands its own (each answered as there):

``run``       ``command``: program and arguments. dbt's JSON log events stream as ``event``, each
              with the whole of it as ``raw``. Result: exit_code, and ``lines`` (the last ones that
              were no events). The database file is given up first: dbt wants it for itself.
``profile``   ``args``: dbt's options that choose the profile. Result: success, message, target
              without secrets, ``credentials`` of a server's database, ``path`` of DuckDB's file.
``name``      ``models``: unique_id, database, schema and alias of each; the project's
              ``quoting``. Result: their tables by unique_id, as dbt's adapter writes them.
``describe``  ``relation``. Result: its columns, None where there is no table.
``load``      ``relation`` and its ``schema`` (made if missing), ``mode``. Result: number.
``read``, ``stream``, ``next``, ``add``, ``publish``, ``close``  as in ``fal._resident``.
``give_up``   closes the database file.

``cancel`` interrupts the dbt that is running, kills it when it does not end, and interrupts
queries. dbt has a process group of its own, so that a terminal's Ctrl-C comes to it once, through
us; whatever is left of the group when dbt has ended, or when the JVM is gone, is killed.
"""

from __future__ import annotations

import collections
import contextlib
import importlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

from fal._resident import Resident, main

_SECONDS_TO_END = 10.0
_LINES = 40
_INFO_KEYS = ("index", "total", "execution_time", "status", "description", "num_failures")
_OURS = ("DBT_LOG_FORMAT", "DBT_LOG_LEVEL", "DBT_QUIET", "DBT_PRINT")


class Keeper(Resident):
    """The running dbt, and the open database when none runs."""

    def __init__(self, commands: Any, replies: Any, folders: list[str]) -> None:
        super().__init__(self._until_end(commands), replies, folders)
        self._adapter: Any = None
        self._data_lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._child_lock = threading.Lock()
        self._ended = threading.Event()

    def _until_end(self, commands: Any) -> Iterator[str]:
        yield from commands
        self._kill_child()

    def _hello(self) -> None:
        # Not SIG_IGN, which dbt would inherit: it could not be interrupted then.
        signal.signal(signal.SIGINT, lambda *_: None)
        self._send({"type": "hello", "pid": os.getpid()})
        self._pool.submit(importlib.import_module, "fal._dbt")  # 2 s, while dbt itself parses

    # -- dbt ----------------------------------------------------------------------------------

    def _do_run(self, command: dict[str, Any]) -> dict[str, Any]:
        self._close_database()
        environment = {name: text for name, text in os.environ.items() if name not in _OURS}
        environment.setdefault("DBT_LOG_FORMAT_FILE", "debug")
        _forget_this_package(environment)
        with self._child_lock:
            if self._cancelled:
                return {"exit_code": 1, "lines": []}
            child = self._child = subprocess.Popen(
                command["command"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                env=environment,
                start_new_session=True,
            )
            self._ended.clear()
        threading.Thread(target=self._watch, args=(child,), name="fal-dbt", daemon=True).start()
        lines: collections.deque[str] = collections.deque(maxlen=_LINES)
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                if not self._forward_line(line):
                    lines.append(line.rstrip())
        self._ended.wait()
        return {"exit_code": child.wait(), "lines": list(lines)}

    def _watch(self, child: subprocess.Popen[str]) -> None:
        """What dbt leaves behind ends with it; also, its pipe might be held open for ever."""
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        with self._child_lock:
            _signal_group(child, signal.SIGKILL)  # not reaped yet: the group is still its own
            self._child = None
        self._ended.set()

    def _forward_line(self, line: str) -> bool:
        """Send one of dbt's log events; False for a line that is none."""
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, TypeError, KeyError):
            return False
        message: dict[str, Any] = {
            "type": "event",
            "name": info["name"],
            "level": info["level"],
            "message": info["msg"],
            "thread": info.get("thread", ""),
            "time": info.get("ts"),
            "raw": event,
        }
        node = data.get("node_info") or {}
        if node.get("unique_id"):
            relation = node.get("node_relation") or {}
            message["node"] = {
                "unique_id": node["unique_id"],
                "name": node.get("node_name"),
                "resource_type": node.get("resource_type"),
                "materialized": node.get("materialized"),
                "path": node.get("node_path"),
                "relation": relation.get("relation_name"),
            }
        for key in _INFO_KEYS:
            if data.get(key) is not None:
                message[key] = data[key]
        self._send(message)
        return True

    def _cancel(self) -> None:
        with self._child_lock:
            self._cancelled = True
            child = self._child
            if child is not None:
                _signal_group(child, signal.SIGINT)
        if child is not None:
            self._pool.submit(self._insist)
        elif self._data is not None:
            self._pool.submit(self._interrupt_queries)

    def _insist(self) -> None:
        if not self._ended.wait(_SECONDS_TO_END):
            self._kill_child()

    def _interrupt_queries(self) -> None:
        with self._adapter.connection_named("fal_cancel"):
            self._adapter.cancel_open_connections()
        if (data := self._data) is not None:
            data.interrupt()

    def _kill_child(self) -> None:
        with self._child_lock:
            if self._child is not None:
                _signal_group(self._child, signal.SIGKILL)

    # -- the database -------------------------------------------------------------------------

    def _do_profile(self, command: dict[str, Any]) -> dict[str, Any]:
        from fal import _dbt

        said: list[str] = []
        result, adapter = _dbt.read_profile(
            command["args"], lambda event: said.append(_failure(event))
        )
        message = "\n".join(filter(None, said)) or str(result.exception or "dbt debug failed")
        self._adapter = adapter
        return {
            "success": result.success,
            "message": message,
            "target": None if adapter is None else _dbt.describe_target(adapter),
            "credentials": None if adapter is None else _dbt.credentials_of(adapter),
            "path": None if adapter is None else getattr(adapter.config.credentials, "path", None),
        }

    def _do_name(self, command: dict[str, Any]) -> dict[str, str]:
        from fal import _dbt

        return _dbt.table_names(self._adapter, command["models"], command["quoting"])

    def _opened(self) -> Any:
        from fal._duckdb import DuckDb

        with self._data_lock:
            if self._data is None:
                self._data = DuckDb(self._adapter)
            return self._data

    def _do_describe(self, command: dict[str, Any]) -> Any:
        return self._opened().columns(command["relation"])

    def _do_read(self, command: dict[str, Any]) -> dict[str, Any]:
        self._opened()
        return super()._do_read(command)

    def _do_stream(self, command: dict[str, Any]) -> dict[str, Any]:
        self._opened()
        return super()._do_stream(command)

    def _do_load(self, command: dict[str, Any]) -> dict[str, Any]:
        data = self._opened()
        with data._cursor() as cursor:
            cursor.execute(f"create schema if not exists {command['schema']}")
        return {"number": data.load(command["relation"], command["mode"])}

    def _do_give_up(self, command: dict[str, Any]) -> dict[str, Any]:
        self._close_database()
        return {}

    def _close_database(self) -> None:
        with self._data_lock:
            if self._data is not None:
                self._data.release()
                self._data = None
            if self._adapter is not None:
                from fal import _dbt

                _dbt.give_up_database(self._adapter)


def _failure(event: Any) -> str:
    """What ``dbt debug`` says of a check that failed, empty for its other events."""
    if event.info.name != "DebugCmdResult" or "check failed" in event.info.msg:
        return ""
    return str(event.info.msg).strip()


def _signal_group(child: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _forget_this_package(environment: dict[str, str]) -> None:
    """PYTHONPATH as the user has it: its first entry is this package's, for us alone."""
    users = environment.pop("PYTHONPATH", "").split(os.pathsep)[1:]
    if users:
        environment["PYTHONPATH"] = os.pathsep.join(users)


if __name__ == "__main__":
    main(Keeper)
