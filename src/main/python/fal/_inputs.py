"""What ``ref`` and ``source`` mean to a node, and SQL that calls them; with ``_dbt``, all of dbt's inside fal leans on.

What it rests on:

- ``generate_runtime_model_context(node, config, manifest)``: its ``ref`` and ``source`` resolve
  as they do for the node's SQL, ``--defer`` included;
- ``Compiler(config).compile_node(node, manifest)`` renders a node that stands in no manifest, with the ephemeral models
  it reads;
- a ``TargetNotFoundError`` of the parse carries, in its traceback, the manifest it searched.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dbt.artifacts.resources.types import NodeType
from dbt.compilation import Compiler
from dbt.context.providers import generate_runtime_model_context
from dbt.contracts.files import FileHash
from dbt.contracts.graph.nodes import ModelNode
from dbt_common.exceptions import DbtRuntimeError


@dataclass(frozen=True)
class Resolved:
    """A relation that a ``ref`` or ``source`` stands for, and the query that reads it."""

    unique_id: str
    relation: str
    query: str
    declared: bool = True


class ResolveError(Exception):
    """A ``ref``/``source`` that cannot be read; ``code`` as in ``docs/errors.md``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Compiled:
    """SQL that dbt has rendered, and each ``ref`` and ``source`` in it: the call as a ``Resolved`` knows it."""

    query: str
    calls: list[dict[str, Any]]


class Inputs:
    """What ``ref`` and ``source`` mean in one held node, as dbt resolves them for its SQL.

    A ``guarded`` node is to read only what the graph knows of; a script reads whatever is there.
    """

    def __init__(self, manifest: Any, node: Any, adapter: Any, guarded: bool = True) -> None:
        self._manifest = manifest
        self._node = node if guarded else _free_node(manifest, node)
        self._config = adapter.config
        self._guarded = guarded
        self._context = generate_runtime_model_context(self._node, self._config, manifest)

    def resolve(self, kind: str, arguments: Sequence[str], version: Any = None) -> Resolved:
        """The relation of one call; not ``declared`` when a guarded node's graph has no edge for it, and then
        without a query for an ephemeral model, which dbt has not compiled here.

        Raises ResolveError ``ref-not-found``/``source-not-found`` (nearest names given) or
        ``ref-disabled``/``source-disabled``.
        """
        target = find(self._manifest, self._node, kind, arguments, version)
        declared = target.unique_id in self._node.depends_on_nodes
        is_ephemeral = getattr(target, "is_ephemeral_model", False)
        if is_ephemeral and not self._guarded:
            call = call_text(kind, arguments, version)
            query = self.compile(f"select * from {{{{ {call} }}}}").query
            return Resolved(target.unique_id, target.name, query)
        if kind == "source":
            relation = self._context["source"](*arguments)
        elif declared and self._guarded:
            keywords = {} if version is None else {"version": version}
            relation = self._context["ref"](*arguments, **keywords)
        elif is_ephemeral:
            return Resolved(target.unique_id, target.name, "", declared)
        else:
            relation = self._context["ref"].create_relation(target)  # --defer holds
        query = f"select * from {relation}"
        if is_ephemeral and relation.is_cte:
            query = f"with {', '.join(cte.sql for cte in self._node.extra_ctes)} {query}"
        return Resolved(target.unique_id, str(relation), query, declared)

    def find(self, kind: str, arguments: Sequence[str], version: Any = None) -> Any:
        """The node or source that a call names; ResolveError as for ``resolve``."""
        return find(self._manifest, self._node, kind, arguments, version)

    def find_table(self, kind: str, arguments: Sequence[str]) -> Any:
        """The same, if it is a relation of the database's; an ephemeral model is none."""
        target = self.find(kind, arguments)
        if getattr(target, "is_ephemeral_model", False):
            call = call_text(kind, arguments)
            raise ResolveError(
                "ephemeral-model", f"{call} is an ephemeral model: it has no table to be written."
            )
        return target

    def compile(self, sql: str) -> Compiled:
        """SQL with Jinja in it, rendered by dbt as a model's would be; ephemeral models it reads come with it.

        Raises ResolveError ``sql-not-compiled`` with dbt's own words, and what ``resolve`` raises.
        """
        node = _free_node(self._manifest, self._node, sql)
        context = generate_runtime_model_context(node, self._config, self._manifest)
        calls: list[dict[str, Any]] = []

        def noted(kind: str) -> Any:
            def call(*arguments: str, **keywords: Any) -> Any:
                version = keywords.get("version", keywords.get("v"))
                target = find(self._manifest, self._node, kind, arguments, version)
                declared = not self._guarded or target.unique_id in self._node.depends_on_nodes
                calls.append(
                    {
                        "kind": kind,
                        "arguments": list(arguments),
                        "version": version,
                        **vars(Resolved(target.unique_id, target.name, "-", declared)),
                    }
                )
                return context[kind](*arguments, **keywords)

            return call

        functions = {"ref": noted("ref"), "source": noted("source")}
        try:
            compiled = Compiler(self._config).compile_node(
                node, self._manifest, functions, write=False
            )
        except DbtRuntimeError as error:
            raise ResolveError("sql-not-compiled", error.msg.strip()) from error
        return Compiled(compiled.compiled_code, calls)


