"""Scripts and hooks in one dbt invocation; with ``_dbt``, all of dbt's inside that fal leans on.

A before or after script becomes a node of the manifest in memory, so that dbt orders it, selects it, skips it and
fails what depends on it. Hooks are no nodes: they run before and after their model's own turn, on its thread.

What it rests on:

- ``BaseRunner.run_with_hooks(manifest)`` runs one node, ``safe_run`` its work between the lines that say so;
  ``_build_run_result`` makes a result, whose ``status`` decides about what depends on the node;
- ``NodeSelector.graph`` is what selection walks over, ``full_graph`` what the order is made of;
- ``RunExecutionResult.write(path)`` writes ``run_results.json``, where scripts have no place;
- ``Linker`` takes a node's parents from ``depends_on.nodes``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import NodeStatus, RunStatus, collect_timing_info
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.contracts.files import FileHash
from dbt.contracts.graph.nodes import ModelNode
from dbt.graph import Graph, NodeSelector
from dbt.task.base import BaseRunner

MATERIALIZATION = "fal_script"
_WITH_TURNS = (NodeType.Model, NodeType.Snapshot, NodeType.Seed)


@dataclass(frozen=True)
class Script:
    """A before or after script: ``file`` is relative to the project, ``label`` what it is called in messages."""

    unique_id: str
    label: str
    file: str
    model: str
    before: bool
    checksum: str = ""


@dataclass(frozen=True)
class Stages:
    """Which hooks a model has."""

    pre: bool = False
    post: bool = False


Hold = Callable[[str, Any, Any], dict[str, Any]]


class Around:
    """The scripts and hooks of one invocation. ``hold(stage, unique_id, result)`` waits until they have run."""

    def __init__(
        self, manifest: Any, scripts: Iterable[Script], hooks: Mapping[str, Stages], hold: Hold
    ) -> None:
        self._manifest = manifest
        self._scripts = {script.unique_id: script for script in scripts}
        self._hooks = hooks
        self._hold = hold
        self._added: list[tuple[Any, str]] = []  # a node, and a parent it has for now
        self._order: set[tuple[str, str]] = set()  # edges that order, but select nothing

    def prepare(self) -> None:
        """Before scripts come after their model's other parents, after scripts before its other children."""
        nodes = self._manifest.nodes
        for script in self._scripts.values():
            nodes[script.unique_id] = self._node(script)
        before: dict[str, list[str]] = {}
        after: dict[str, list[str]] = {}
        for script in self._scripts.values():
            (before if script.before else after).setdefault(script.model, []).append(
                script.unique_id
            )
        for unique_id, node in list(nodes.items()):
            if unique_id in self._scripts or node.resource_type not in _WITH_TURNS:
                continue
            parents = list(node.depends_on_nodes)
            ahead = [script for parent in parents for script in after.get(parent, ())]
            for script_id in ahead:
                self._add(node, script_id, orders_only=True)
            for script_id in before.get(unique_id, ()):
                self._add(node, script_id)
                for parent in (*parents, *ahead):
                    self._add(nodes[script_id], parent, orders_only=True)
            for script_id in after.get(unique_id, ()):
                self._add(nodes[script_id], unique_id)
        global _current
        _current = self

    def restore(self) -> None:
        """The manifest as dbt's parse made it."""
        global _current
        _current = None
        for node, parent in self._added:
            node.depends_on.nodes.remove(parent)
        self._added.clear()
        for unique_id in self._scripts:
            self._manifest.nodes.pop(unique_id, None)

    def state_nodes(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Checksum and node of each script, for a manifest that is compared with."""
        return {
            unique_id: (script.checksum, self._node(script).to_dict(omit_none=False))
            for unique_id, script in self._scripts.items()
        }

    def _add(self, node: Any, parent: str, orders_only: bool = False) -> None:
        node.depends_on.nodes.append(parent)
        self._added.append((node, parent))
        if orders_only:
            self._order.add((parent, node.unique_id))

    def _node(self, script: Script) -> Any:
        model = self._manifest.nodes[script.model]
        config = type(model.config)()
        config.materialized = MATERIALIZATION
        return ModelNode(
            database=model.database,
            schema=model.schema,
            name=script.label,
            resource_type=NodeType.Model,
            package_name=model.package_name,
            path=script.file,
            original_file_path=script.file,
            unique_id=script.unique_id,
            fqn=[model.package_name, "fal scripts", script.label],
            alias=script.label,
            checksum=FileHash(name="sha256", checksum=script.checksum),
            config=config,
            language="sql",
            raw_code=f"-- {script.file}",  # dbt passes over what is empty
        )

    @property
    def script_count(self) -> int:
        return len(self._scripts)

    def model_of(self, script: str) -> str:
        return self._scripts[script].model

    def is_script(self, unique_id: str) -> bool:
        return unique_id in self._scripts

    def selectable(self, graph: Any) -> Any:
        """What selection may walk over: an after script is no parent of its model's children there."""
        if not self._order:
            return graph
        walked = graph.graph.copy()
        walked.remove_edges_from(self._order)
        return Graph(walked)

    def run(self, runner: Any, manifest: Any, run: Callable[[Any, Any], Any]) -> Any:
        """One node's turn: ``run`` is dbt's own ``safe_run``."""
        unique_id = runner.node.unique_id
        if unique_id in self._scripts:
            return self._run_script(runner)
        stages = self._hooks.get(unique_id)
        if stages is None or type(runner).__name__ == "MicrobatchBatchRunner":
            return run(runner, manifest)
        failed = self._held("pre-hook", runner, []) if stages.pre else None
        result = run(runner, manifest) if failed is None else failed
        if stages.post:
            outcome = self._hold("post-hook", unique_id, result)
            if not outcome["ok"]:
                messages = [result.message] if _is_error(result) and result.message else []
                result.message = "\n".join([*messages, outcome["message"]])
                result.status = RunStatus.Error
        return result

    def describe(self, unique_id: str) -> str:
        """What dbt's own lines call a script."""
        return f"script {self._scripts[unique_id].label}"

    def _run_script(self, runner: Any) -> Any:
        timing: list[Any] = []
        started = time.time()
        failed = self._held("script", runner, timing)
        return failed or _result(runner, RunStatus.Success, "SCRIPT", timing, started)

    def _held(self, stage: str, runner: Any, timing: list[Any]) -> Any:
        """None, or the result of a node that failed here."""
        started = time.time()
        with collect_timing_info("execute", timing.append):
            outcome = self._hold(stage, runner.node.unique_id, None)
        if outcome["ok"]:
            return None
        return _result(runner, RunStatus.Error, outcome["message"], timing, started)


def _result(
    runner: Any, status: RunStatus, message: str, timing: Sequence[Any], started: float
) -> Any:
    return runner._build_run_result(
        node=runner.node,
        start_time=started,
        status=status,
        timing_info=list(timing),
        message=message,
    )


def _is_error(result: Any) -> bool:
    return bool(result.status == NodeStatus.Error)


_current: Around | None = None


def _install() -> None:
    """Once for this process; without an ``Around`` that is prepared, all is dbt's own."""
    run_with_hooks, safe_run = BaseRunner.run_with_hooks, BaseRunner.safe_run
    select, write = NodeSelector.__init__, RunExecutionResult.write

    def described(self: Any, manifest: Any) -> Any:
        around, unique_id = _current, self.node.unique_id
        if around is not None and around.is_script(unique_id):
            self.describe_node = lambda: around.describe(unique_id)
        return run_with_hooks(self, manifest)

    def with_hooks(self: Any, manifest: Any) -> Any:
        around = _current
        return safe_run(self, manifest) if around is None else around.run(self, manifest, safe_run)

    def without_order(self: Any, *args: Any, **kwargs: Any) -> None:
        select(self, *args, **kwargs)
        if _current is not None:
            self.graph = _current.selectable(self.graph)

    def without_scripts(self: Any, path: str) -> None:
        results = [each for each in self.results if not _is_script_result(each)]
        write(replace(self, results=results), path)

    BaseRunner.run_with_hooks = described
    BaseRunner.safe_run = with_hooks
    NodeSelector.__init__ = without_order
    RunExecutionResult.write = without_scripts


def _is_script_result(result: Any) -> bool:
    config = getattr(result.node, "config", None)
    return getattr(config, "materialized", None) == MATERIALIZATION


_install()
