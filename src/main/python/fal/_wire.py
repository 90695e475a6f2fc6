"""JSON lines between the JVM and its Python processes: one object a line, UTF-8, snake_case.

Each process reads from one stream and writes to one; neither carries anything but such lines.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, BinaryIO


def encode(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


class Channel:
    """One end of a conversation in JSON lines."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    def of_socket(cls, connection: socket.socket) -> Channel:
        return cls(connection.makefile("rb"), connection.makefile("wb"))

    def send(self, message: Mapping[str, Any]) -> None:
        self._writer.write(encode(message))
        self._writer.flush()

    def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other side has left."""
        line = self._reader.readline()
        if not line.endswith(b"\n"):
            return None
        message: dict[str, Any] = json.loads(line)
        return message


@dataclass(frozen=True)
class Target:
    """The profile's output dbt runs against, without anything secret."""

    name: str | None = None
    type: str | None = None
    schema: str | None = None
    database: str | None = None
    profile_name: str | None = None
    threads: int | None = None


@dataclass(frozen=True)
class PreviousColumn:
    """A column of the table this model wrote last time."""

    name: str
    type: str | None = None
    database_type: str | None = None

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> PreviousColumn:
        return cls(**_known(message, cls))


@dataclass(frozen=True)
class Input:
    """A relation to be read; ``files`` is None until its rows are there."""

    kind: str
    arguments: tuple[str, ...]
    version: str | None = None
    unique_id: str | None = None
    relation: str | None = None
    files: tuple[str, ...] | None = None

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Input:
        version, files = message.get("version"), message.get("files")
        return cls(
            message["kind"],
            tuple(message["arguments"]),
            None if version is None else str(version),
            message.get("unique_id"),
            message.get("relation"),
            None if files is None else tuple(files),
        )


@dataclass(frozen=True)
class RunModel:
    """The first message a worker gets: which file to run, and all it may know.

    ``role`` is ``model``, ``before``, ``after``, ``pre-hook``, ``post-hook`` or ``global``. What follows it is of the
    model itself, or of the one that a script belongs to; a global script has none, and no ``name``.
    """

    @property
    def is_hook(self) -> bool:
        return self.role in ("pre-hook", "post-hook")

    unique_id: str
    path: str
    file: str
    project_dir: str
    sys_path: tuple[str, ...]
    data_dir: str
    spill_dir: str
    target: Target
    role: str = "model"
    name: str | None = None
    materialized: str | None = None
    status: str = "skipped"
    adapter_response: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[Mapping[str, Any], ...] = ()
    arguments: Mapping[str, Any] | None = None
    target_path: str = "target"
    data_size: int | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    alias: str | None = None
    schema: str | None = None
    database: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    dtypes: str = "default"
    previous_columns: tuple[PreviousColumn, ...] = ()
    declared_types: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> RunModel:
        plain = {
            name: message[name]
            for name in (
                "config",
                "meta",
                "vars",
                "columns",
                "dtypes",
                "declared_types",
                "data_size",
                "role",
                "target_path",
                "name",
                "materialized",
                "status",
                "adapter_response",
                "arguments",
                "alias",
                "schema",
                "database",
            )
            if message.get(name) is not None
        }
        return cls(
            unique_id=message["unique_id"],
            path=message["path"],
            file=message["file"],
            project_dir=message["project_dir"],
            sys_path=tuple(message["sys_path"]),
            data_dir=message["data_dir"],
            spill_dir=message["spill_dir"],
            target=Target(**_known(message.get("target"), Target)),
            previous_columns=tuple(
                PreviousColumn.of(column) for column in message.get("previous_columns") or ()
            ),
            tests=tuple(message.get("tests") or ()),
            inputs=tuple(Input.of(each) for each in message.get("inputs") or ()),
            **plain,
        )


def _known(
    message: Mapping[str, Any] | None, record: type[Target | PreviousColumn]
) -> dict[str, Any]:
    names = {each.name for each in fields(record)}
    return {name: value for name, value in (message or {}).items() if name in names}