def _free_node(manifest: Any, node: Any, sql: str = "") -> Any:
    """A node that stands in no manifest and may read everything; ``this`` is that of ``node``, if there is one."""
    package = manifest.metadata.project_name if node is None else node.package_name
    name = "script" if node is None else node.name
    free = ModelNode(
        database=None if node is None else node.database,
        schema="" if node is None else node.schema,
        name=name,
        resource_type=NodeType.Model,
        package_name=package,
        path=f"{name}.sql",
        original_file_path=f"{name}.sql",
        unique_id=f"model.{package}.{name} (sql)",
        fqn=[package, name],
        alias=name if node is None else node.alias,
        checksum=FileHash.empty(),
        language="sql",
        raw_code=sql,
    )
    free.depends_on.nodes = [*manifest.nodes, *manifest.sources]
    if node is not None:
        free.group = node.group
    return free


def find(manifest: Any, node: Any, kind: str, arguments: Sequence[str], version: Any) -> Any:
    """The node or source of a call; ResolveError when there is none or it is disabled."""
    project = manifest.metadata.project_name or node.package_name
    call = call_text(kind, arguments, version)
    if kind == "source":
        target = manifest.resolve_source(*arguments, project, node.package_name)
        known = [f"{each.source_name}.{each.name}" for each in manifest.sources.values()]
    else:
        package, name = (None, arguments[0]) if len(arguments) == 1 else arguments
        target = manifest.resolve_ref(node, name, package, version, project, node.package_name)
        known = [each.name for each in manifest.nodes.values() if each.is_refable]
    if target is None:
        wanted = ".".join(arguments) if kind == "source" else arguments[-1]
        near = difflib.get_close_matches(wanted, known, 3)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        noun = "source" if kind == "source" else "model, seed or snapshot"
        raise ResolveError(f"{kind}-not-found", f"{call} names no {noun}.{hint}")
    if not hasattr(target, "unique_id"):
        raise ResolveError(f"{kind}-disabled", f"{call} names a disabled {kind}.")
    return target


def unresolved(
    error: BaseException | None, inputs: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every input that a failed parse leaves without a target, not only dbt's first.

    ``inputs`` have ``path`` (of the stub), ``kind``, ``arguments``, ``version``; those without
    a target come back with ``code`` and ``message``. Empty when the parse failed otherwise.
    """
    manifest = _manifest_of(error)
    if manifest is None:
        return []
    project = manifest.metadata.project_name
    for node in manifest.nodes.values():
        # dbt disables the one it gave up on; those that the user disabled are not among these.
        node.config.enabled = True
    nodes = {
        node.original_file_path: node
        for node in manifest.nodes.values()
        if node.package_name == project
    }
    missing = []
    for each in inputs:
        node = nodes.get(each["path"])
        if node is None:
            continue
        try:
            find(manifest, node, each["kind"], each["arguments"], each.get("version"))
        except ResolveError as problem:
            missing.append({**each, "code": problem.code, "message": str(problem)})
    return missing


def _manifest_of(error: BaseException | None) -> Any:
    """The manifest that dbt was resolving references in when it gave up."""
    if error is None or type(error).__name__ != "TargetNotFoundError":
        return None
    frame = error.__traceback__
    while frame is not None:
        found = frame.tb_frame.f_locals.get("manifest")
        if hasattr(found, "resolve_ref"):
            return found
        frame = frame.tb_next
    return None


def call_text(kind: str, arguments: Sequence[str], version: Any = None) -> str:
    """``ref('package', 'model', v=2)`` as the user would type it."""
    texts = [repr(argument) for argument in arguments]
    if version is not None:
        texts.append(f"v={version!r}")
    return f"{kind}({', '.join(texts)})"
