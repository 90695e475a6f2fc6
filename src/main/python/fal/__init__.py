"""What a Python model, a script or a hook may use: ``ref``, ``source``, ``write_to_model`` and the rest of ``__all__``.

Inside a run the same names are also globals of the model's file, so importing them is a matter of taste (editors
and helper modules like it). Outside a run they can be imported, and say so when they are used; there ``FalDbt`` is for
notebooks and applications.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from fal._context import CurrentModel as CurrentModel
    from fal._faldbt import FalDbt as FalDbt
    from fal._nodes import DbtModel as DbtModel
    from fal._nodes import DbtSource as DbtSource
    from fal._nodes import DbtTest as DbtTest
    from fal._nodes import Feature as Feature
    from fal._nodes import Nodes
    from fal._nodes import NodeStatus as NodeStatus
    from fal._run import Run

    Frame: TypeAlias = pd.DataFrame | pl.DataFrame | pl.LazyFrame | pa.Table | pa.RecordBatch

__all__ = [
    "FalError",
    "context",
    "env_var",
    "execute_sql",
    "list_features",
    "list_models",
    "list_models_ids",
    "list_sources",
    "list_tests",
    "meta",
    "ref",
    "source",
    "var",
    "write_to_model",
    "write_to_source",
]

# Found when they are first asked for: every model imports this module.
_ELSEWHERE = {
    "CurrentModel": "fal._context",
    "DbtModel": "fal._nodes",
    "DbtSource": "fal._nodes",
    "DbtTest": "fal._nodes",
    "FalDbt": "fal._faldbt",
    "Feature": "fal._nodes",
    "NodeStatus": "fal._nodes",
}


def __getattr__(name: str) -> Any:
    module = _ELSEWHERE.get(name)
    if module is None:
        raise AttributeError(f"module 'fal' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(module), name)


Dtypes = Literal["default", "exact", "numpy", "arrow"]


class FalError(Exception):
    """Something a model asked of fal that can't be done; ``code`` is stable, the message says how to go on."""

    def __init__(self, message: str, code: str = "model-error") -> None:
        super().__init__(message)
        self.code = code


class FalTypeError(FalError, TypeError):
    """An argument of a type that can't be taken."""


class FalValueError(FalError, ValueError):
    """What can't be had here."""


_running: Run | None = None  # not _run, which is a module of ours


def _current(name: str) -> Run:
    if _running is None:
        raise FalError(
            f"{name} works only while fal runs this file: `fal flow run --select <model>`. In a notebook or an"
            " application FalDbt() has the same functions.",
            "outside-a-run",
        )
    return _running


@overload
def ref(
    *name: str,
    version: int | str | None = None,
    v: int | str | None = None,
    frame: Literal["pandas"] = "pandas",
    dtypes: Dtypes | None = None,
) -> pd.DataFrame: ...
@overload
def ref(
    *name: str,
    version: int | str | None = None,
    v: int | str | None = None,
    frame: Literal["polars"],
) -> pl.DataFrame: ...
@overload
def ref(
    *name: str,
    version: int | str | None = None,
    v: int | str | None = None,
    frame: Literal["arrow"],
) -> pa.Table: ...
@overload
def ref(
    *name: str,
    version: int | str | None = None,
    v: int | str | None = None,
    frame: Literal["batches"],
    dtypes: Dtypes | None = None,
    batch_size: int | None = None,
) -> Iterator[pd.DataFrame]: ...
def ref(
    *name: str,
    version: int | str | None = None,
    v: int | str | None = None,
    frame: str = "pandas",
    dtypes: str | None = None,
    batch_size: int | None = None,
) -> Any:
    """The rows of a dbt model, seed or snapshot: ``ref("orders")`` or ``ref("package", "orders")``.

    ``frame="batches"`` gives them as an iterator of frames of at most ``batch_size`` rows (122,880),
    read while it is iterated over.
    """
    chosen = version if v is None else v
    return _current("ref()").ref(name, chosen, frame, dtypes, batch_size)


@overload
def source(
    source_name: str,
    table_name: str,
    *,
    frame: Literal["pandas"] = "pandas",
    dtypes: Dtypes | None = None,
) -> pd.DataFrame: ...
@overload
def source(source_name: str, table_name: str, *, frame: Literal["polars"]) -> pl.DataFrame: ...
@overload
def source(source_name: str, table_name: str, *, frame: Literal["arrow"]) -> pa.Table: ...
@overload
def source(
    source_name: str,
    table_name: str,
    *,
    frame: Literal["batches"],
    dtypes: Dtypes | None = None,
    batch_size: int | None = None,
) -> Iterator[pd.DataFrame]: ...
def source(
    source_name: str,
    table_name: str,
    *,
    frame: str = "pandas",
    dtypes: str | None = None,
    batch_size: int | None = None,
) -> Any:
    """The rows of a dbt source's table; ``frame`` and ``batch_size`` as in ``ref``."""
    return _current("source()").source((source_name, table_name), frame, dtypes, batch_size)


