"""Models, sources and tests as ``list_models()`` and its sisters give them, and the features that models declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from fal._context import CurrentAdapterResponse, Fields, adapter_response

SKIPPED = "skipped"


class NodeStatus(str, Enum):
    """dbt's words for what became of a node; each equals its text."""

    Success = "success"
    Error = "error"
    Fail = "fail"
    Warn = "warn"
    Skipped = "skipped"
    PartialSuccess = "partial success"
    Pass = "pass"
    RuntimeErr = "runtime error"
    NoOp = "no-op"


@dataclass
class DbtTest:
    """A data test: of a column or a model (generic), or a query of its own (singular)."""

    name: str
    unique_id: str
    status: str
    model_ids: list[str] = field(default_factory=list)
    source_ids: list[str] = field(default_factory=list)


@dataclass
class DbtGenericTest(DbtTest):
    column: str | None = None

    @property
    def model_id(self) -> str | None:
        return self.model_ids[0] if self.model_ids else None

    @property
    def source_id(self) -> str | None:
        return self.source_ids[0] if self.source_ids else None

    @property
    def model(self) -> str | None:
        """The model's name."""
        return None if self.model_id is None else self.model_id.split(".")[2]

    @property
    def source(self) -> tuple[str, str] | None:
        """The source's name and its table's."""
        if self.source_id is None:
            return None
        parts = self.source_id.split(".")
        return parts[-2], parts[-1]


@dataclass
class DbtSingularTest(DbtTest):
    pass


def _status(own: str, tests: list[DbtGenericTest]) -> str:
    if own == SKIPPED and any(test.status != SKIPPED for test in tests):
        return "tested"
    return own


@dataclass
class DbtModel:
    """A model of the project or of a package; ``status`` as of now."""

    name: str
    alias: str
    unique_id: str
    status: str
    columns: Mapping[str, Any]
    meta: Mapping[str, Any]
    tests: list[DbtGenericTest] = field(default_factory=list)
    database: str | None = None
    schema: str | None = None
    adapter_response: CurrentAdapterResponse | None = None
    is_incremental: bool = False
    depends_on: list[str] = field(default_factory=list, repr=False)

    def __hash__(self) -> int:
        return hash(self.unique_id)

    def get_depends_on_nodes(self) -> list[str]:
        return list(self.depends_on)

    def get_scripts(self, *, before: bool) -> list[str]:
        """Paths of its before or after scripts, as its ``meta.fal`` gives them."""
        scripts = _fal(self.meta).get("scripts") or []
        if isinstance(scripts, Mapping):
            return list(scripts.get("before" if before else "after") or [])
        return [] if before else list(scripts)

    @property
    def environment_name(self) -> str | None:
        name: str | None = _fal(self.meta).get("environment")
        return name


@dataclass
class DbtSource:
    """A table of a source; ``name`` is the source's, ``freshness`` what ``dbt source freshness`` found last."""

    name: str
    table_name: str
    unique_id: str
    status: str
    meta: Mapping[str, Any]
    columns: Mapping[str, Any]
    tests: list[DbtGenericTest] = field(default_factory=list)
    freshness: Any = None
    database: str | None = None
    schema: str | None = None


@dataclass(frozen=True)
class Feature:
    """A column that a model declares as a feature, by its ``meta.fal.feature_store``."""

    model: str
    column: str
    description: str
    entity_column: str
    timestamp_column: str


class Nodes:
    """What the project holds; made of the JVM's ``project``."""

    def __init__(self, project: Mapping[str, Any]) -> None:
        self.tests = [_test(each) for each in project["tests"]]
        generic = [test for test in self.tests if isinstance(test, DbtGenericTest)]
        of_model: dict[str | None, list[DbtGenericTest]] = {}
        of_source: dict[str | None, list[DbtGenericTest]] = {}
        for test in generic:
            of_model.setdefault(test.model_id, []).append(test)
            of_source.setdefault(test.source_id, []).append(test)
        self.models = [_model(each, of_model) for each in project["models"]]
        self.sources = [_source(each, of_source) for each in project["sources"]]

    def features(self) -> list[Feature]:
        """Every column of each model with a feature store but for its entity and its timestamp."""
        found = []
        for model in self.models:
            store = _fal(model.meta).get("feature_store")
            if not isinstance(store, Mapping):
                continue
            entity = str(store.get("entity_column"))
            timestamp = str(store.get("timestamp_column"))
            for name, column in model.columns.items():
                if name not in (entity, timestamp):
                    description = column.get("description") or ""
                    found.append(Feature(model.name, name, description, entity, timestamp))
        return found


def _fal(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    found = meta.get("fal")
    return found if isinstance(found, Mapping) else {}


def _test(each: Mapping[str, Any]) -> DbtTest:
    name, unique_id, status = each["name"], each["unique_id"], each["status"]
    models, sources = list(each["model_ids"]), list(each["source_ids"])
    if each["generic"]:
        return DbtGenericTest(name, unique_id, status, models, sources, each.get("column"))
    return DbtSingularTest(name, unique_id, status, models, sources)


def _columns(each: Mapping[str, Any]) -> dict[str, Fields]:
    return {name: Fields(column) for name, column in each["columns"].items()}


def _model(each: Mapping[str, Any], tests: Mapping[str | None, list[DbtGenericTest]]) -> DbtModel:
    own = tests.get(each["unique_id"], [])
    return DbtModel(
        name=each["name"],
        alias=each["alias"],
        unique_id=each["unique_id"],
        status=_status(each["status"], own),
        columns=_columns(each),
        meta=each["meta"],
        tests=own,
        database=each["database"],
        schema=each["schema"],
        adapter_response=adapter_response(each.get("adapter_response") or {}),
        is_incremental=each["materialized"] == "incremental",
        depends_on=list(each["depends_on"]),
    )


def _source(each: Mapping[str, Any], tests: Mapping[str | None, list[DbtGenericTest]]) -> DbtSource:
    own = tests.get(each["unique_id"], [])
    freshness = each.get("freshness")
    return DbtSource(
        name=each["name"],
        table_name=each["table_name"],
        unique_id=each["unique_id"],
        status=_status(each["status"], own),
        meta=each["meta"],
        columns=_columns(each),
        tests=own,
        freshness=None if freshness is None else Fields(freshness),
        database=each["database"],
        schema=each["schema"],
    )
