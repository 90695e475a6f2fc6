"""Everything of dbt's inside that fal leans on; each piece is tested on every supported dbt.

What it rests on, beside the documented ``dbtRunner(manifest=…, callbacks=[…])``:

- ``manifest.nodes[…]`` and ``manifest.macros`` with its two caches by name: a stub's ``config.materialized`` becomes
  ``fal`` in memory, and the materialization of that name is added (never on disk);
- callbacks run synchronously on the thread that fires the event, so the materialization holds
  its node by a ``log()`` call and an exception raised in the callback fails that node;
- ``search(included_nodes, selector)`` of the selector methods ``path`` and ``file``;
- ``DebugTask.attempt_connection`` is where ``dbt debug`` registers the adapter and connects;
- ``EndRunResult`` is fired after the last node and before ``manifest.json`` is written: there
  the stubs get their own materialization back.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from typing import Any

from dbt.adapters.factory import FACTORY, get_adapter_by_type
from dbt.cli.main import dbtRunner
from dbt.flags import get_flags
from dbt.graph.selector_methods import FileSelectorMethod, PathSelectorMethod
from dbt_common.exceptions import DbtRuntimeError

from fal import _around
from fal._state import State

MATERIALIZATION = "fal"
_HOLD = "fal: hold "
_STATE_OPTIONS = {"--state": "DBT_STATE", "--defer-state": "DBT_DEFER_STATE"}

# Pre-hooks run before the model reads, post-hooks after its table is published. The commit
# leaves no transaction open while Python runs; PostgreSQL wants one to have begun.
_MACRO = """
{% materialization fal, default, supported_languages=['sql'] %}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if pre_hooks | selectattr('transaction') | list %}
    {% call statement('fal_begin', auto_begin=True) %}select 1{% endcall %}
    {{ adapter.commit() }}
  {% endif %}
  {{ log('fal: hold ' ~ model.unique_id) }}
  {% call noop_statement('main', config.get('fal_message', 'PYTHON'), 'PYTHON',
                         config.get('fal_rows', 0)) %}
    {{ sql }}
  {% endcall %}
  {% call statement('fal_begin', auto_begin=True) %}select 1{% endcall %}
  {% set grant_config = config.get('grants') %}
  {% do apply_grants(target_relation, grant_config,
                     should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
"""


class _NoStack(list[Any]):
    """Swallows dbt's macro stack: the user's model failed, not a macro."""

    def append(self, item: Any) -> None:
        pass


class PythonModelError(DbtRuntimeError):  # type: ignore[misc]
    """A Python model failed; dbt prints it as ``Python Error in model b (models/b.py)``."""

    def __init__(self, message: str, file: str) -> None:
        super().__init__(message)
        self.stack = _NoStack()
        self._file = file

    @property
    def type(self) -> str:
        return "Python"

    def node_to_string(self, node: Any) -> str:
        return f"model {node.name} ({self._file})"


class StateError(Exception):
    """``--state`` can't be used; nothing was run."""

    code = "state-not-found"


@dataclass
class PythonModel:
    """What the JVM knows of a Python model: its source file, what tells it has changed, the inputs found in it."""

    unique_id: str
    file: str
    checksum: str = ""
    inputs: list[dict[str, Any]] = field(default_factory=list)


class Invocation:
    """One dbt invocation over a prepared manifest.

    ``hold(stage, node, invocation, inputs=, result=)`` is called on the node's thread when it is fal's turn.
    """

    def __init__(
        self,
        manifest: Any,
        models: Sequence[PythonModel],
        hold: Callable[..., dict[str, Any]],
        on_event: Callable[[Any], None],
        scripts: Sequence[_around.Script] = (),
        hooks: Mapping[str, _around.Stages] | None = None,
    ) -> None:
        self.manifest = manifest
        self.cancelled = threading.Event()
        self.ended = threading.Event()
        self._models = {model.unique_id: model for model in models}
        self._around = _around.Around(manifest, scripts, hooks or {}, self._hold_around)
        self._hold = hold
        self._on_event = on_event
        self._original: dict[str, str] = {}
        self.parents: dict[str, list[str]] = {}  # of the nodes that the run had, scripts among them

    def run(self, args: list[str]) -> Any:
        """Run dbt; the result is dbt's own ``dbtRunnerResult``."""
        self.prepare()
        try:
            return dbtRunner(manifest=self.manifest, callbacks=[self._callback]).invoke(args)
        finally:
            self._around.restore()

    def prepare(self) -> None:
        """Make the manifest in memory what fal needs: Python models are tables, scripts are nodes."""
        template = next(
            (
                macro
                for macro in self.manifest.macros.values()
                if macro.name == "materialization_table_default"
            ),
            None,
        )
        if template is None:
            raise DbtRuntimeError(
                "dbt's parse came without dbt's own macros, which Python models need; options such as"
                " --no-partial-parse-file-diff do that."
            )
        name = f"materialization_{MATERIALIZATION}_default"
        macro = replace(
            template,
            name=name,
            unique_id=f"macro.{template.package_name}.{name}",
            macro_sql=_MACRO,
            path="macros/fal.sql",
            original_file_path="macros/fal.sql",
            depends_on=type(template.depends_on)(),
        )
        self.manifest.macros[macro.unique_id] = macro
        self._forget_macro_names()
        _select_by_source({each.unique_id: each.file for each in self._models.values()})
        for unique_id in self._models:
            node = self.manifest.nodes[unique_id]
            self._original[unique_id] = node.config.materialized
            node.config.materialized = MATERIALIZATION
        self._around.prepare()
        self.parents = {
            unique_id: list(node.depends_on_nodes) if hasattr(node, "depends_on_nodes") else []
            for unique_id, node in self.manifest.nodes.items()
        }

    def model_of(self, script: str) -> Any:
        """The node of the model that a script is before or after."""
        return self.manifest.nodes[self._around.model_of(script)]

    def without_scripts(self, text: str) -> str:
        """dbt's count of models, in which scripts are none."""
        count = self._around.script_count
        if not count:
            return text

        def counted(match: re.Match[str]) -> str:
            models = int(match[1]) - count
            word, noun = (
                ("model" if models == 1 else "models"),
                ("script" if count == 1 else "scripts"),
            )
            return f"{models} {word}, {count} {noun}"

        return re.sub(r"\b(\d+) models?\b", counted, text, count=1)

    def set_relation_names(self, adapter: Any) -> None:
        """dbt gives ephemeral nodes no ``relation_name``; ours are tables."""
        for unique_id in self._models:
            node = self.manifest.nodes[unique_id]
            node.relation_name = str(adapter.Relation.create_from(adapter.config, node))

    def with_state(
        self, args: Sequence[str], project_dir: str, place: str, warn: Callable[[str], None]
    ) -> list[str]:
        """The arguments, naming copies in ``place`` of the state folders they name (see ``_state``)."""
        adapter = adapter_of(self.manifest)
        state = State(
            {unique_id: model.checksum for unique_id, model in self._models.items()},
            MATERIALIZATION,
            lambda node: str(
                adapter.Relation.create(
                    database=node["database"],
                    schema=node["schema"],
                    identifier=node["alias"],
                    quote_policy=adapter.config.quoting,
                )
            ),
            warn,
            self._around.state_nodes(),
        )
        copies: list[str] = []
        for option, variable in _STATE_OPTIONS.items():
            folder = _last_value(args, option) or os.environ.get(variable)
            if not folder:
                continue
            path = os.path.join(project_dir, folder)
            if not os.path.isdir(path):
                raise StateError(
                    f"{option} names no folder: {path}. Give the one that holds the manifest.json to compare with."
                )
            if copy := state.copy(path, place):
                copies += [option, copy]  # of two, dbt takes the last
        return [*args, *copies]

    def _restore(self) -> None:
        self._around.restore()
        for unique_id, materialized in self._original.items():
            config = self.manifest.nodes[unique_id].config
            config.materialized = materialized
            for key in ("fal_message", "fal_rows"):
                config._extra.pop(key, None)
        name = f"materialization_{MATERIALIZATION}_default"
        for key in [key for key in self.manifest.macros if key.endswith("." + name)]:
            del self.manifest.macros[key]
        self._forget_macro_names()

    def _forget_macro_names(self) -> None:
        """The manifest caches its macros by name; it builds the caches again when they are None."""
        self.manifest._macros_by_name = None
        self.manifest._macros_by_package = None

    def _callback(self, event: Any) -> None:
        name = event.info.name
        if name == "JinjaLogDebug" and event.info.msg.startswith(_HOLD):
            self._hold_node(event.info.msg[len(_HOLD) :])
            return
        if name == "NodeCompiling" and self.cancelled.is_set():
            raise DbtRuntimeError("Interrupted before it started")
        if name == "LogHookStartLine" and ".on-run-end." in event.data.statement:
            self.ended.set()  # nothing is left to be cancelled: the hooks at the end are to run
        if name == "EndRunResult":
            self._restore()
        self._on_event(event)

    def _hold_node(self, unique_id: str) -> None:
        model = self._models[unique_id]
        node = self.manifest.nodes[unique_id]
        if self.cancelled.is_set():
            raise PythonModelError("Interrupted before it started", model.file)
        outcome = self._hold("model", node, self, inputs=model.inputs)
        if not outcome["ok"]:
            raise PythonModelError(outcome["message"], model.file)
        node.config._extra["fal_message"] = outcome["message"]
        node.config._extra["fal_rows"] = outcome["rows"]

    def _hold_around(self, stage: str, unique_id: str, result: Any) -> dict[str, Any]:
        """The turn of a script, or of a model's hooks; ``result`` is the model's own, for those after it."""
        if self.cancelled.is_set():
            return {"ok": False, "message": "Interrupted before it started"}
        return self._hold(stage, self.manifest.nodes[unique_id], self, result=result)


def _select_by_source(files: dict[str, str]) -> None:
    """``path:`` and ``file:`` find a Python model by its source too, in selectors.yml as well.

    For this process: ``files`` are the sources by unique_id, relative to the project.
    """

    def by_path(file: str, selector: str) -> bool:
        wanted = selector.rstrip("/")
        return fnmatch(file, wanted) or fnmatch(file, wanted + "/*")

    def by_name(file: str, selector: str) -> bool:
        name = os.path.basename(file)
        return fnmatch(name, selector) or fnmatch(os.path.splitext(name)[0], selector)

    for method, matches in ((PathSelectorMethod, by_path), (FileSelectorMethod, by_name)):
        method.search = _also(method.search, files, matches)


def _also(
    search: Callable[..., Any], files: dict[str, str], matches: Callable[[str, str], bool]
) -> Callable[..., Any]:
    def extended(self: Any, included_nodes: set[str], selector: str) -> Any:
        found = set(search(self, included_nodes, selector))
        sources = {each for each, file in files.items() if matches(file, selector)}
        return iter(found | (sources & included_nodes))

    return extended


def _last_value(args: Sequence[str], option: str) -> str | None:
    """What ``--option value`` or ``--option=value`` gives."""
    value = None
    for index, word in enumerate(args):
        if word == option and index + 1 < len(args):
            value = args[index + 1]
        elif word.startswith(option + "="):
            value = word[len(option) + 1 :]
    return value


def shows_debug(event: str) -> bool:
    """Whether dbt's console shows this debug event: as its flags of now say, wherever set."""
    flags = get_flags()
    if event in ("CacheAction", "CacheDumpGraph") and not getattr(flags, "LOG_CACHE_EVENTS", False):
        return False
    return getattr(flags, "DEBUG", False) or getattr(flags, "LOG_LEVEL", "info") == "debug"


def parse(args: list[str], on_event: Callable[[Any], None]) -> Any:
    """Parse the project; the result is dbt's own ``dbtRunnerResult`` with the manifest."""
    return dbtRunner(callbacks=[on_event]).invoke(["parse", *args])


def debug(args: list[str], on_event: Callable[[Any], None]) -> tuple[Any, dict[str, Any] | None]:
    """``dbt debug``: its ``dbtRunnerResult``, and the target if the profile could be read."""
    result = dbtRunner(callbacks=[on_event]).invoke(["debug", *args])
    adapter = next(iter(FACTORY.adapters.values()), None)
    return result, None if adapter is None else describe_target(adapter)


def adapter_of(manifest: Any) -> Any:
    """The adapter that the parse registered."""
    return get_adapter_by_type(manifest.metadata.adapter_type)


def cancel_queries(manifest: Any) -> None:
    """Interrupt what dbt's threads have running in the database, where the adapter can."""
    adapter = adapter_of(manifest)
    if adapter.is_cancelable():
        with adapter.connection_named("fal_cancel"):
            adapter.cancel_open_connections()


def make_schema(adapter: Any, node: Any) -> None:
    """The schema of a model or source, made where it is missing."""
    relation = adapter.Relation.create_from(adapter.config, node).without_identifier()
    if not adapter.check_schema_exists(relation.database, relation.schema):
        adapter.create_schema(relation)
        connection = adapter.connections.get_if_exists()
        if connection is not None and connection.transaction_open:
            adapter.connections.commit_if_has_connection()


def in_order(parents: Mapping[str, Sequence[str]], unique_ids: Sequence[str]) -> list[str]:
    """These nodes with parents before children, otherwise as given."""
    wanted = set(unique_ids)
    return [each for each in TopologicalSorter(parents).static_order() if each in wanted]


def close_database(manifest: Any) -> None:
    """Close what dbt's adapter keeps open between two connections (DuckDB's file)."""
    connections = adapter_of(manifest).connections
    if hasattr(connections, "close_all_connections"):
        connections.close_all_connections()


def describe_target(adapter: Any) -> dict[str, Any]:
    """The profile's target without a secret: name, type, schema, database, threads."""
    config = adapter.config
    credentials = config.credentials
    return {
        "profile_name": config.profile_name,
        "name": config.target_name,
        "type": credentials.type,
        "schema": credentials.schema,
        "database": credentials.database,
        "threads": config.threads,
    }


def credentials_of(adapter: Any) -> dict[str, Any] | None:
    """The profile's output as dbt rendered it, secrets and all, where the JVM connects by itself."""
    if adapter.type() == "duckdb":
        return None
    found: dict[str, Any] = adapter.config.credentials.to_dict(omit_none=True)
    return found


def table_names(
    adapter: Any, models: Sequence[dict[str, Any]], quoting: dict[str, bool]
) -> dict[str, str]:
    """The tables of models that dbt takes for ephemeral, by unique_id; ``quoting`` is the project's."""
    policy = {**adapter.Relation.get_default_quote_policy().to_dict(omit_none=True), **quoting}
    return {
        model["unique_id"]: str(
            adapter.Relation.create(
                database=model["database"],
                schema=model["schema"],
                identifier=model["alias"],
                quote_policy=policy,
            )
        )
        for model in models
    }


def read_profile(args: list[str], on_event: Callable[[Any], None]) -> tuple[Any, Any]:
    """``dbt debug`` up to its connection, which would make a DuckDB file: result and adapter.

    The adapter knows the profile and no project; None when the profile could not be read.
    """
    from dbt.adapters.factory import register_adapter
    from dbt.mp_context import get_mp_context
    from dbt.task.debug import DebugTask

    connect = DebugTask.attempt_connection
    DebugTask.attempt_connection = staticmethod(
        lambda profile: register_adapter(profile, get_mp_context())
    )
    try:
        result = dbtRunner(callbacks=[on_event]).invoke(["debug", "--connection", *args])
    finally:
        DebugTask.attempt_connection = staticmethod(connect)
    return result, next(iter(FACTORY.adapters.values()), None)


def go_to_project(manifest: Any) -> None:
    """As dbt does before it runs anything: a path in the profile is relative to the project."""
    os.chdir(adapter_of(manifest).config.project_root)


def rest(adapter: Any) -> None:
    """Between two questions from outside a run: others may change the database, and open it where it is a file."""
    adapter.cache.clear()
    if adapter.type() == "duckdb":
        credentials = adapter.config.credentials
        if credentials.path != ":memory:" and not credentials.is_motherduck:
            give_up_database(adapter)


def give_up_database(adapter: Any) -> None:
    """Close everything that this process has open in DuckDB's file, so that another may open it."""
    connections = adapter.connections
    environment = getattr(connections, "_ENV", None)
    connections.cleanup_all()
    if environment is not None:
        environment.close()
    if hasattr(connections, "close_all_connections"):
        connections.close_all_connections()