def write_to_model(
    data: Frame | pa.RecordBatchReader | Iterator[Frame],
    *,
    dtype: Mapping[str, Any] | None = None,
    mode: Literal["overwrite", "append"] = "overwrite",
) -> None:
    """Make ``data`` the contents of this model; called exactly once.

    ``data`` is a pandas or polars frame or an Arrow table, batch or reader, or an iterator of such
    frames, which are loaded as they come, in the types of the first. ``dtype`` maps column
    names to the types the warehouse shall give them. The table is replaced when the whole file has
    run well, not before.
    """
    _current("write_to_model()").write(data, dtype, mode)


def write_to_source(
    data: Frame | pa.RecordBatchReader | Iterator[Frame],
    source_name: str,
    table_name: str,
    *,
    dtype: Mapping[str, Any] | None = None,
    mode: Literal["overwrite", "append"] = "append",
) -> None:
    """Add ``data`` to a source's table, or make it its contents; the table is made where it is missing.

    ``data`` and ``dtype`` as in ``write_to_model``. Published whole before this returns.
    """
    _current("write_to_source()").write_to_source((source_name, table_name), data, dtype, mode)


def execute_sql(
    sql: str,
    *,
    frame: Literal["pandas", "polars", "arrow"] = "pandas",
    dtypes: Dtypes | None = None,
) -> Any:
    """The result of a query, its Jinja compiled by dbt: ``ref``, ``source``, macros are as in a model's SQL."""
    return _current("execute_sql()").execute(sql, frame, dtypes)


def list_models() -> list[DbtModel]:
    """Every model of the project and its packages, with its status of now."""
    return _project("list_models()").models


def list_models_ids() -> dict[str, str]:
    """The status of every model by its unique_id."""
    return {model.unique_id: model.status for model in _project("list_models_ids()").models}


def list_sources() -> list[DbtSource]:
    """Every table of every source, with its status of now."""
    return _project("list_sources()").sources


def list_tests() -> list[DbtTest]:
    """Every data test, with its status of now."""
    return _project("list_tests()").tests


def list_features() -> list[Feature]:
    """The columns of models that declare a ``meta.fal.feature_store``."""
    return _project("list_features()").features()


def _project(name: str) -> Nodes:
    from fal._nodes import Nodes

    return Nodes(_current(name).project())


def var(name: str, default: Any = None) -> Any:
    """dbt's variable of this name: of ``--vars``, else of ``dbt_project.yml``, else ``default``."""
    variables = _current("var()").context("vars")
    if name not in variables and default is None:
        raise FalError(
            f"var({name!r}): the project has no such variable, and no default is given.",
            "var-not-found",
        )
    return variables.get(name, default)


def env_var(name: str, default: str | None = None) -> str:
    """The environment variable of this name, else ``default``."""
    value = os.environ.get(name, default)
    if value is None:
        raise FalError(
            f"env_var({name!r}): it is not set, and no default is given.", "env-var-not-set"
        )
    return value


class Context:
    """What is known about this run: ``current_model``, ``target``, ``config``, ``vars``, ``arguments``."""

    ref = staticmethod(ref)
    source = staticmethod(source)
    write_to_model = staticmethod(write_to_model)
    write_to_source = staticmethod(write_to_source)
    execute_sql = staticmethod(execute_sql)
    var = staticmethod(var)
    env_var = staticmethod(env_var)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _current(f"context.{name}").context(name)

    def __dir__(self) -> list[str]:
        return ["arguments", "config", "current_model", "target", "vars"]

    def __repr__(self) -> str:
        return "<fal context>"


context = Context()


class _Meta(Mapping[str, Any]):
    """The current model's ``meta``, looked up when it is asked."""

    def _now(self) -> Mapping[str, Any]:
        model = context.current_model
        found: Mapping[str, Any] = {} if model is None else model.meta
        return found

    def __getitem__(self, key: str) -> Any:
        return self._now()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def __repr__(self) -> str:
        return repr(dict(self._now()))


meta: Mapping[str, Any] = _Meta()


def _functions() -> dict[str, Any]:
    """What a file that fal runs has as globals."""
    return {name: globals()[name] for name in __all__ if name != "FalError"}
