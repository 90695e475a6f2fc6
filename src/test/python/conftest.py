"""The other side of the sockets: a real fork server, and a small stand-in for the JVM that talks to it."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from fal import _arrow_file

PACKAGE = Path(__file__).resolve().parents[2] / "main" / "python"
DEADLINE = 20


@dataclass
class Result:
    """What came of one model's run."""

    last: dict[str, Any]
    stdout: str
    stderr: str
    table: pa.Table | None
    messages: list[dict[str, Any]]
    exited: dict[str, Any]
    file_modes: set[int] = field(default_factory=set)

    @property
    def error(self) -> dict[str, Any]:
        assert self.last["type"] == "failed", (self.last, self.stderr)
        error: dict[str, Any] = self.last["error"]
        return error

    @property
    def message(self) -> str:
        text: str = self.error["message"]
        return text

    @property
    def write(self) -> dict[str, Any]:
        return next(each for each in self.messages if each["type"] == "write")

    @property
    def notices(self) -> list[str]:
        notices: list[str] = self.write["notices"]
        return notices

    def written(self) -> pa.Table:
        assert self.last["type"] == "done", self.last["error"]["traceback"]
        assert self.table is not None
        return self.table


@dataclass
class Worker:
    """The three connections of one spawned worker."""

    server: Server
    name: str
    pid: int = 0
    connections: dict[str, socket.socket] = field(default_factory=dict)

    def connect(self, listener: socket.socket, token: str) -> None:
        listener.settimeout(DEADLINE)
        for _ in range(3):
            connection, _ = listener.accept()
            connection.settimeout(DEADLINE)
            greeting = json.loads(_first_line(connection))
            assert greeting["worker"] == self.name
            assert greeting["token"] == token
            self.connections[greeting["stream"]] = connection
        self._control = self.connections["control"].makefile("rb")

    def send(self, message: dict[str, Any]) -> None:
        self.connections["control"].sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> dict[str, Any] | None:
        line = self._control.readline()
        return json.loads(line) if line else None

    def close(self) -> None:
        self._control.close()
        for connection in self.connections.values():
            connection.close()


