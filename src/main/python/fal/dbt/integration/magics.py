"""The line magic ``%init_fal`` of Jupyter and IPython.

    from faldbt.magics import init_fal
    %init_fal project_dir=~/shop profiles_dir=~/.dbt default_model_name=orders

gives the notebook the functions that its file has as a model: ``ref``, ``source``, ``execute_sql`` and the others. fal
leaves both lines out when it runs the notebook.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from fal import FalError
from fal._faldbt import FalDbt

if TYPE_CHECKING:
    from fal import Frame

_OPTIONS = ("project_dir", "profiles_dir", "default_model_name")
_METHODS = (
    "ref",
    "source",
    "write_to_source",
    "execute_sql",
    "list_models",
    "list_models_ids",
    "list_sources",
    "list_tests",
    "list_features",
)
_opened: FalDbt | None = None


def init_fal(line: str = "") -> None:
    """``%init_fal [project_dir=…] [profiles_dir=…] [default_model_name=…]``"""
    shell = _shell()
    if shell is None:
        raise FalError("%init_fal works in IPython and Jupyter only.", "no-notebook")
    define(shell.user_ns, line)


def define(namespace: MutableMapping[str, Any], line: str) -> FalDbt:
    """Puts the functions there, in place of those of an ``%init_fal`` before it."""
    global _opened
    options = _parsed(line)
    if _opened is not None:
        _opened.close()
    _opened = FalDbt(options.get("project_dir"), options.get("profiles_dir"))
    namespace.update({name: getattr(_opened, name) for name in _METHODS})
    namespace["write_to_model"] = _write_to_model(_opened, options.get("default_model_name"))
    return _opened


def _parsed(line: str) -> dict[str, str]:
    options = {}
    for word in shlex.split(line):
        name, equals, value = word.partition("=")
        if not equals or name not in _OPTIONS:
            raise FalError(
                f"%init_fal: {word!r} is none of {', '.join(each + '=…' for each in _OPTIONS)}.",
                "bad-magic",
            )
        options[name] = value
    return options


def _write_to_model(faldbt: FalDbt, model: str | None) -> Callable[..., None]:
    def write_to_model(
        data: Frame | Iterator[Frame], *, dtype: Any = None, mode: Any = "overwrite"
    ) -> None:
        """Make ``data`` the contents of the notebook's model."""
        if model is None:
            raise FalError(
                "write_to_model(): the notebook has no model yet; name it by"
                " `%init_fal default_model_name=…`.",
                "no-model",
            )
        faldbt.write_to_model(data, model, dtype=dtype, mode=mode)

    return write_to_model


def _shell() -> Any:
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def load_ipython_extension(shell: Any) -> None:
    shell.register_magic_function(init_fal, "line")


if (_running := _shell()) is not None:
    load_ipython_extension(_running)  # to import it is enough
