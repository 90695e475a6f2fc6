"""fal for dbt projects, under the names that the old tool had for it: ``from fal.dbt import FalDbt``.

Light, since scripts import ``fal.dbt.typing``: what is in here is looked up when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fal import Context as Context
    from fal import CurrentModel as CurrentModel
    from fal import DbtModel as DbtModel
    from fal import DbtSource as DbtSource
    from fal import DbtTest as DbtTest
    from fal import FalDbt as FalDbt
    from fal import Feature as Feature
    from fal import NodeStatus as NodeStatus

_NAMES = (
    "Context",
    "CurrentModel",
    "DbtModel",
    "DbtSource",
    "DbtTest",
    "FalDbt",
    "Feature",
    "NodeStatus",
)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'fal.dbt' has no attribute {name!r}")
    import fal

    return getattr(fal, name)
