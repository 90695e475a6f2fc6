"""``FalDbt``: a dbt project for notebooks and applications, outside any run."""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from fal import Dtypes, FalError, _executable

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from fal import Frame
    from fal._application import Application
    from fal._nodes import DbtModel, DbtSource, DbtTest, Feature, Nodes

    Place: TypeAlias = str | os.PathLike[str]
    Words: TypeAlias = str | Sequence[str] | None

_Asked = TypeVar("_Asked", bound="Callable[..., Any]")


def _at_the_callers_line(function: _Asked) -> _Asked:
    """A ``FalError``'s traceback ends where the question was asked, not in fal's own files."""

    @functools.wraps(function)
    def asked(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # for IPython and pytest, which leave this frame out, too
        try:
            return function(*args, **kwargs)
        except FalError as error:
            raise error.with_traceback(None) from error.__cause__

    return cast("_Asked", asked)


class FalDbt:
    """A dbt project, its tables and its nodes: ``FalDbt().ref("orders")``.

    Starts a ``fal`` when first asked for something, which opens the project and ends with ``close()``, with a
    ``with`` block or with this process. Between two questions it keeps no database open, so dbt can run beside it.
    The project is read when it is opened; after a change to its files, ``close()`` lets the next question see it.

    ``project_dir`` is the current folder unless given, ``profiles_dir`` where dbt looks for it; ``profile_target``,
    ``args_vars`` (YAML, or a map) and ``threads`` are dbt's ``--target``, ``--vars`` and ``--threads``. ``python``
    names the Python that has dbt: this one, where it has, else as for every command of fal's; ``fal`` the program.
    ``select``, ``exclude``, ``selector`` (``selector_name``), ``state``, ``keyword`` and ``generated_models`` are taken
    for the sake of older code and have no effect here.
    """

    def __init__(
        self,
        project_dir: Place | None = None,
        profiles_dir: Place | None = None,
        select: Words = (),
        exclude: Words = (),
        selector: str | None = None,
        threads: int | None = None,
        state: Place | None = None,
        profile_target: str | None = None,
        args_vars: str | Mapping[str, Any] | None = "{}",
        generated_models: Mapping[str, Any] | None = None,
        *,
        selector_name: str | None = None,
        keyword: str = "fal",
        python: Place | None = None,
        fal: Place | None = None,
    ) -> None:
        self._directory = os.getcwd()
        self._project_dir = _expanded(project_dir)
        self._profiles_dir = _expanded(profiles_dir)
        self._threads = threads
        self._target = profile_target
        self._vars = json.dumps(dict(args_vars)) if isinstance(args_vars, Mapping) else args_vars
        self._python = _expanded(python)
        self._fal = _expanded(fal)
        self._opening = threading.RLock()
        self._application: Application | None = None
        ignored = {
            "select": select,
            "exclude": exclude,
            "selector": selector,
            "selector_name": selector_name,
            "state": state,
            "generated_models": generated_models,
            "keyword": None if keyword == "fal" else keyword,
        }
        names = [name for name, value in ignored.items() if value]
        if names:
            warnings.warn(
                f"FalDbt: {', '.join(names)} has no effect: everything in the project can be read and is listed.",
                stacklevel=2,
            )

    # -- its life ---------------------------------------------------------------------------

    def close(self) -> None:
        """End the ``fal`` that was started; the next question starts another."""
        with self._opening:
            application, self._application = self._application, None
        if application is not None:
            application.close()

    def __enter__(self) -> FalDbt:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"FalDbt({self._project_dir or self._directory!r})"

    @property
    def _run(self) -> Application:
        application = self._application
        if application is not None and application.is_foreign:
            return application  # which says so; this process may never get the lock
        if application is None or not application.is_alive:
            with self._opening:
                application = self._application
                if application is None or not application.is_alive:
                    from fal._application import Application

                    application = Application.start(self._command(), self._directory)
                    self._application = application
        return application

    def _command(self) -> list[str]:
        command = [_executable.find(self._fal), "serve"]
        python = self._python or _own_python()
        for option, value in (
            ("--project-dir", self._project_dir),
            ("--profiles-dir", self._profiles_dir),
            ("--target", self._target),
            ("--vars", self._vars if self._vars not in ("", "{}") else None),
            ("--threads", self._threads),
            ("--python", python),
        ):
            if value is not None:
                command += [option, str(value)]
        return command

    # -- data -------------------------------------------------------------------------------

    @overload
    def ref(
        self,
        *name: str,
        version: int | str | None = None,
        v: int | str | None = None,
        frame: Literal["pandas"] = "pandas",
        dtypes: Dtypes | None = None,
    ) -> pd.DataFrame: ...
    @overload
    def ref(
        self,
        *name: str,
        version: int | str | None = None,
        v: int | str | None = None,
        frame: Literal["polars"],
    ) -> pl.DataFrame: ...
    @overload
    def ref(
        self,
        *name: str,
        version: int | str | None = None,
        v: int | str | None = None,
        frame: Literal["arrow"],
    ) -> pa.Table: ...
    @overload
    def ref(
        self,
        *name: str,
        version: int | str | None = None,
        v: int | str | None = None,
        frame: Literal["batches"],
        dtypes: Dtypes | None = None,
        batch_size: int | None = None,
    ) -> Iterator[pd.DataFrame]: ...
    @_at_the_callers_line
    def ref(
        self,
        *name: str,
        version: int | str | None = None,
        v: int | str | None = None,
        frame: str = "pandas",
        dtypes: str | None = None,
        batch_size: int | None = None,
    ) -> Any:
        """The rows of a dbt model, seed or snapshot, as ``fal.ref`` gives them in a run."""
        chosen = version if v is None else v
        return self._run.ref(name, chosen, frame, dtypes, batch_size)

    @overload
    def source(
        self,
        source_name: str,
        table_name: str,
        *,
        frame: Literal["pandas"] = "pandas",
        dtypes: Dtypes | None = None,
    ) -> pd.DataFrame: ...
    @overload
    def source(
        self, source_name: str, table_name: str, *, frame: Literal["polars"]
    ) -> pl.DataFrame: ...
    @overload
    def source(self, source_name: str, table_name: str, *, frame: Literal["arrow"]) -> pa.Table: ...
    @overload
    def source(
        self,
        source_name: str,
        table_name: str,
        *,
        frame: Literal["batches"],
        dtypes: Dtypes | None = None,
        batch_size: int | None = None,
    ) -> Iterator[pd.DataFrame]: ...
    @_at_the_callers_line
    def source(
        self,
        source_name: str,
        table_name: str,
        *,
        frame: str = "pandas",
        dtypes: str | None = None,
        batch_size: int | None = None,
    ) -> Any:
        """The rows of a dbt source's table; ``frame`` and ``batch_size`` as in ``ref``."""
        return self._run.source((source_name, table_name), frame, dtypes, batch_size)

    @overload
    def execute_sql(
        self,
        sql: str,
        *,
        frame: Literal["pandas"] = "pandas",
        dtypes: Dtypes | None = None,
    ) -> pd.DataFrame: ...
    @overload
    def execute_sql(self, sql: str, *, frame: Literal["polars"]) -> pl.DataFrame: ...
    @overload
    def execute_sql(self, sql: str, *, frame: Literal["arrow"]) -> pa.Table: ...
    @_at_the_callers_line
    def execute_sql(self, sql: str, *, frame: str = "pandas", dtypes: str | None = None) -> Any:
        """The result of a query, its Jinja compiled by dbt: ``ref``, ``source``, macros are as in a model's SQL."""
        return self._run.execute(sql, frame, dtypes)

    @_at_the_callers_line
    def write_to_source(
        self,
        data: Frame | pa.RecordBatchReader | Iterator[Frame],
        source_name: str,
        table_name: str,
        *,
        dtype: Mapping[str, Any] | None = None,
        mode: Literal["overwrite", "append"] = "append",
    ) -> None:
        """Add ``data`` to a source's table, or make it its contents; the table is made where it is missing."""
        self._run.write_to_source((source_name, table_name), data, dtype, mode)

    @_at_the_callers_line
    def write_to_model(
        self,
        data: Frame | pa.RecordBatchReader | Iterator[Frame],
        target_1: str,
        target_2: str | None = None,
        *,
        dtype: Mapping[str, Any] | None = None,
        mode: Literal["overwrite", "append"] = "overwrite",
    ) -> None:
        """Make ``data`` the contents of a model's table, or add it: of model ``target_1``, or of ``target_2`` of the
        package ``target_1``."""
        name = (target_1,) if target_2 is None else (target_1, target_2)
        self._run.write_to_ref(name, data, dtype, mode)

    # -- nodes ------------------------------------------------------------------------------

    @_at_the_callers_line
    def _nodes(self) -> Nodes:
        from fal._nodes import Nodes

        return Nodes(self._run.project())

    def list_models(self) -> list[DbtModel]:
        """Every model of the project and its packages, with the status that its last run left."""
        return self._nodes().models

    def list_models_ids(self) -> dict[str, str]:
        """The status of every model by its unique_id."""
        return {model.unique_id: model.status for model in self._nodes().models}

    def list_sources(self) -> list[DbtSource]:
        """Every table of every source."""
        return self._nodes().sources

    def list_tests(self) -> list[DbtTest]:
        """Every data test, with the status that its last run left."""
        return self._nodes().tests

    def list_features(self) -> list[Feature]:
        """The columns of models that declare a ``meta.fal.feature_store``."""
        return self._nodes().features()

    @property
    def models(self) -> list[DbtModel]:
        return self.list_models()

    @property
    def sources(self) -> list[DbtSource]:
        return self.list_sources()

    @property
    def tests(self) -> list[DbtTest]:
        return self.list_tests()

    @property
    def features(self) -> list[Feature]:
        return self.list_features()

    # -- the project ------------------------------------------------------------------------

    @_at_the_callers_line
    def _opened(self, name: str) -> str:
        found: str = self._run.opened[name]
        return found

    @property
    def project_dir(self) -> str:
        return self._opened("project_dir")

    @property
    def profiles_dir(self) -> str:
        return self._opened("profiles_dir")

    @property
    def scripts_dir(self) -> str:
        """The variable ``fal-scripts-path``, else the project's folder."""
        return self._opened("scripts_dir")

    @property
    def target_path(self) -> str:
        return self._opened("target_path")

    @property
    def project_name(self) -> str:
        return self._opened("project_name")

    @property
    def threads(self) -> int | None:
        return self._run.model.target.threads

    @property
    def model_paths(self) -> list[str]:
        return list(self._run.opened["model_paths"])

    @property
    def source_paths(self) -> list[str]:
        """The old name of ``model_paths``."""
        warnings.warn("source_paths is called model_paths now", DeprecationWarning, stacklevel=2)
        return self.model_paths


def _expanded(place: Place | None) -> str | None:
    return None if place is None else os.path.expanduser(os.fspath(place))


def _own_python() -> str | None:
    """This Python, where dbt is installed in it: the kernel of a notebook has no active environment."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        version("dbt-core")
    except PackageNotFoundError:
        return None
    return sys.executable
