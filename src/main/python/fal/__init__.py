"""What a Python model may use: ``ref``, ``source``, ``write_to_model``, ``var``, ``env_var`` and ``context``.

Inside a run the same names are also globals of the model's file, so importing them is a matter of taste (editors
and helper modules like it). Outside a run they can be imported, and say so when they are used.
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

    from fal._run import Run

    Frame: TypeAlias = pd.DataFrame | pl.DataFrame | pl.LazyFrame | pa.Table | pa.RecordBatch

__all__ = ["FalError", "context", "env_var", "ref", "source", "var", "write_to_model"]

Dtypes = Literal["default", "exact", "numpy", "arrow"]


class FalError(Exception):
    """Something a model asked of fal that can't be done; ``code`` is stable, the message says how to go on."""

    def __init__(self, message: str, code: str = "model-error") -> None:
        super().__init__(message)
        self.code = code


class FalTypeError(FalError, TypeError):
    """An argument of a type that can't be taken."""


_run: Run | None = None


def _current(name: str) -> Run:
    if _run is None:
        raise FalError(
            f"{name} works only while fal runs this file as a model: `fal flow run --select <model>`.",
            "outside-a-run",
        )
    return _run


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
    """What is known about this run: ``current_model``, ``target``, ``config``, ``vars``; and the functions above."""

    ref = staticmethod(ref)
    source = staticmethod(source)
    write_to_model = staticmethod(write_to_model)
    var = staticmethod(var)
    env_var = staticmethod(env_var)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _current(f"context.{name}").context(name)

    def __dir__(self) -> list[str]:
        return ["config", "current_model", "target", "vars"]

    def __repr__(self) -> str:
        return "<fal context>"


context = Context()