class Server:
    """A fork server, driven by its wire."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fal._fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PACKAGE), **environment},
        )
        self._spawned = 0
        self.ready = self.reply("ready")

    def command(self, **command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def reply(self, kind: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the fork server left with {self.process.wait()}"
        reply: dict[str, Any] = json.loads(line)
        assert reply["type"] == kind, reply
        return reply

    def spawn(self) -> Worker:
        self._spawned += 1
        name = f"w{self._spawned}"
        path = tempfile.mktemp("s", dir=self.folder)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(3)
            self.command(type="spawn", worker=name, socket=path, token="secret")
            worker = Worker(self, name)
            worker.connect(listener, "secret")
        spawned = self.reply("spawned")
        assert spawned["worker"] == name
        worker.pid = spawned["pid"]
        return worker

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(DEADLINE)


@dataclass
class Project:
    """A dbt project's folder, and the way to run a model of it."""

    server: Server
    folder: Path
    held: list[Worker] = field(
        default_factory=list
    )  # a dropped worker would see its connections end

    def file(self, path: str, text: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            file.write_bytes(text)
        else:
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def notebook(self, path: str, *cells: str) -> Path:
        code = [
            {"cell_type": "code", "source": textwrap.dedent(cell).splitlines(keepends=True)}
            for cell in cells
        ]
        return self.file(path, json.dumps({"cells": code, "nbformat": 4, "metadata": {}}))

    def start(self, file: str, inputs: list[dict[str, Any]] | None = None, **fields: Any) -> Worker:
        path = self.folder / file
        worker = self.server.spawn()
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        worker.send(
            {
                "type": "run",
                "unique_id": f"model.shop.{path.stem}",
                "name": path.stem,
                "path": str(path),
                "file": file,
                "project_dir": str(self.folder),
                "sys_path": [str(path.parent), str(self.folder)],
                "data_dir": str(data),
                "spill_dir": tempfile.gettempdir(),
                "target": {
                    "name": "dev",
                    "type": "duckdb",
                    "schema": "main",
                    "database": "shop",
                    "profile_name": "shop",
                    "threads": 4,
                },
                "config": {"materialized": "fal"},
                "meta": {"fal": {"x": 1}, "owner": "me"},
                "vars": {},
                "alias": path.stem,
                "schema": "main",
                "database": "shop",
                "columns": {"a": {"name": "a", "description": "the a"}},
                "dtypes": "default",
                "previous_columns": None,
                "declared_types": {},
                "inputs": inputs or [],
                **fields,
            }
        )
        return worker

    def store(self, table: pa.Table) -> list[str]:
        """The table as an input's files."""
        room = _arrow_file.Room(str(self.folder), str(self.folder))
        return _arrow_file.write(room, table.schema, [table])[0]

    def store_parts(self, table: pa.Table, rows: int) -> Iterator[list[str]]:
        """The table as a stream's parts."""
        for start in range(0, max(table.num_rows, 1), rows):
            yield self.store(table.slice(start, rows))
        yield []

    def run(self, file: str, tables: dict[str, pa.Table] | None = None, **fields: Any) -> Result:
        """Runs the model to its end; ``tables`` are what it may read, by the last name asked for."""
        worker = self.start(file, **fields)
        texts: dict[str, bytes] = {}
        readers = []
        for stream in ("stdout", "stderr"):
            reader = threading.Thread(
                target=lambda stream=stream: texts.update(
                    {stream: _all(worker.connections[stream])}
                )
            )
            reader.start()
            readers.append(reader)
        messages = []
        table, modes = None, set()
        streams: list[Iterator[list[str]]] = []
        taken: list[str] = []
        parts: list[pa.Table] = []
        written: set[str] = set()
        while (message := worker.receive()) is not None:
            messages.append(message)
            if message["type"] in ("read", "stream"):
                name = message["arguments"][-1]
                if tables is None or name not in tables:
                    worker.send(
                        {
                            "type": "error",
                            "id": message["id"],
                            "code": "ref-not-found",
                            "message": f"{message['kind']}({name!r}) names no node.",
                        }
                    )
                elif message["type"] == "stream":
                    streams.append(self.store_parts(tables[name], message["rows"]))
                    opened = {"type": "opened", "stream": len(streams) - 1}
                    worker.send({**opened, "id": message["id"]})
                else:
                    worker.send(
                        {
                            **{k: message[k] for k in ("id", "kind", "arguments", "version")},
                            "type": "input",
                            "unique_id": f"model.shop.{name}",
                            "relation": name,
                            "files": self.store(tables[name]),
                        }
                    )
            elif message["type"] == "next":
                for file in taken:
                    os.unlink(file)
                taken = next(streams[message["stream"]])
                worker.send({"type": "part", "id": message["id"], "files": taken})
            elif message["type"] == "part":
                parts = parts if message["number"] > 1 else []
                parts.append(_kept(_arrow_file.read(message["files"])))
                written.update(message["files"])
                refused = fields.get("refused_part") == message["number"]
                answer = {"type": "error", "code": "Refused", "message": "refused by the database"}
                worker.send({**(answer if refused else {"type": "taken"}), "id": message["id"]})
            elif message["type"] == "write":
                modes = {os.stat(file).st_mode & 0o777 for file in message["files"]}
                if message["files"]:
                    parts = [_kept(_arrow_file.read(message["files"]))]
                table = pa.concat_tables(parts)
                assert table.num_rows == message["rows"]
                written.update(message["files"])
                worker.send({"type": "written", "id": message["id"]})
        for file in written:
            os.unlink(file)
        for reader in readers:
            reader.join(DEADLINE)
        worker.close()
        exited = self.server.reply("exited")
        assert exited["worker"] == worker.name
        last = messages[-1] if messages else {"type": "none"}
        return Result(
            last,
            texts["stdout"].decode(),
            texts["stderr"].decode(),
            table,
            messages,
            exited,
            modes,
        )

    def model(self, text: str, tables: dict[str, pa.Table] | None = None, **fields: Any) -> Result:
        """Runs ``text`` as models/m.py."""
        self.file("models/m.py", text)
        return self.run("models/m.py", tables, **fields)


def _first_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        assert byte, "the worker left while greeting"
        line += byte
    return line


def _kept(table: pa.Table) -> pa.Table:
    """A copy: the worker writes over the files of the parts before."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return pa.ipc.open_stream(sink.getvalue()).read_all()


def _all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    """Waits for a process that is not our child to end, by its pidfd where that is to be had."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], DEADLINE)[0])
    finally:
        os.close(descriptor)


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(
        prefix="fal"
    ) as folder:  # short: socket paths are limited to 107 bytes
        server = Server(Path(folder))
        yield server
        server.close()
        assert server.process.returncode == 0


@pytest.fixture
def project(shared_server: Server, tmp_path: Path) -> Project:
    return Project(shared_server, tmp_path)


IMPORTS = """
import datetime, uuid
from decimal import Decimal
import numpy as np, pandas as pd, pyarrow as pa
"""


def write(
    project: Project, frame: str, tables: dict[str, pa.Table] | None = None, **fields: Any
) -> Result:
    return project.model(f"{IMPORTS}\n{frame}\nwrite_to_model(df)\n", tables, **fields)
