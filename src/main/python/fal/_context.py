"""What ``context`` tells a file of its run: ``current_model``, ``target``, ``config``, ``vars``, ``arguments``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fal._wire import RunModel


class Fields(dict[str, Any]):
    """A map whose keys are attributes too, as dbt's own objects have them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no {name!r}; there are {', '.join(self)}") from None


@dataclass(frozen=True)
class CurrentTest:
    """A generic test of the current model; ``status`` is ``skipped`` until it has run."""

    name: str
    model_name: str
    column: str | None
    status: str

    @property
    def modelname(self) -> str:
        """The old name of ``model_name``."""
        return self.model_name


@dataclass(frozen=True)
class CurrentAdapterResponse:
    """What the database said when the model was built."""

    message: str
    code: str | None = None
    rows_affected: int | None = None


@dataclass(frozen=True)
class CurrentModel:
    """The model that a script or hook belongs to, or the Python model itself."""

    name: str
    alias: str
    unique_id: str
    schema: str | None
    database: str | None
    status: str
    columns: Mapping[str, Any]
    meta: Mapping[str, Any]
    tests: list[CurrentTest] = field(default_factory=list)
    adapter_response: CurrentAdapterResponse | None = None
    is_incremental: bool = False


@dataclass(frozen=True)
class ContextTarget:
    """The profile's output, without a secret."""

    profile_name: str | None
    name: str | None
    threads: int | None
    type: str | None
    database: str | None
    schema: str | None


class ContextConfig(dict[str, Any]):
    """The model's config; ``target_path`` as a path, as it has always been."""

    @property
    def target_path(self) -> Path:
        return Path(self["target_path"])


def context(model: RunModel) -> dict[str, Any]:
    target = model.target
    return {
        "current_model": None if model.name is None else _current_model(model, model.name),
        "target": ContextTarget(
            target.profile_name,
            target.name,
            target.threads,
            target.type,
            target.database,
            target.schema,
        ),
        "config": ContextConfig({**model.config, "target_path": model.target_path}),
        "vars": dict(model.vars),
        "arguments": dict(model.arguments or {}),
    }


def _current_model(model: RunModel, name: str) -> CurrentModel:
    return CurrentModel(
        name=name,
        alias=model.alias or name,
        unique_id=model.unique_id,
        schema=model.schema,
        database=model.database,
        status=model.status,
        columns={name: Fields(column) for name, column in model.columns.items()},
        meta={key: value for key, value in model.meta.items() if key != "fal"},
        tests=[
            CurrentTest(test["name"], name, test.get("column"), test["status"])
            for test in model.tests
        ],
        adapter_response=adapter_response(model.adapter_response),
        is_incremental=model.materialized == "incremental",
    )


def adapter_response(response: Mapping[str, Any]) -> CurrentAdapterResponse | None:
    """dbt's map as an object; None where nothing is known."""
    if not response:
        return None
    rows = response.get("rows_affected")
    return CurrentAdapterResponse(
        str(response.get("_message", "")),
        response.get("code"),
        None if rows is None else int(rows),
    )
